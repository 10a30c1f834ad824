using Xunit;
using Zab.Core;
using Zab.Replica;

namespace Zab.Tests.Checks;

/// <summary>I18, I19, I24 and I27: what servers make of what they apply.</summary>
public class StateTests
{
    private static readonly ServerId One = new(1), Two = new(2);
    private static readonly SessionId Session = new(new Zxid(1, 1).Value);

    [Fact]
    public void I18_two_states_at_one_zxid()
    {
        Trace trace = Trace.Established(entries: 1);
        trace.Watch.Digest(One, new Zxid(1, 1), "abc");
        trace.Watch.Digest(Two, new Zxid(1, 1), "abc");
        Trace.Breaks("I18", () => trace.Watch.Digest(new ServerId(3), new Zxid(1, 1), "abd"));
    }

    [Fact]
    public void I18_two_answers_to_one_request()
    {
        Trace trace = Opened();
        Answer(trace, One, at: 2, number: 1, reply: "yes");
        trace.Watch.AppliedRequest(Two, Created);
        Trace.Breaks("I18", () => Answer(trace, Two, at: 2, number: 1, reply: "no"));
    }

    [Fact]
    public void I10_what_became_of_a_request_is_told_twice()
    {
        Trace trace = Opened();
        Answer(trace, One, at: 2, number: 1);
        Trace.Breaks("I10", () => Answer(trace, One, at: 2, number: 1));
    }

    [Fact]
    public void A_session_with_repeats_gaps_and_an_end_is_silent()
    {
        Trace trace = Opened();
        foreach (ServerId server in (ServerId[])[One, Two])
        {
            if (server == Two) trace.Watch.AppliedRequest(Two, Created);
            Answer(trace, server, at: 2, number: 1, reply: "first");
            Answer(trace, server, at: 3, number: 1, first: 2, reply: "first");
            Answer(trace, server, at: 4, number: 3, outcome: RequestOutcome.Gap, reply: "\u0002\0\0\0\0\0\0\0");
            Answer(trace, server, at: 5, number: 2, outcome: RequestOutcome.NoSuchClass);
            Answer(trace, server, at: 6, number: 2, outcome: RequestOutcome.Filled);
            Answer(trace, server, at: 7, number: 1, outcome: RequestOutcome.AlreadyExecuted);
            Answer(trace, server, at: 8, number: 3, outcome: RequestOutcome.SessionClosed, secret: 66);
            Answer(trace, server, at: 9, number: 0);
            Answer(trace, server, at: 10, number: 3, outcome: RequestOutcome.SessionClosed);
            Answer(trace, server, at: 11, number: 0, outcome: RequestOutcome.SessionClosed);
        }
    }

    [Theory]
    [InlineData(3, 4, nameof(RequestOutcome.Result), "", "a number was left out")]
    [InlineData(1, 4, nameof(RequestOutcome.Result), "", "executed again")]
    [InlineData(1, 2, nameof(RequestOutcome.Result), "other", "another reply than the first")]
    [InlineData(1, 2, nameof(RequestOutcome.Failed), "first", "another outcome than the first")]
    [InlineData(1, 3, nameof(RequestOutcome.Result), "first", "another zxid than the first")]
    [InlineData(2, 3, nameof(RequestOutcome.Result), "first", "a repeat of what never ran")]
    [InlineData(2, 4, nameof(RequestOutcome.AlreadyExecuted), "", "it never ran")]
    [InlineData(2, 4, nameof(RequestOutcome.Gap), "\u0002\0\0\0\0\0\0\0", "no gap")]
    [InlineData(4, 4, nameof(RequestOutcome.Gap), "\u0003\0\0\0\0\0\0\0", "another number is expected")]
    [InlineData(1, 4, nameof(RequestOutcome.NoSuchClass), "", "it ran already")]
    [InlineData(2, 4, nameof(RequestOutcome.SessionClosed), "", "the session lives")]
    public void I19_a_request_is_answered_wrongly(ulong number, uint first, string outcome, string reply, string why)
    {
        Trace trace = Opened();
        Answer(trace, One, at: 2, number: 1, reply: "first");
        string message = Trace.Breaks("I19", () => Answer(trace, One, at: 4, number, first, Enum.Parse<RequestOutcome>(outcome), reply)).Message;
        Assert.True(message.Contains("request", StringComparison.Ordinal), why);
    }

    [Fact]
    public void I19_a_session_is_created_under_another_name()
    {
        Trace trace = Trace.Established();
        Trace.Breaks("I19", () => trace.Watch.AppliedRequest(One, Created with { Entry = new Zxid(1, 2) }));
    }

    [Fact]
    public void A_session_of_a_prepared_snapshot_is_taken_as_its_first_request_shows_it()
    {
        Trace trace = Trace.Established();
        Answer(trace, One, at: 2, number: 40, outcome: RequestOutcome.AlreadyExecuted);
        Answer(trace, One, at: 3, number: 41);
        Answer(trace, One, at: 4, number: 40, first: 1, reply: "unknown");
        Trace.Breaks("I19", () => Answer(trace, One, at: 5, number: 43));
    }

    [Theory]
    [InlineData(2, 4, nameof(RequestOutcome.Result))]
    [InlineData(1, 2, nameof(RequestOutcome.Result))]
    [InlineData(0, 4, nameof(RequestOutcome.Result))]
    [InlineData(3, 4, nameof(RequestOutcome.Gap))]
    public void I24_a_session_goes_on_after_its_end(ulong number, uint first, string outcome)
    {
        Trace trace = Opened();
        Answer(trace, One, at: 2, number: 1);
        Answer(trace, One, at: 3, number: 0);
        Trace.Breaks("I24", () => Answer(trace, One, at: 4, number, first, Enum.Parse<RequestOutcome>(outcome)));
    }

    [Fact]
    public void I27_the_state_of_a_snapshot_is_not_that_of_its_zxid()
    {
        Trace trace = Trace.Established(entries: 2);
        trace.Watch.Digest(One, new Zxid(1, 2), "abc");
        trace[3].Crash();
        trace[3].Restart(new Zxid(1, 2), DurabilityTests.Snapshot(trace, trace[3].Log[1]));
        trace.Watch.StateReplaced(new ServerId(3), trace[1].Log[1].Point);
        Trace.Breaks("I27", () => trace.Watch.Digest(new ServerId(3), new Zxid(1, 2), "abd"));
    }

    [Fact]
    public void I27_a_snapshot_takes_the_state_back()
    {
        Trace trace = Trace.Established(entries: 2);
        Trace.Breaks("I27", () => trace.Watch.StateReplaced(new ServerId(3), trace[3].Log[0].Point));
    }

    [Fact]
    public void I27_a_snapshot_brings_what_is_not_committed()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[1].Flush();
        Trace.Breaks("I27", () => trace.Watch.StateReplaced(One, tail.Point));
        trace[3].Install(DurabilityTests.Snapshot(trace, tail));
        Trace.Breaks("I27", () => trace[3].Flush());
    }

    [Fact]
    public void I27_a_snapshot_is_used_that_is_not_durable()
    {
        Trace trace = Trace.Established();
        Entry entry = trace.Write(1, "without 3", 2);
        Trace.Breaks("I27", () => trace.Watch.StateReplaced(new ServerId(3), entry.Point));
    }

    [Fact]
    public void I27_a_snapshot_is_made_of_what_was_not_applied()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[1].Flush();
        Trace.Breaks("I27", () => trace.Watch.SnapshotMade(One, tail.Point));
    }

    [Fact]
    public void I27_a_rejected_snapshot_changes_nothing()
    {
        Trace trace = Trace.Established();
        Entry entry = trace.Write(1, "without 3", 2);
        trace[3].Install(DurabilityTests.Snapshot(trace, entry));
        trace[3].Flush(installRejected: true);
        Trace.Breaks("I27", () => trace.Watch.StateReplaced(new ServerId(3), entry.Point));
    }

    private static AppliedRequest Created => new(new Zxid(1, 1), Session, Request: 7, RequestOutcome.SessionCreated, new Zxid(1, 1), default);

    private static Trace Opened()
    {
        Trace trace = Trace.Established();
        trace.Watch.AppliedRequest(One, Created);
        return trace;
    }

    private static void Answer(
        Trace trace, ServerId server, uint at, ulong number, uint? first = null,
        RequestOutcome outcome = RequestOutcome.Result, string reply = "", ulong secret = 5)
    {
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(reply);
        trace.Watch.AppliedRequest(server, new AppliedRequest(new Zxid(1, at), Session, number, outcome, new Zxid(1, first ?? at), bytes) { Secret = secret });
    }
}
