namespace Zab.Simulator.Explore;

/// <summary>The scopes that are searched by default, the smaller ones first: so that a bug within their reach is found within seconds.</summary>
internal static class ScopeList
{
    internal static IReadOnlyList<Scope> All { get; } =
    [
        new("led", Prompt(proposals: 2)) { Purpose = "broadcast" },
        new("led", Prompt(proposals: 2).With(Budget.Crashes, 1)) { Voters = 2, Observers = 1, Purpose = "an observer, which counts for nothing" },
        new("tails", Prompt(proposals: 1).With(Budget.Pings, 1)) { Purpose = "a tail that must be cut" },
        new("snapshot", Prompt(proposals: 1).With(Budget.Pings, 1)) { Purpose = "a learner that needs a snapshot" },
        new("promises", Prompt(proposals: 1, elections: 2).With(Budget.Timeouts, 1)) { Purpose = "a voter that promised an epoch to a server that is gone" },
        new("fresh", Prompt(proposals: 1, elections: 2)) { Purpose = "the first election" },
        new("led", Prompt(proposals: 1).With(Budget.Reads, 1).With(Budget.Pings, 1) with { AreCallersAnywhere = true }) { Purpose = "linearizable reads" },
        new("founding", Prompt(proposals: 1, elections: 1)) { Purpose = "fresh directories" },
        new("halfway", Prompt(proposals: 1, elections: 2)) { Purpose = "an entry that only some hold" },
        new("tails", Prompt(proposals: 1, elections: 2).With(Budget.Crashes, 1)) { Purpose = "a tail, and a server fails" },
        new("led", Prompt(proposals: 1, elections: 2).With(Budget.Cuts, 1).With(Budget.Reads, 1)) { Purpose = "an old leader beside a new one" },
        new("promises", Prompt(proposals: 1, elections: 2).With(Budget.Crashes, 1)) { Purpose = "promises, and a server fails" },
        new("led", Prompt(proposals: 2, elections: 2).With(Budget.Crashes, 1)) { Purpose = "a server fails in broadcast" },
        new("led", Prompt(proposals: 2, elections: 2).With(Budget.Losses, 1)) { Purpose = "a channel breaks in broadcast" },
        new("halfway", Prompt(proposals: 1, elections: 2).With(Budget.Crashes, 1).With(Budget.Losses, 1)) { Purpose = "an entry that only some hold, and faults" },
        new("fresh", Prompt(proposals: 2, elections: 2).With(Budget.Crashes, 1).With(Budget.Losses, 1)) { Purpose = "everything from the beginning" },
        new("led", Prompt(proposals: 2, elections: 2).With(Budget.Crashes, 1).With(Budget.Losses, 1)) { Purpose = "everything from a leader on" },
        new("fresh", new Bounds().With(Budget.Elections, 2)) { Purpose = "votes as late as can be" },
    ];

    private static Bounds Prompt(int proposals = 0, int elections = 0) =>
        new Bounds { ArePeersPrompt = true }.With(Budget.Proposals, proposals).With(Budget.Elections, elections);
}
