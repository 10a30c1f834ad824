using Xunit;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>What people read when a history is not linearizable.</summary>
public class ExplanationTests
{
    [Fact]
    public void The_report_shows_the_end_of_the_longest_order_and_why_nothing_follows() => Assert.Equal(
        """
        The history is not linearizable (5 calls that returned, 1 with an unknown outcome; 13 steps).
        The longest order that explains a beginning of it has 4 calls:
          client 1: write(1) [0, 2] -> ok
          client 3: read() [5, 6] -> 1
          client 2: write(2) [3, 9] -> ok
          client 3: read() [7, 8] -> 2
        One of these must come next, before 11, and none can:
          client 4: read() [10, 11] -> 1: here it returns 2
          client 5: write(7) [1, …] -> unknown: whether it took effect here or not, nothing can follow
        """,
        Explain("""
            1  write(1)   0  2   ok
            5  write(7)   1  ?   ?
            2  write(2)   3  9   ok
            3  read()     5  6   1
            3  read()     7  8   2
            4  read()     10 11  1
            6  write(8)   4  5   failed
            """));

    [Fact]
    public void Nothing_can_be_first() => Assert.Equal(
        """
        The history is not linearizable (2 calls that returned, 0 with an unknown outcome; 1 steps).
        One of these must come first, before 1, and none can:
          client 1: read() [0, 1] -> 5: here it returns 0
        """,
        Explain("""
            1  read()     0  1   5
            2  write(5)   2  3   ok
            """));

    [Fact]
    public void A_long_history_is_cut_to_its_end()
    {
        var lines = Enumerable.Range(0, 40).Select(static i => $"1  write({i})  {2 * i}  {(2 * i) + 1}  ok").Append("2  read()  90  91  77");
        string[] report = Explain(string.Join('\n', lines)).Split('\n');
        Assert.Equal("The longest order that explains a beginning of it has 40 calls, and ends with these 12:", report[1]);
        Assert.Equal("  client 1: write(28) [56, 57] -> ok", report[2]);
        Assert.Equal("  client 2: read() [90, 91] -> 77: here it returns 39", report[^1]);
        Assert.Equal(1 + 1 + 12 + 1 + 1, report.Length);
    }

    [Fact]
    public void Many_that_could_be_next_are_cut()
    {
        var lines = Enumerable.Range(0, 50).Select(static i => $"{i}  read()  {i}  100  77");
        Assert.EndsWith("\n  … and 18 more", Explain(string.Join('\n', lines)), StringComparison.Ordinal);
    }

    private static string Explain(string lines)
    {
        var story = new Story("", "register", lines);
        return Checks.Check(story.History(), story.NewModel()).Explanation;
    }
}
