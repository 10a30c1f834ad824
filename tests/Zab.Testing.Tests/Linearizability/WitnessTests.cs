using Xunit;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>The order of zxids is tried first, and proven like any other.</summary>
public class WitnessTests
{
    private const string InOrder = """
        1  write(1)   0  5   ok   @1
        2  write(2)   1  4   ok   @2
        3  read()     2  3   1    @1
        3  read()     6  7   2    @2
        4  read()     0  9   0    @0
        """;

    [Fact]
    public void Right_zxids_need_no_search() => Assert.Equal((VerdictKind.Legal, 0L), Try(InOrder));

    [Fact]
    public void One_call_without_a_zxid_needs_a_search()
    {
        (VerdictKind kind, long steps) = Try(InOrder + "\n3  read()  8  9  2");
        Assert.Equal(VerdictKind.Legal, kind);
        Assert.True(steps > 0);
    }

    [Fact]
    public void A_write_with_an_unknown_outcome_took_effect_where_its_zxid_says() => Assert.Equal((VerdictKind.Legal, 0L), Try("""
        1  write(1)   0  ?   ?    @2
        2  write(2)   1  2   ok   @1
        3  read()     3  4   1    @2
        """));

    [Fact]
    public void A_write_with_an_unknown_outcome_and_no_zxid_took_none() => Assert.Equal((VerdictKind.Legal, 0L), Try("""
        1  write(1)   0  ?   ?
        2  write(2)   1  2   ok   @1
        3  read()     3  4   2    @1
        """));

    [Theory]
    [InlineData("@3", "@1", "@1")]
    [InlineData("@2", "@3", "@1")]
    [InlineData("@9", "@9", "@0")]
    public void Wrong_zxids_cost_a_search_and_never_a_legal_history(string first, string second, string read)
    {
        (VerdictKind kind, long steps) = Try($"""
            1  write(1)   0  1   ok   {first}
            1  write(2)   2  3   ok   {second}
            2  read()     4  5   2    {read}
            2  read()     6  7   2    @1
            """);
        Assert.Equal(VerdictKind.Legal, kind);
        Assert.True(steps > 0);
    }

    [Fact]
    public void No_zxids_make_an_illegal_history_legal()
    {
        foreach (Story story in IllegalStories.All)
        {
            TextModel model = story.NewModel();
            for (ulong seed = 1; seed <= 50; seed++)
            {
                var random = new DeterministicRandom(seed);
                CallHistory history = story.History();
                foreach (Operation call in history.Operations) call.AppliedAt = new AppliedAt(new Zxid(1, (uint)random.Next(history.Operations.Count)));
                Assert.Equal((story.Reason, seed, VerdictKind.Illegal), (story.Reason, seed, Checks.Check(history, model).Kind));
            }
        }
    }

    [Fact]
    public void An_order_against_time_is_none_even_if_every_answer_fits()
    {
        CallHistory history = new Story("", "register", """
            1  write(1)   0  1   ok   @2
            2  read()     2  3   0    @1
            """).History();
        Operation[] order = [history.Operations[1], history.Operations[0]];
        Assert.Equal(
            "client 1: write(1) [0, 1] @ 1/2 -> ok would come after client 2: read() [2, 3] @ 1/1 -> 0, which began when it had ended",
            Witness.Verify(order, new Register()));
        Assert.Equal("client 2: read() [2, 3] @ 1/1 -> 0 there returns 1", Witness.Verify([order[1], order[0]], new Register()));
    }

    private static (VerdictKind Kind, long Steps) Try(string lines)
    {
        var story = new Story("", "register", lines);
        Verdict verdict = Checks.Check(story.History(), story.NewModel());
        if (verdict.Kind == VerdictKind.Legal) Checks.AssertProven(verdict, story.History(), story.NewModel());
        return (verdict.Kind, verdict.Steps);
    }
}
