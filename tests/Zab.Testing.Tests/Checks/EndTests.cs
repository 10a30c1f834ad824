using Xunit;
using Zab.Core;
using Zab.Replica;

namespace Zab.Tests.Checks;

/// <summary>I26 and I28: who has ended is silent, and memory is bounded.</summary>
public class EndTests
{
    private static readonly ServerId Two = new(2);

    [Fact]
    public void I26_a_server_speaks_after_its_disk_has_failed()
    {
        foreach (Message message in (Message[])
        [
            new Message.Ack(1, new Zxid(1, 1)), new Message.AckNewLeader(1, new Zxid(1, 1)), new Message.Ping(1, 1, Zxid.None), new Message.PingReply(1, 1),
            new Message.Commit(1, new Zxid(1, 1)),
            new Message.Vote(VoteState.Looking, 1, Candidate.None, Counts: true, new Incarnation(102), 1, Zxid.None, Zxid.None),
        ])
        {
            Trace trace = Trace.Established(entries: 1);
            trace[2].Step(new Input.StorageFailed("EIO"), new Output.Fatal("EIO"));
            trace[2].Say(trace[1], new Message.Goodbye("EIO"));
            Trace.Breaks("I26", () => trace[2].Say(trace[1], message));
        }
    }

    [Fact]
    public void I26_what_was_said_before_the_end_in_the_same_step_may_leave_and_nothing_else()
    {
        Trace trace = Trace.Established(entries: 1);
        var last = new Message.Ack(1, new Zxid(1, 1));
        trace[2].Step(Input.Tick.Instance, new Output.Send(new ChannelId(1), last, WriteId.None), new Output.Fatal("diverged"));
        trace[2].Say(trace[1], last);
        Trace.Breaks("I26", () => trace[2].Say(trace[1], new Message.Ack(1, new Zxid(1, 1)) { }));
    }

    [Fact]
    public void I26_a_server_goes_on_after_its_end()
    {
        Trace trace = Trace.Established();
        Entry entry = trace.Write(1, "without 2", 3);
        trace[2].Append(entry);
        trace[2].Flush();
        trace[2].Learn(1, entry.Zxid);
        trace.Watch.Poisoned(Two, "another digest");
        Trace.Breaks("I26", () => trace[2].Apply(entry));
        Trace.Breaks("I26", () => trace.Watch.AppliedRequest(Two, new AppliedRequest(entry.Zxid, default, 0, RequestOutcome.Result, entry.Zxid, default)));
        Trace.Breaks("I26", () => trace[2].Step(Input.Tick.Instance, new Output.Commit(entry.Zxid)));
    }

    [Fact]
    public void Another_life_may_speak_again()
    {
        Trace trace = Trace.Established(entries: 1);
        trace[2].Step(new Input.StorageFailed("EIO"), new Output.Fatal("EIO"));
        trace[2].Crash();
        trace[2].Restart(new Zxid(1, 1));
        trace[2].Say(trace[1], trace[2].Info());
    }

    [Fact]
    public void I28_a_queue_holds_more_than_it_may()
    {
        Trace trace = Trace.Established();
        trace.Watch.Queued(Two, "the send queue to 1", amount: 64, max: 64);
        Trace.Breaks("I28", () => trace.Watch.Queued(Two, "the send queue to 1", amount: 65, max: 64));
    }

    [Fact]
    public void A_server_that_is_down_can_do_nothing()
    {
        Trace trace = Trace.Established();
        trace[2].Crash();
        Assert.Throws<InvalidOperationException>(() => trace[2].Step(Input.Tick.Instance));
    }
}
