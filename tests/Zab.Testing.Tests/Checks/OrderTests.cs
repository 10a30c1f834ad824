using Xunit;
using Zab.Core;

namespace Zab.Tests.Checks;

/// <summary>I9 to I17: what is proposed, logged and applied, and in which order.</summary>
public class OrderTests
{
    [Fact]
    public void I9_the_tail_of_a_dead_leader_comes_back()
    {
        Trace trace = Deposed(out Entry tail);
        trace[1].Restart(tail.Zxid);
        trace[1].Learn(2, new Zxid(1, 1));
        trace[1].Apply(trace[1].Log[0]);
        Trace.Breaks("I9", () => trace[1].Apply(tail));
    }

    [Fact]
    public void I10_an_entry_is_appended_that_no_leader_proposed()
    {
        Trace trace = Trace.Established(entries: 1);
        Trace.Breaks("I10", () => trace[2].Append(Trace.Next(trace[2].Last, epoch: 1)));
    }

    [Fact]
    public void I10_an_entry_is_sent_that_no_leader_proposed()
    {
        Trace trace = Trace.Established(entries: 1);
        Trace.Breaks("I10", () => trace[1].Say(trace[2], new Message.Proposal(1, [Trace.Next(trace[1].Last, epoch: 1)], Zxid.None)));
    }

    [Fact]
    public void I10_an_entry_is_applied_that_no_leader_proposed()
    {
        Trace trace = Trace.Established(entries: 1);
        Trace.Breaks("I10", () => trace[2].Apply(Trace.Next(trace[2].Last, epoch: 1)));
    }

    [Fact]
    public void I10_an_entry_is_applied_twice()
    {
        Trace trace = Trace.Established(entries: 2);
        Trace.Breaks("I10", () => trace[2].Apply(trace[2].Log[1]));
    }

    [Fact]
    public void An_entry_is_applied_again_in_another_life()
    {
        Trace trace = Trace.Established(entries: 2);
        trace[2].Crash();
        trace[2].Restart(new Zxid(1, 2));
        trace[2].Learn(1, new Zxid(1, 2));
        foreach (Entry entry in trace[2].Log) trace[2].Apply(entry);
    }

    [Fact]
    public void I11_a_leader_gives_a_zxid_twice()
    {
        Trace trace = Trace.Established(entries: 1);
        trace[1].Truncate(default);
        Trace.Breaks("I11", () => trace[1].Append(Trace.Next(default, epoch: 1, "another")));
    }

    [Theory]
    [InlineData(true)]      // The hash is another one.
    [InlineData(false)]     // The content is another one, under the same hash.
    public void I11_an_entry_is_not_what_was_proposed(bool isHash)
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        Entry other = isHash
            ? Trace.Next(trace[2].Last, epoch: 1, "another")
            : Entry.FromParts(tail.Zxid, tail.PrevZxid, tail.Chain, tail.UtcTicks, tail.Type, "another"u8.ToArray());
        Trace.Breaks("I11", () => trace[2].Append(other));
        Trace.Breaks("I11", () => trace[2].Apply(other));
    }

    [Fact]
    public void I11_a_message_names_a_point_of_another_history()
    {
        Trace trace = Trace.Established(entries: 1);
        var wrong = new HistoryPoint(new Zxid(1, 1), 0xBAD);
        SnapshotInfo snapshot = DurabilityTests.Snapshot(trace, trace[1].Log[0]) with { Point = wrong };
        foreach (Message message in (Message[])[new Message.Diff(1, wrong), new Message.Trunc(1, wrong), new Message.Snap(1, default, snapshot)])
            Trace.Breaks("I11", () => trace[1].Say(trace[2], message));
        Trace.Breaks("I11", () => trace[2].Say(trace[1], new Message.AckEpoch(1, IsPromise: false, 1, default, wrong, [], null)));
    }

    [Fact]
    public void I12_entries_of_an_older_leader_are_passed_over()
    {
        Trace trace = Trace.Established(entries: 1);
        Entry second = trace.Write(1, "second", 2);
        trace[1].Look();
        trace.Elect(2, epoch: 2, 3);
        Entry third = Trace.Next(second.Point, epoch: 2);
        Trace.Breaks("I12", () => trace.Write(2, third, 3));
    }

    [Fact]
    public void I12_two_servers_apply_two_orders()
    {
        Trace trace = TwoHistories(out Entry two, out Entry three);
        trace[2].Apply(two);
        Trace.Breaks("I12", () => trace[1].Apply(three));
    }

    [Fact]
    public void I13_an_order_is_applied_that_is_not_the_committed_one()
    {
        Trace trace = TwoHistories(out Entry _, out Entry three);
        Trace.Breaks("I13", () => trace[1].Apply(three));
    }

    [Fact]
    public void I13_in_the_end_a_server_has_not_applied_all()
    {
        Trace trace = Trace.Established(entries: 1);
        Entry second = trace.Write(1, "second", 2);
        trace[3].Append(second);
        trace[3].Flush();
        Trace.Breaks("I13", () => trace.Watch.Finish(new ServerId(3)));
    }

    [Fact]
    public void I14_an_entry_is_applied_without_the_one_before_it()
    {
        Trace trace = Trace.Established();
        trace.Write(1, "first", 2);
        Entry second = trace.Write(1, "second", 2);
        Trace.Breaks("I14", () => trace[3].Apply(second));
    }

    [Fact]
    public void I15_an_epoch_is_applied_after_a_later_one()
    {
        Trace trace = Trace.Established(entries: 1);
        trace[1].Look();
        trace.Elect(2, epoch: 2, 1, 3);
        trace.Write(2, "of epoch 2", 1, 3);
        Trace.Breaks("I15", () => trace[3].Apply(trace[3].Log[0]));
    }

    [Fact]
    public void I16_a_leader_begins_without_what_was_applied()
    {
        Trace trace = Trace.Established(entries: 1);
        trace[1].Look();
        trace.Elect(2, epoch: 2, 3);
        trace[2].Truncate(default);
        Trace.Breaks("I16", () => trace[2].Append(Trace.Next(default, epoch: 2)));
    }

    [Fact]
    public void I17_a_log_gets_a_gap()
    {
        Trace trace = Trace.Established();
        trace.Write(1, "first", 2);
        Entry second = trace.Write(1, "second", 2);
        Trace.Breaks("I17", () => trace[3].Append(second));
    }

    [Fact]
    public void I17_an_entry_is_applied_that_is_not_durable_here()
    {
        Trace trace = Trace.Established(entries: 1);
        Entry second = trace.Write(1, "second", 2);
        trace[3].Append(second);
        trace[3].Learn(1, second.Zxid);
        Trace.Breaks("I17", () => trace[3].Step(Input.Tick.Instance, new Output.Commit(second.Zxid)));
        Trace.Breaks("I17", () => trace[3].Apply(second));
    }

    [Fact]
    public void I17_an_entry_is_applied_that_is_not_committed()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[1].Flush();
        Trace.Breaks("I17", () => trace[1].Apply(tail));
    }

    [Fact]
    public void I17_a_follower_takes_for_committed_what_is_not()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[2].Append(tail);
        trace[2].Flush();
        Trace.Breaks("I17", () => trace[2].Learn(1, tail.Zxid));
    }

    [Fact]
    public void I17_a_commit_point_reaches_beyond_what_matches()
    {
        // The tail of a dead leader lies below the commit point of the living one.
        Trace trace = Deposed(out Entry tail);
        trace[1].Restart(tail.Zxid);
        trace.Write(2, "of epoch 2", 3);
        Trace.Breaks("I17", () => trace[1].Learn(2, tail.Zxid));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void I17_a_commit_point_goes_back(uint server)
    {
        Trace trace = Trace.Established(entries: 2);
        trace[server].Committed = new Zxid(1, 1);
        Trace.Breaks("I17", () => trace[server].Step(Input.Tick.Instance));
    }

    [Fact]
    public void I17_a_peer_believes_that_more_is_durable_than_is()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[1].Durable = tail.Zxid;
        Trace.Breaks("I17", () => trace[1].Step(Input.Tick.Instance));
    }

    [Fact]
    public void I17_a_peer_believes_that_its_log_is_another()
    {
        Trace trace = Trace.Established(entries: 1);
        trace[1].Last = default;
        trace[1].Durable = Zxid.None;
        Trace.Breaks("I17", () => trace[1].Step(Input.Tick.Instance));
    }

    [Fact]
    public void I17_a_log_is_cut_where_it_has_nothing()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        Trace.Breaks("I17", () => trace[2].Truncate(tail.Point));
    }

    [Fact]
    public void I20_in_the_end_a_server_does_not_hold_what_is_committed()
    {
        Trace trace = Trace.Established(entries: 1);
        trace.Write(1, "second", 2);
        Trace.Breaks("I20", () => trace.Watch.Finish(new ServerId(1), new ServerId(2), new ServerId(3)));
    }

    /// <summary>Server 1 led epoch 1, has an entry that nobody else got, and is down; server 2 leads epoch 2.</summary>
    private static Trace Deposed(out Entry tail)
    {
        Trace trace = DurabilityTests.WithTail(out tail);
        trace[1].Flush();
        trace[1].Crash();
        trace.Elect(2, epoch: 2, 3);
        return trace;
    }

    /// <summary>After what all hold, 2/1 was committed in epoch 2; and the leader of epoch 3 cut it from its own log, and proposed 3/1 in its place.</summary>
    private static Trace TwoHistories(out Entry two, out Entry three)
    {
        Trace trace = Trace.Established(entries: 1);
        HistoryPoint common = trace[1].Last;
        trace[1].Look();
        trace.Elect(2, epoch: 2, 3);
        two = Trace.Next(common, epoch: 2);
        trace[2].Append(two);
        trace[2].Flush();
        trace[3].Accept(trace[2], two);
        trace[2].Decide(two.Zxid);
        trace[3].Look();
        trace.Elect(3, epoch: 3, 2);
        trace[3].Truncate(common);
        three = Trace.Next(common, epoch: 3);
        trace[3].Append(three);
        return trace;
    }
}
