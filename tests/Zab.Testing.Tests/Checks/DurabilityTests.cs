using Xunit;
using Zab.Core;
using Zab.Testing.Checks;

namespace Zab.Tests.Checks;

/// <summary>I3, I4 and I7: what must be on a disk before anything is said, and what must stay there.</summary>
public class DurabilityTests
{
    [Fact]
    public void I3_NEWLEADER_is_acknowledged_before_the_epoch_is_durable()
    {
        Trace trace = Trace.Established();
        trace[3].Accept(epoch: 2);
        trace[3].Hear(trace[2], new Message.NewLeader(2, Zxid.None));
        trace[3].Save(static state => state with { CurrentEpoch = 2 });
        Trace.Breaks("I3", () => trace[3].Say(trace[2], new Message.AckNewLeader(2, Zxid.None)));
    }

    [Fact]
    public void I3_NEWLEADER_is_acknowledged_before_the_history_is_durable()
    {
        Trace trace = WithTail(out Entry tail);
        trace[3].Append(tail);
        trace[3].Accept(epoch: 2);
        trace[3].Hear(trace[2], new Message.NewLeader(2, tail.Zxid));
        trace[3].Adopt(epoch: 2);
        trace[3].Truncate(trace[3].Log[0].Point);
        trace[3].Flush();
        Trace.Breaks("I3", () => trace[3].Say(trace[2], new Message.AckNewLeader(2, tail.Zxid)));
    }

    [Fact]
    public void I3_a_learner_adopts_the_epoch_before_the_history()
    {
        Trace trace = WithTail(out Entry tail);
        trace[3].Accept(epoch: 2);
        trace[3].Hear(trace[2], new Message.NewLeader(2, tail.Zxid));
        trace[3].Save(static state => state with { CurrentEpoch = 2 });
        trace[3].Append(tail);
        Trace.Breaks("I3", () => trace[3].Flush());
    }

    [Fact]
    public void I3_a_leader_leads_before_its_epoch_is_durable()
    {
        var trace = new Trace();
        foreach (Actor actor in trace.All) actor.Start();
        trace[1].Accept(epoch: 1);
        trace[2].Join(trace[1], epoch: 1);
        trace[1].Save(static state => state with { CurrentEpoch = 1 });
        Trace.Breaks("I3", () => trace[1].Lead(epoch: 1));
    }

    [Fact]
    public void I3_an_epoch_that_is_found_durable_before_the_history_at_a_start()
    {
        Trace trace = WithTail(out Entry tail);
        trace[3].Accept(epoch: 2);
        trace[3].Append(tail);
        trace[3].Hear(trace[2], new Message.NewLeader(2, tail.Zxid));
        trace[3].Save(static state => state with { CurrentEpoch = 2 });
        trace[3].Crash();
        Trace.Breaks("I3", () => trace[3].Restart(new Zxid(1, 1)));
    }

    [Fact]
    public void I4_an_entry_is_acknowledged_before_it_is_durable()
    {
        Trace trace = Trace.Established();
        Entry entry = Trace.Next(trace[1].Last, epoch: 1);
        trace[1].Append(entry);
        trace[2].Append(entry);
        Trace.Breaks("I4", () => trace[2].Say(trace[1], new Message.Ack(1, entry.Zxid)));
    }

    [Fact]
    public void I4_an_entry_is_acknowledged_that_was_cut()
    {
        Trace trace = WithTail(out Entry tail);
        trace[3].Append(tail);
        trace[3].Flush();
        trace[3].Truncate(trace[3].Log[0].Point);
        trace[3].Flush();
        Trace.Breaks("I4", () => trace[3].Say(trace[1], new Message.Ack(1, tail.Zxid)));
    }

    [Fact]
    public void I4_an_entry_is_acknowledged_to_a_leader_whose_epoch_is_over_here()
    {
        Trace trace = Trace.Established(entries: 1);
        trace[2].Accept(epoch: 2);
        Trace.Breaks("I4", () => trace[2].Say(trace[1], new Message.Ack(1, new Zxid(1, 1))));
    }

    [Theory]
    [InlineData("progress")]
    [InlineData("learner")]
    [InlineData("answer")]
    [InlineData("vote")]
    [InlineData("candidate")]
    public void I4_a_history_is_claimed_before_it_is_durable(string how)
    {
        Trace trace = WithTail(out Entry tail);
        trace[3].Append(tail);
        Actor actor = trace[3];
        Message claim = how switch
        {
            "progress" => new Message.SyncProgress(1, tail.Zxid),
            "learner" => actor.Info(),
            "answer" => new Message.AckEpoch(1, IsPromise: false, 1, default, tail.Point, [], null),
            "vote" => PromiseTests.Vote(actor, new Candidate(1, Zxid.None, trace[1].Id), VoteState.Following),
            _ => PromiseTests.Vote(actor, new Candidate(1, tail.Zxid, actor.Id)) with { LastDurable = Zxid.None },
        };
        Trace.Breaks("I4", () => actor.Say(trace[2], claim));
    }

    [Fact]
    public void A_vote_that_speaks_of_what_was_cut_meanwhile_is_silent()
    {
        Trace trace = WithTail(out Entry tail);
        trace[3].Append(tail);
        trace[3].Flush();
        Message.Vote held = PromiseTests.Vote(trace[3], new Candidate(1, tail.Zxid, trace[3].Id));
        trace[3].Truncate(trace[3].Log[0].Point);
        trace[3].Flush();
        trace[3].Say(trace[2], held);
    }

    [Fact]
    public void I4_writes_are_reported_out_of_order()
    {
        Trace trace = Trace.Established();
        trace[1].Append(Trace.Next(trace[1].Last, epoch: 1));
        trace[1].Append(Trace.Next(trace[1].Last, epoch: 1));
        var second = new Output.Append(trace[1].LastWrite, [trace[1].Log[1]]);
        Trace.Breaks("I4", () => trace.Watch.Durable(new ServerId(1), [second], installRejected: false));
    }

    [Fact]
    public void I7_an_entry_that_is_committed_is_cut()
    {
        Trace trace = Trace.Established(entries: 2);
        trace[3].Truncate(trace[3].Log[0].Point);
        Trace.Breaks("I7", () => trace[3].Flush());
    }

    [Fact]
    public void I7_a_snapshot_replaces_entries_that_are_committed()
    {
        Trace trace = Trace.Established(entries: 2);
        trace[3].Install(Snapshot(trace, trace[3].Log[0]));
        Trace.Breaks("I7", () => trace[3].Flush());
    }

    [Fact]
    public void A_damaged_server_may_go_back_to_a_snapshot()
    {
        Trace trace = Trace.Established(entries: 2);
        trace[3].Crash();
        trace.Watch.Disturbed(new ServerId(3), DirectoryFault.Damaged);
        trace[3].Hard = trace[3].Hard with { RepairFloor = new RepairFloor(1, new Zxid(1, 2)) };
        trace[3].Restart(new Zxid(1, 2));
        trace[3].Install(Snapshot(trace, trace[3].Log[0]));
        trace[3].Flush();
    }

    [Fact]
    public void I7_the_log_is_dropped_beyond_its_snapshot()
    {
        Trace trace = Trace.Established(entries: 2);
        trace.Watch.SnapshotMade(new ServerId(2), trace[2].Log[0].Point);
        trace[2].Ask(new Output.CompactLog(trace[2].NextWrite(), new Zxid(1, 2)));
        Trace.Breaks("I7", () => trace[2].Flush());
    }

    /// <summary>Server 1 leads, one entry is everywhere, and another one only at the leader.</summary>
    internal static Trace WithTail(out Entry tail)
    {
        Trace trace = Trace.Established(entries: 1);
        tail = Trace.Next(trace[1].Last, epoch: 1, "tail");
        trace[1].Append(tail);
        return trace;
    }

    internal static SnapshotInfo Snapshot(Trace trace, Entry entry) => new(entry.Point, trace.Record, 1, 10, 0);
}
