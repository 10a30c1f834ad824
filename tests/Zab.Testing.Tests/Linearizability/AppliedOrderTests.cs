using Xunit;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>What clients were told of their writes, and what the ensemble executed.</summary>
public class AppliedOrderTests
{
    // Calls 0 to 5.
    private readonly Story _story = new("", "register", """
        1  write(1)   0  5   ok       @1
        2  write(2)   1  4   ok       @2
        3  write(3)   2  ?   ?
        4  write(4)   3  6   failed
        1  read()     7  8   2        @2
        1  write(5)   9  10  ok
        """);

    [Fact]
    public void What_was_acknowledged_was_executed_once()
    {
        Assert.Empty(Violations((1, 0), (2, 1), (4, 5)));
        Assert.Empty(Violations((1, 0), (2, 1), (3, 2), (4, 5)));       // An unknown outcome may be this one …
        Assert.Empty(Violations((1, 0), (2, 1), (4, 5), (5, 2)));       // … and come as late as it likes.
    }

    [Fact]
    public void A_An_order_ascends() =>
        Assert.Equal(["call 5 of client 1 [9, 10], executed at 1/2, stands in the order after 1/2"], Violations((1, 0), (2, 1), (2, 5)));

    [Fact]
    public void B_A_write_is_executed_once() =>
        Assert.Equal(["call 2 of client 3 [2, …], executed at 1/5, was executed at 1/3 before"], Violations((1, 0), (2, 1), (3, 2), (4, 5), (5, 2)));

    [Fact]
    public void C_An_acknowledged_write_is_there() =>
        Assert.Equal(["call 1 of client 2 [1, 4] was acknowledged, and is not in the order"], Violations((1, 0), (4, 5)));

    [Fact]
    public void D_A_write_stands_where_its_client_was_told() =>
        Assert.Equal(["call 1 of client 2 [1, 4], executed at 1/3, was told 1/2"], Violations((1, 0), (3, 1), (4, 5)));

    [Fact]
    public void E_A_write_that_was_never_executed_is_not_there() =>
        Assert.Equal(["call 3 of client 4 [3, 6], executed at 1/3, was told that it was never executed"], Violations((1, 0), (2, 1), (3, 3), (4, 5)));

    [Fact]
    public void F_A_write_that_ended_before_another_began_stands_before_it()
    {
        var story = new Story("", "register", """
            1  write(1)   0  1   ok
            2  write(2)   2  3   ok
            """);
        Assert.Equal(
            ["call 0 of client 1 [0, 1], executed at 1/2, had ended before call 1 of client 2 [2, 3] began, which stands before it"],
            AppliedOrder.Violations(story.History(), [new AppliedWrite(new Zxid(1, 1), 1), new AppliedWrite(new Zxid(1, 2), 0)]));
    }

    [Fact]
    public void Answers_are_those_of_the_state_at_their_zxid()
    {
        Assert.Empty(AnswersByZxid.Violations(_story.History(), static _ => new Register()));

        var wrong = new Story("", "register", """
            1  write(1)   0  1   ok   @1
            2  write(2)   2  ?   ?    @2
            3  read()     0  9   1    @2
            3  read()     0  9   1    @1
            """);
        Assert.Equal(["client 3: read() [0, 9] @ 1/2 -> 1: there it returns 2"], AnswersByZxid.Violations(wrong.History(), static _ => new Register()));
    }

    private List<string> Violations(params (uint Zxid, int Call)[] applied) =>
        AppliedOrder.Violations(_story.History(), [.. applied.Select(static a => new AppliedWrite(new Zxid(1, a.Zxid), a.Call))]);
}
