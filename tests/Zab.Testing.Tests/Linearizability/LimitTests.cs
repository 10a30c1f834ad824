using Xunit;
using Zab.Testing;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>A search ends: with a verdict, or because it may go no further.</summary>
public class LimitTests
{
    private static readonly SearchLimits Ample = SearchLimits.Default;

    [Fact]
    public void A_search_that_may_go_no_further_gives_no_verdict()
    {
        CallHistory history = Hard();
        Verdict certain = Checks.Check(history, new Register());
        Assert.Equal(VerdictKind.Illegal, certain.Kind);

        Verdict given = Checks.Check(history, new Register(), limits: Ample with { Steps = certain.Steps - 1 });
        Assert.Equal((VerdictKind.Unknown, certain.Steps - 1), (given.Kind, given.Steps));
        Assert.StartsWith("The history may be linearizable or not: the search was given up", given.Explanation, StringComparison.Ordinal);
        Assert.False(Assert.Throws<LinearizabilityException>(given.ThrowUnlessLegal).IsProven);

        Assert.Equal(VerdictKind.Illegal, Checks.Check(history, new Register(), limits: Ample with { Steps = certain.Steps }).Kind);
    }

    [Fact]
    public void A_search_that_may_take_no_more_memory_gives_no_verdict() =>
        Assert.Equal(VerdictKind.Unknown, Checks.Check(Hard(), new Register(), limits: Ample with { Bytes = 10_000 }).Kind);

    [Fact]
    public void A_search_that_may_not_begin_gives_no_verdict() =>
        Assert.Contains(
            "One of these must come first, before 40:\n  client 0: write(0) [0, 40] -> ok: it fits here\n",
            Checks.Check(Hard(), new Register(), limits: Ample with { Steps = 0 }).Explanation,
            StringComparison.Ordinal);

    [Fact]
    public void A_search_goes_on_where_it_was_given_up()
    {
        HistoryPart part = Assert.Single(Partition.Parts(Hard().Operations, keyOf: null));
        var whole = new Search(part, new Register(), Ample.Bytes);
        Assert.Equal(VerdictKind.Illegal, whole.Run(Ample.Steps));

        var inPieces = new Search(part, new Register(), Ample.Bytes);
        while (inPieces.Run(steps: 7) == VerdictKind.Unknown) Assert.True(inPieces.Steps < whole.Steps);
        Assert.Equal(whole.Steps, inPieces.Steps);
        Assert.Equal(whole.Longest.Calls, inPieces.Longest.Calls);
    }

    [Fact]
    public void A_hard_key_gets_the_steps_that_easy_ones_leave_and_hides_no_violation_of_another()
    {
        var model = new Keys();
        var history = new CallHistory();
        for (int i = 0; i < 8; i++) Write(history, model, client: i, $"put(hard,{i})", 0, 100 + i);
        Read(history, model, "get(hard)", 200, 201, "none");
        long alone = Checks.Check(history, model).Steps;
        for (int i = 0; i < 9; i++) Read(history, model, $"get(easy{i})", 300, 301, "none");

        Verdict exact = Checks.Check(history, model, Checks.FirstArgument, Ample with { Steps = alone + 9 });
        Assert.Equal((VerdictKind.Illegal, alone + 9), (exact.Kind, exact.Steps));
        Assert.Equal(VerdictKind.Unknown, Checks.Check(history, model, Checks.FirstArgument, Ample with { Steps = alone + 8 }).Kind);

        Read(history, model, "get(easy3)", 400, 401, "5");
        Verdict other = Checks.Check(history, model, Checks.FirstArgument, Ample with { Steps = alone + 8 });
        Assert.StartsWith("The history of key \"easy3\" is not linearizable", other.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_history_has_the_same_verdict_steps_and_report()
    {
        for (ulong seed = 1; seed <= 40; seed++)
        {
            Verdict first = Checks.Check(Mutated(seed), new TextQueue()), second = Checks.Check(Mutated(seed), new TextQueue());
            Assert.Equal((first.Kind, first.Steps, first.Explanation), (second.Kind, second.Steps, second.Explanation));
        }

        static CallHistory Mutated(ulong seed)
        {
            var random = new RandomHistories(seed, new TextQueue());
            return random.Mutated(random.Atomic(new HistoryShape(Clients: 5, Calls: 14, UnknownIn: 6)));
        }
    }

    /// <summary>Eight writes at the same time, and then a value that none of them wrote.</summary>
    private static CallHistory Hard()
    {
        var history = new CallHistory();
        for (int i = 0; i < 8; i++) Write(history, new Register(), client: i, $"write({i})", i, 40 + i);
        Read(history, new Register(), "read()", 60, 61, "none");
        return history;
    }

    private static void Write(CallHistory history, TextModel model, int client, string call, long from, long to) =>
        history.Return(history.Invoke(client, model.Call(call), from), to, Response.Returned("ok"u8.ToArray()));

    private static void Read(CallHistory history, TextModel model, string call, long from, long to, string answer) =>
        history.Return(history.Invoke(99, model.Call(call), from), to, Response.Returned(System.Text.Encoding.UTF8.GetBytes(answer)));
}
