using Xunit;
using Zab.Core;
using Zab.Simulator.Explore;

namespace Zab.Tests.Explore;

/// <summary>Whole searches of scopes that take seconds. Their counts change only with the protocol: a change that explains itself changes them here, too.</summary>
public sealed class SearchTests
{
    private static readonly Bounds Prompt = new() { ArePeersPrompt = true };

    public static TheoryData<string, int, int, long, long, int> Finished => new()
    {
        // start, proposals, elections: states, transitions, depth
        { "led", 1, 0, 53, 108, 10 },
        { "led", 2, 0, 1_169, 3_854, 18 },
        { "fresh", 1, 1, 1_489, 3_667, 45 },
        { "tails", 1, 2, 927, 2_652, 24 },
        { "snapshot", 1, 1, 1_086, 3_130, 27 },
    };

    [Theory]
    [MemberData(nameof(Finished))]
    public void A_scope_without_faults_is_finished_and_as_large_as_ever(string start, int proposals, int elections, long states, long transitions, int depth)
    {
        var scope = new Scope(start, Prompt.With(Budget.Proposals, proposals).With(Budget.Elections, elections));

        SearchResult result = Run(scope, out _, threads: 1);

        Assert.Null(result.Violation);
        Assert.True(result.IsFinished);
        Assert.Equal((states, transitions, depth), (result.States, result.Transitions, result.Depth));
    }

    [Fact]
    public void Two_threads_count_what_one_counts()
    {
        var scope = new Scope("halfway", Prompt.With(Budget.Proposals, 1).With(Budget.Elections, 1).With(Budget.Losses, 1));

        SearchResult one = Run(scope, out _, threads: 1);
        SearchResult two = Run(scope, out _, threads: 2);

        Assert.True(one.IsFinished);
        Assert.True(one.States > 10_000);
        Assert.Equal((one.States, one.Transitions, one.OutOfBounds, one.Depth), (two.States, two.Transitions, two.OutOfBounds, two.Depth));
    }

    [Fact]
    public void A_crash_leaves_any_beginning_of_the_writes_under_way_and_a_server_can_start_again_from_each()
    {
        SearchResult result = Run(new Scope("led", Prompt.With(Budget.Proposals, 1).With(Budget.Crashes, 1)), out _);

        Assert.Null(result.Violation);
        Assert.True(result.IsFinished);
        Assert.True(result.OutOfBounds > 0, "an election after the crash is out of bounds");
    }

    [Fact]
    public void A_bound_that_is_met_leaves_the_search_unfinished()
    {
        var scope = new Scope("led", Prompt.With(Budget.Proposals, 2));

        Assert.False(Run(scope with { Bounds = scope.Bounds with { Depth = 5 } }, out _).IsFinished);
        Assert.False(Run(scope with { Bounds = scope.Bounds with { States = 100 } }, out _).IsFinished);
        Assert.False(new Search(scope.NewTables() is var tables ? tables : null!, scope.Bounds, Starts.Reach("led", tables)) { IsLate = static () => true }.Run().IsFinished);
    }

    /// <summary>A scope that never comes to a kind of message proves nothing about it.</summary>
    [Fact]
    public void Small_scopes_send_every_kind_of_message_that_honest_servers_send()
    {
        var met = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Scope scope in (Scope[])
        [
            new("founding", Prompt.With(Budget.Elections, 1)),
            new("tails", Prompt.With(Budget.Pings, 1)),
            new("snapshot", Prompt),
            new("led", Prompt.With(Budget.Proposals, 1).With(Budget.Reads, 1) with { AreCallersAnywhere = true }),
        ])
        {
            Run(scope, out Tables tables);
            met.UnionWith(tables.Shared.All().Select(static item => (item as Input.PeerMessage)?.Message ?? item as Message).OfType<Message>().Select(static message => message.GetType().Name));
        }

        IEnumerable<string> all = typeof(Message).Assembly.GetTypes().Where(static type => type.IsSubclassOf(typeof(Message))).Select(static type => type.Name);
        Assert.Equal(["RequestRefused", "SyncRefused", "Touch"], all.Except(met).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_broken_rule_is_found_on_a_shortest_path_and_told()
    {
        var scope = new Scope("led", Prompt.With(Budget.Proposals, 1).With(Budget.Losses, 1));
        Tables tables = scope.NewTables();
        World start = Starts.Reach("led", tables);
        Ghost ghost = tables.Ghosts[start.GhostId];
        HistoryPath lost = tables.Locals.Paths.Then(ghost.Committed, new HistoryPoint(new Zxid(1, 2), 1));
        start.GhostId = tables.Ghosts.IdOf(ghost with { Committed = lost });       // As if something were committed that no disk holds.

        SearchResult result = new Search(tables, scope.Bounds, start) { Threads = 1 }.Run();

        Assert.False(result.IsFinished);
        Assert.NotNull(result.Violation);
        Assert.StartsWith("I7", result.Violation.Broken, StringComparison.Ordinal);
        Assert.Equal([LocalKind.Submit, LocalKind.Write], result.Violation.Moves.Select(static move => (LocalKind)move.A));
        var told = new StringWriter();
        Telling.Write(tables, scope.Bounds, start, result.Violation.Moves, told);
        Assert.Contains("a caller of 3 proposes", told.ToString(), StringComparison.Ordinal);
        Assert.Contains("3 sends on channel 1: PROPOSAL 1/2", told.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("and now on too few disks", told.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    private static SearchResult Run(Scope scope, out Tables tables, int threads = 2)
    {
        tables = scope.NewTables();
        return new Search(tables, scope.Bounds, Starts.Reach(scope.Start, tables)) { Threads = threads }.Run();
    }
}
