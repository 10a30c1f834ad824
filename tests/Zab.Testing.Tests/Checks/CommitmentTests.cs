using Xunit;
using Zab.Core;
using Zab.Testing.Checks;

namespace Zab.Tests.Checks;

/// <summary>I5, I6, I8 and I25: when something is committed, by whose acks, and that no later leader lacks it.</summary>
public class CommitmentTests
{
    [Fact]
    public void I5_an_entry_is_committed_by_the_leader_alone()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[1].Flush();
        Trace.Breaks("I5", () => trace[1].Decide(tail.Zxid));
    }

    [Fact]
    public void I5_the_leader_counts_itself_before_its_own_disk_has_answered()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[2].Append(tail);
        trace[2].Flush();
        trace[2].Ack(trace[1], tail.Zxid);
        trace[1].Committed = tail.Zxid;
        Trace.Breaks("I5", () => trace[1].Step(Input.Tick.Instance));
    }

    [Fact]
    public void Two_followers_are_a_quorum_without_the_leaders_disk()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        foreach (uint id in (uint[])[2, 3]) trace[id].Accept(trace[1], tail);
        trace[1].Committed = tail.Zxid;
        trace[1].Step(Input.Tick.Instance);
        Assert.Equal(tail.Zxid, trace.Watch.Committed);
    }

    [Fact]
    public void I5_the_ack_of_an_observer_counts()
    {
        Trace trace = Trace.Established(observers: 1);
        Entry entry = Trace.Next(trace[1].Last, epoch: 1);
        trace[1].Append(entry);
        trace[1].Flush();
        trace[4].Append(entry);
        trace[4].Flush();
        trace[4].Ack(trace[1], entry.Zxid);
        Trace.Breaks("I5", () => trace[1].Decide(entry.Zxid));
    }

    [Fact]
    public void I5_a_leader_is_established_without_a_quorum()
    {
        var trace = new Trace();
        foreach (Actor actor in trace.All) actor.Start();
        trace[1].Accept(epoch: 1);
        trace[2].Join(trace[1], epoch: 1);
        trace[1].Adopt(epoch: 1);
        Trace.Breaks("I5", () => trace[1].Lead(epoch: 1));
    }

    [Fact]
    public void I5_NEWLEADER_was_acknowledged_short_of_the_initial_history()
    {
        Trace trace = DurabilityTests.WithTail(out Entry _);
        trace[1].Flush();
        trace[1].Look();
        trace[1].Accept(epoch: 2);
        trace[2].Join(trace[1], epoch: 2);
        trace[1].Adopt(epoch: 2);
        trace[2].Hear(trace[1], new Message.NewLeader(2, new Zxid(1, 1)));
        trace[2].Adopt(epoch: 2);
        trace[2].AckNewLeader(trace[1], epoch: 2, new Zxid(1, 1));
        Trace.Breaks("I5", () => trace[1].Lead(epoch: 2));
    }

    [Fact]
    public void I5_others_are_told_of_a_commit_that_was_not_decided()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        foreach (Message message in (Message[])
        [
            new Message.Commit(1, tail.Zxid), new Message.Ping(1, 1, tail.Zxid), new Message.Proposal(1, [tail], tail.Zxid), new Message.UpToDate(1, tail.Zxid),
        ])
            Trace.Breaks("I5", () => trace[1].Say(trace[2], message));
    }

    [Fact]
    public void I5_UPTODATE_is_sent_before_the_leader_is_established()
    {
        Trace trace = Trace.Established();
        trace[2].Accept(epoch: 2);
        Trace.Breaks("I5", () => trace[2].Say(trace[3], new Message.UpToDate(2, Zxid.None)));
    }

    [Fact]
    public void I5_an_observer_is_sent_what_is_not_committed()
    {
        Trace trace = Trace.Established(observers: 1);
        Entry entry = Trace.Next(trace[1].Last, epoch: 1);
        trace[1].Append(entry);
        trace[1].Say(trace[2], new Message.Proposal(1, [entry], Zxid.None));
        Trace.Breaks("I5", () => trace[1].Say(trace[4], new Message.Proposal(1, [entry], Zxid.None)));
    }

    [Fact]
    public void I6_an_ack_counts_that_came_on_a_channel_which_is_closed()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[1].Flush();
        trace[2].Append(tail);
        trace[2].Flush();
        ChannelId old = trace[2].Channel(trace[1]);
        trace[1].Step(Input.Tick.Instance, new Output.CloseChannel(old, "closed"));
        trace[2].Ack(trace[1], tail.Zxid);
        Trace.Breaks("I6", () => trace[1].Decide(tail.Zxid));
    }

    [Fact]
    public void I6_an_ack_counts_that_came_before_that_of_NEWLEADER_on_its_channel()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[1].Flush();
        trace[2].Append(tail);
        trace[2].Flush();
        trace[1].Step(new Input.ChannelDown(trace[2].Channel(trace[1]), "broken"));
        trace[2].Connect(trace[1]);
        trace[2].Ack(trace[1], tail.Zxid);
        Trace.Breaks("I6", () => trace[1].Decide(tail.Zxid));
    }

    [Fact]
    public void I8_a_leader_is_established_without_what_was_committed()
    {
        // Server 3 has not got the entry; server 2, which acknowledged it, says nothing of it and adopts the shorter history.
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[1].Flush();
        trace[2].Accept(trace[1], tail);
        trace[1].Decide(tail.Zxid);
        trace[3].Look();
        trace[3].Accept(epoch: 2);
        trace[2].Join(trace[3], epoch: 2, saying: trace[3].Last);
        trace[3].Adopt(epoch: 2);
        trace[2].Hear(trace[3], new Message.NewLeader(2, trace[3].Last.Zxid));
        trace[2].Adopt(epoch: 2);
        trace[2].AckNewLeader(trace[3], epoch: 2, trace[3].Last.Zxid);
        Trace.Breaks("I8", () => trace[3].Lead(epoch: 2));
    }

    [Fact]
    public void I8_an_old_leader_commits_what_a_later_one_does_not_have()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[1].Flush();
        trace[2].Accept(trace[1], tail);
        trace[3].Look();
        trace[3].Accept(epoch: 2);
        trace[2].Join(trace[3], epoch: 2, saying: trace[3].Last);
        trace[3].Adopt(epoch: 2);
        trace[2].Truncate(trace[3].Last);
        trace[2].Flush();
        trace[2].Sync(trace[3], epoch: 2);
        trace[3].Lead(epoch: 2);
        Trace.Breaks("I8", () => trace[1].Decide(tail.Zxid));
    }

    // ---- I25: server 3 has lost its directory, and server 1 proposes to admit the new one ----

    [Fact]
    public void I25_a_new_directory_counts_for_its_own_admission()
    {
        Trace trace = Admission(out Entry admission);
        trace[3].Accept(trace[1], admission);
        Trace.Breaks("I25", () => trace[1].Decide(admission.Zxid));
    }

    [Fact]
    public void I5_a_new_directory_counts_before_its_admission()
    {
        Trace trace = Wiped();
        Entry entry = Trace.Next(trace[1].Last, epoch: 1);
        trace[1].Append(entry);
        trace[1].Flush();
        trace[3].Accept(trace[1], entry);
        Trace.Breaks("I5", () => trace[1].Decide(entry.Zxid));
    }

    [Fact]
    public void A_new_directory_counts_once_its_admission_is_committed()
    {
        Trace trace = Admission(out Entry admission);
        trace[3].Accept(trace[1], admission);
        trace[2].Accept(trace[1], admission);
        trace[1].Decide(admission.Zxid);
        Entry next = Trace.Next(trace[1].Last, epoch: 1);
        trace[1].Append(next);
        trace[1].Flush();
        trace[3].Accept(trace[1], next);
        trace[1].Decide(next.Zxid);
    }

    [Fact]
    public void I1_a_new_directory_helps_to_elect_before_its_admission_is_committed()
    {
        Trace trace = Admission(out Entry admission);
        trace[3].Accept(trace[1], admission);
        trace[1].Look();
        trace[1].Accept(epoch: 2);
        trace[3].Join(trace[1], epoch: 2);
        Trace.Breaks("I1", () => trace[1].Adopt(epoch: 2));
    }

    [Fact]
    public void I25_a_second_configuration_before_the_first_is_committed()
    {
        Trace trace = Admission(out Entry admission);
        Trace.Breaks("I25", () => trace[1].Append(Config(admission.Point, trace.Record)));
    }

    [Fact]
    public void I25_a_configuration_whose_quorums_need_not_meet_those_before()
    {
        Trace trace = Trace.Established(voters: 5);
        Ensemble two = new(Zxid.None, trace.Record.Members.Where(static member => member.Id.Value <= 2));
        Trace.Breaks("I25", () => trace[1].Append(Config(trace[1].Last, two)));
    }

    [Fact]
    public void I25_two_founding_records()
    {
        var trace = new Trace();
        trace[1].Start();
        trace[2].Hard = trace[2].Hard with { Founding = trace.Record.Admit(new ServerId(3), new Incarnation(9)) };
        Trace.Breaks("I25", () => trace[2].Start());
    }

    private static Entry Config(HistoryPoint after, Ensemble config) => Trace.Next(after, epoch: 1, config.Encode(), EntryType.Config);

    private static Trace Wiped()
    {
        Trace trace = Trace.Established();
        trace[3].Crash();
        trace.Watch.Disturbed(new ServerId(3), DirectoryFault.Wiped);
        trace[3].Hard = trace[3].Hard with { Incarnation = new Incarnation(333), AcceptedEpoch = 0, CurrentEpoch = 0, Founded = false, Generation = 0 };
        trace[3].Restart(Zxid.None);
        trace[3].Join(trace[1], epoch: 1);
        trace[3].Sync(trace[1], epoch: 1);
        return trace;
    }

    private static Trace Admission(out Entry admission)
    {
        Trace trace = Wiped();
        admission = Config(trace[1].Last, trace.Record.Admit(new ServerId(3), new Incarnation(333)));
        trace[1].Append(admission);
        trace[1].Flush();
        return trace;
    }
}
