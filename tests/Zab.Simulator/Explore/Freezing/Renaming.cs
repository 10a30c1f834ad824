namespace Zab.Simulator.Explore;

/// <summary>How names and times are written that mean something only in comparison with others of their kind: see <see cref="CoreRules"/>.</summary>
internal sealed class Renaming
{
    /// <summary>The last write that is durable; the ids of later ones are counted from it.</summary>
    internal ulong WritesDone { get; set; }

    /// <summary>The clock of the step that was just made, in ticks.</summary>
    internal long Now { get; set; }

    /// <summary>The random id that a new channel was given, and the name that it has here.</summary>
    internal ulong NewChannel { get; set; }

    internal ulong NewName { get; set; }

    /// <summary>A bit for each channel name that was written.</summary>
    internal uint ChannelsMet { get; set; }

    internal void Clear() => (WritesDone, Now, NewChannel, NewName, ChannelsMet) = (0, 0, 0, 0, 0);

    internal ulong Write(ulong id) => id <= WritesDone ? 0 : id - WritesDone;

    internal ulong Channel(ulong id)
    {
        ulong name = id == NewChannel && NewName != 0 ? NewName : id;
        ChannelsMet |= ChannelName.Bit(name);
        return name;
    }
}
