namespace Zab.Core;

/// <summary>What a damaged log once held: its owner may follow only a leader whose history reaches this far, until the history is whole again.</summary>
/// <remarks>Ordered as election orders histories: by current epoch, then by zxid.</remarks>
internal readonly record struct RepairFloor(uint CurrentEpoch, Zxid LastZxid) : IComparable<RepairFloor>
{
    public int CompareTo(RepairFloor other) => CurrentEpoch != other.CurrentEpoch ? CurrentEpoch.CompareTo(other.CurrentEpoch) : LastZxid.CompareTo(other.LastZxid);

    public override string ToString() => $"epoch {CurrentEpoch}, {LastZxid}";
}

/// <summary>The promises of a server, durable before it speaks of them. Each write holds the newest value of every field.</summary>
/// <remarks>Invariant: CurrentEpoch ≤ AcceptedEpoch; both, and Generation, never go back within one incarnation.</remarks>
internal sealed record HardState
{
    /// <summary>The ensemble that this directory belongs to; none while it is fresh.</summary>
    public ClusterId ClusterId { get; init; }

    public ServerId ServerId { get; init; }

    /// <summary>Made with the directory, before the first message.</summary>
    public Incarnation Incarnation { get; init; }

    /// <summary>The highest epoch promised to a leader (f.p of the Zab paper).</summary>
    public uint AcceptedEpoch { get; init; }

    /// <summary>The epoch of the leader whose initial history this server has taken over (f.a of the Zab paper).</summary>
    public uint CurrentEpoch { get; init; }

    /// <summary>Set while the log is, or may be, shorter than what this server has acknowledged.</summary>
    public RepairFloor? RepairFloor { get; init; }

    /// <summary>Counts the writes of this record; given by the store.</summary>
    public ulong Generation { get; init; }

    /// <summary>The base configuration: the founding record, or what a token named. Null while fresh, or when it is learned from a leader only.</summary>
    public Ensemble? Founding { get; init; }

    /// <summary>Whether this directory was founded, by all voters or by token: its empty history counted from the start. A wiped one is not.</summary>
    public bool Founded { get; init; }
}
