using Xunit;
using Zab.Core;

namespace Zab.Tests.Checks;

/// <summary>What servers do when all is well breaks nothing.</summary>
public class HealthyRunTests
{
    [Fact]
    public void Election_writes_failover_and_the_return_of_the_old_leader_are_silent()
    {
        Trace trace = Trace.Established(entries: 3);
        Entry first = trace.Write(1, "before", 2, 3);

        // The leader proposes something that nobody hears of, and dies.
        trace[1].Append(Trace.Next(trace[1].Last, epoch: 1, "nobody heard"));
        trace[1].Flush();
        trace[1].Crash();
        trace.Elect(2, epoch: 2, 3);
        Entry second = trace.Write(2, "after", 3);

        // It comes back, is cut, and goes on with the others.
        trace[1].Restart(new Zxid(1, 5));
        trace[1].Join(trace[2], epoch: 2);
        trace[2].Say(trace[1], new Message.Trunc(2, first.Point));
        trace[1].Truncate(first.Point);
        trace[1].Flush();
        trace[1].Sync(trace[2], epoch: 2);
        trace[1].Learn(2, second.Zxid);
        foreach (Entry entry in trace[1].Log) trace[1].Apply(entry);
        trace.Write(2, "all three", 1, 3);

        trace.Watch.Finish(new ServerId(1), new ServerId(2), new ServerId(3));
        Assert.Equal(new Zxid(2, 2), trace.Watch.Committed);
        Assert.Equal(2, trace.Watch.LeadersEstablished);
    }

    [Fact]
    public void A_snapshot_that_replaces_a_tail_is_silent()
    {
        Trace trace = Trace.Established(entries: 3);
        trace[3].Crash();
        trace[3].Restart(new Zxid(1, 3));
        Entry last = trace.Write(1, "without 3", 2);
        var snapshot = new SnapshotInfo(last.Point, trace.Record, 1, 10, 0);
        trace.Watch.SnapshotMade(new ServerId(1), last.Point);

        trace[3].Connect(trace[1]);
        trace[1].Say(trace[3], new Message.Snap(1, trace[3].Last, snapshot));
        trace[3].Install(snapshot);
        trace[3].Flush();
        trace.Watch.StateReplaced(new ServerId(3), last.Point);
        trace[3].Sync(trace[1], epoch: 1);
        trace[3].Learn(1, last.Zxid);
        trace.Write(1, "with 3", 2, 3);

        trace.Watch.Finish(new ServerId(1), new ServerId(2), new ServerId(3));
    }

    [Fact]
    public void A_start_with_prepared_directories_is_silent()
    {
        var trace = new Trace();
        Entry one = Trace.Next(default, epoch: 4), two = Trace.Next(one.Point, epoch: 4), other = Trace.Next(one.Point, epoch: 5);
        foreach ((uint id, Entry[] log) in new (uint, Entry[])[] { (1, [one, two]), (2, [one, other]), (3, []) })
        {
            trace[id].Hard = trace[id].Hard with { AcceptedEpoch = 5, CurrentEpoch = log.Length > 0 ? log[^1].Zxid.Epoch : 0 };
            trace[id].Log.AddRange(log);
            trace[id].Restart(new Zxid(9, 9));
        }

        trace.Elect(2, epoch: 6, 3);
        foreach (uint id in (uint[])[2, 3])
            foreach (Entry entry in trace[id].Log.ToArray()) trace[id].Apply(entry);
        trace.Write(2, "new", 3);

        Assert.Equal(new Zxid(6, 1), trace.Watch.Committed);
    }

    [Fact]
    public void What_was_not_reported_durable_may_be_lost_or_not()
    {
        foreach (uint kept in (uint[])[1, 2, 3])
        {
            Trace trace = Trace.Established(entries: 1);
            Entry two = Trace.Next(trace[1].Last, epoch: 1), three = Trace.Next(two.Point, epoch: 1);
            trace[1].Append(two, three);
            trace[1].Crash();
            trace[1].Restart(new Zxid(1, kept));
        }
    }
}
