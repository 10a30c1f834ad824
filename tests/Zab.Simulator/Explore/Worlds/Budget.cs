namespace Zab.Simulator.Explore;

/// <summary>What may happen only so often on one path.</summary>
internal enum Budget
{
    /// <summary>A caller proposes something.</summary>
    Proposals,

    /// <summary>A server is elected: takes up the role of a leader.</summary>
    Elections,

    /// <summary>A server loses its power; it may start again at any time.</summary>
    Crashes,

    /// <summary>A channel breaks.</summary>
    Losses,

    /// <summary>A server in a role gives up after the sync limit, though nothing is wrong.</summary>
    Timeouts,

    /// <summary>Where votes arrive at once: one that does not, nor do those that replace it, until it arrives at any time.</summary>
    Delays,

    /// <summary>A server is cut off from the votes of the others, and they from its; healed at any time.</summary>
    Cuts,

    /// <summary>A leader sends PINGs.</summary>
    Pings,

    /// <summary>A caller asks for a linearizable read.</summary>
    Reads,

    /// <summary>A server takes a snapshot and drops its log up to it.</summary>
    Snapshots,

    /// <summary>A server that looks sends its votes again; the fourth time it begins a new round.</summary>
    Resends,
}

/// <summary>How far a search goes. A budget that is not given is 0.</summary>
internal sealed record Bounds
{
    /// <summary>The most that a counter of a world can hold.</summary>
    internal const int BudgetMax = 15;

    private int[] _budgets = new int[Enum.GetValues<Budget>().Length];

    internal int this[Budget budget] => _budgets[(int)budget];

    /// <summary>Rounds of election: what goes beyond is not followed.</summary>
    internal int Rounds { get; init; } = 12;

    /// <summary>The longest path.</summary>
    internal int Depth { get; init; } = int.MaxValue;

    /// <summary>Distinct states after which the search stops.</summary>
    internal long States { get; init; } = long.MaxValue;

    /// <summary>Votes arrive at once, before anything else happens, unless a server is cut off; else they may be as late as anything.</summary>
    internal bool ArePeersPrompt { get; init; }

    /// <summary>Whether followers' callers propose and read too, not only the leader's.</summary>
    internal bool AreCallersAnywhere { get; init; }

    internal Bounds With(Budget budget, int value)
    {
        if (value is < 0 or > BudgetMax) throw new ArgumentException($"{budget}: 0 to {BudgetMax} are possible, and not {value}");
        int[] budgets = [.. _budgets];
        budgets[(int)budget] = value;
        return this with { _budgets = budgets };
    }
}
