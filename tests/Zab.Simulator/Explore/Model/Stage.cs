using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>Where one thread lets servers take their steps: collects what a step does outside, and the first rule that it breaks.</summary>
internal sealed class Stage(Setting setting, SharedTable shared)
{
    /// <summary>What only a server that does not keep to the protocol could do: no server of this search may be told so by another one.</summary>
    private static readonly string[] Accusations =
    [
        "there is a gap", " in phase ", "was sent no such entry", "its sync point is", "is refused:", "refused the synchronisation", "diverged", "LEARNERINFO came twice",
        "which learners do not send here", "before the way to its history", "does not continue at",
    ];

    private readonly List<Effect> _effects = [];

    internal Setting Setting => setting;

    internal SharedTable Shared => shared;

    internal Freezer Freezer { get; } = new(shared);

    internal Thawer Thawer { get; } = new(shared);

    internal Renaming Names => Freezer.Names;

    internal Outputs Outputs { get; } = new();

    /// <summary>The place among the servers of the one that takes the step.</summary>
    internal int Self { get; private set; }

    internal IReadOnlyList<Effect> Effects => _effects;

    /// <summary>The first rule that the step broke.</summary>
    internal string? Broken { get; private set; }

    /// <summary>Where what happens is told, for people; null while searching.</summary>
    internal List<string>? Story { get; set; }

    /// <summary>A server is about to take a step; a channel that it opens gets this name.</summary>
    internal void Begin(int self, uint newName)
    {
        Self = self;
        _effects.Clear();
        Broken = null;
        Names.Clear();
        Names.NewName = newName;
    }

    internal void Add(Effect effect) => _effects.Add(effect);

    internal void Tell(string text) => Story?.Add(text);

    internal void Require(string? broken) => Broken ??= broken;

    internal void RequireHonest(ServerId server, string reason)
    {
        foreach (string accusation in Accusations)
            if (reason.Contains(accusation, StringComparison.Ordinal)) Require($"H1: {server} accuses an honest server: {reason}");
    }

    internal int NameOf(ChannelId channel) => (int)(channel.Value == Names.NewChannel ? Names.NewName : channel.Value);
}
