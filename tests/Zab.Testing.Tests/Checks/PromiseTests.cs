using Xunit;
using Zab.Core;

namespace Zab.Tests.Checks;

/// <summary>I1, I2 and I30: who leads, and what was promised.</summary>
public class PromiseTests
{
    [Fact]
    public void I1_a_second_leader_of_an_epoch()
    {
        Trace trace = Trace.Established();
        Trace.Breaks("I1", () => trace[2].Lead(epoch: 1));
    }

    [Fact]
    public void I1_a_leader_that_leads_its_epoch_again_in_another_life()
    {
        Trace trace = Trace.Established();
        trace[1].Crash();
        trace[1].Restart(Zxid.None);
        Trace.Breaks("I1", () => trace[1].Lead(epoch: 1));
    }

    [Fact]
    public void I1_a_leader_that_left_and_leads_the_same_epoch_again()
    {
        Trace trace = Trace.Established();
        trace[1].Look();
        Trace.Breaks("I1", () => trace[1].Lead(epoch: 1));
    }

    [Fact]
    public void I2_an_epoch_is_proposed_before_its_leader_has_accepted_it()
    {
        Trace trace = Trace.Established();
        trace[1].Save(static state => state with { AcceptedEpoch = 2 });
        Trace.Breaks("I2", () => trace[1].Say(trace[2], new Message.LeaderInfo(2, ProtocolVersion.Current, trace[1].Hard.ClusterId, trace.Record)));
    }

    [Fact]
    public void I2_a_promise_before_it_is_durable()
    {
        Trace trace = Trace.Established();
        trace[2].Save(static state => state with { AcceptedEpoch = 2 });
        Trace.Breaks("I2", () => trace[2].Say(trace[1], AckEpoch(trace[2], epoch: 2, isPromise: true)));
    }

    [Fact]
    public void I2_the_same_epoch_is_promised_twice()
    {
        Trace trace = Trace.Established();
        trace[2].Accept(epoch: 2);
        trace[2].Say(trace[1], AckEpoch(trace[2], epoch: 2, isPromise: true));
        trace[2].Say(trace[3], AckEpoch(trace[2], epoch: 2, isPromise: false));
        Trace.Breaks("I2", () => trace[2].Say(trace[3], AckEpoch(trace[2], epoch: 2, isPromise: true)));
    }

    [Fact]
    public void I2_the_same_epoch_is_promised_again_in_another_life()
    {
        Trace trace = Trace.Established();
        trace[2].Accept(epoch: 2);
        trace[2].Say(trace[1], AckEpoch(trace[2], epoch: 2, isPromise: true));
        trace[2].Crash();
        trace[2].Restart(Zxid.None);
        Trace.Breaks("I2", () => trace[2].Say(trace[3], AckEpoch(trace[2], epoch: 2, isPromise: true)));
    }

    [Fact]
    public void I2_a_learner_claims_an_accepted_epoch_that_is_not_durable()
    {
        Trace trace = Trace.Established();
        trace[2].Save(static state => state with { AcceptedEpoch = 2 });
        Trace.Breaks("I2", () => trace[2].Say(trace[1], trace[2].Info()));
    }

    [Fact]
    public void I2_a_candidate_stands_with_an_epoch_that_is_not_durable()
    {
        Trace trace = Trace.Established();
        trace[2].Hear(trace[1], new Message.NewLeader(2, Zxid.None));
        trace[2].Save(static state => state with { AcceptedEpoch = 2, CurrentEpoch = 2 });
        Trace.Breaks("I2", () => trace[2].Say(trace[1], Vote(trace[2], new Candidate(2, Zxid.None, trace[2].Id))));
    }

    [Fact]
    public void I1_an_epoch_is_taken_over_with_a_promise_of_the_epoch_before()
    {
        Trace trace = Trace.Established();
        trace[2].Accept(epoch: 2);
        trace[3].Join(trace[2], epoch: 2);
        trace[2].Accept(epoch: 3);
        Trace.Breaks("I1", () => trace[2].Adopt(epoch: 3));
    }

    [Fact]
    public void I1_an_epoch_is_taken_over_with_a_promise_to_somebody_else()
    {
        Trace trace = Trace.Established();
        trace[1].Accept(epoch: 2);
        trace[2].Accept(epoch: 2);
        trace[3].Join(trace[1], epoch: 2);
        Trace.Breaks("I1", () => trace[2].Adopt(epoch: 2));
    }

    [Fact]
    public void I8_an_epoch_is_taken_over_though_a_voter_that_is_needed_holds_more()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[1].Flush();
        trace[2].Accept(trace[1], tail);
        trace[3].Accept(epoch: 2);
        trace[2].Join(trace[3], epoch: 2);
        Trace.Breaks("I8", () => trace[3].Adopt(epoch: 2));
    }

    [Fact]
    public void Whoever_holds_more_may_promise_where_a_quorum_holds_no_more()
    {
        Trace trace = Trace.Established(voters: 5, entries: 1);
        Entry tail = Trace.Next(trace[1].Last, epoch: 1);
        trace[1].Append(tail);
        trace[2].Append(tail);
        trace[2].Flush();
        trace[3].Accept(epoch: 2);
        foreach (uint id in (uint[])[2, 4, 5]) trace[id].Join(trace[3], epoch: 2);
        trace[3].Adopt(epoch: 2);
        Assert.Equal(2u, trace[3].Hard.CurrentEpoch);
    }

    [Fact]
    public void I2_a_leader_is_confirmed_by_a_voter_that_has_promised_a_later_epoch()
    {
        Trace trace = Trace.Established();
        trace[2].Accept(epoch: 2);
        Trace.Breaks("I2", () => trace[2].Say(trace[1], new Message.PingReply(1, 1)));
    }

    [Theory]
    [InlineData(0, 0, 9)]       // accepted goes back
    [InlineData(1, 0, 9)]       // current goes back
    [InlineData(1, 2, 9)]       // current passes accepted
    [InlineData(1, 1, 1)]       // generation goes back
    public void I30_promises_that_go_back(uint accepted, uint current, ulong generation)
    {
        Trace trace = Trace.Established();
        var state = trace[2].Hard with { AcceptedEpoch = accepted, CurrentEpoch = current, Generation = generation };
        Trace.Breaks("I30", () => trace[2].Ask(new Output.SaveHardState(trace[2].NextWrite(), state)));
    }

    [Fact]
    public void I30_a_directory_changes_its_incarnation() =>
        Trace.Breaks("I30", () => Trace.Established()[2].Save(static state => state with { Incarnation = new Incarnation(7) }));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    public void I30_promises_that_are_forgotten_at_a_start(uint accepted, uint current)
    {
        Trace trace = Trace.Established();
        trace[2].Crash();
        trace[2].Hard = trace[2].Hard with { AcceptedEpoch = accepted, CurrentEpoch = current };
        Trace.Breaks("I30", () => trace[2].Restart(Zxid.None));
    }

    [Fact]
    public void I30_promises_that_nobody_made_are_found_at_a_start()
    {
        Trace trace = Trace.Established();
        trace[2].Crash();
        trace[2].Hard = trace[2].Hard with { AcceptedEpoch = 9 };
        Trace.Breaks("I30", () => trace[2].Restart(Zxid.None));
    }

    internal static Message.Vote Vote(Actor actor, Candidate candidate, VoteState state = VoteState.Looking) =>
        new(state, 1, candidate, Counts: true, actor.Hard.Incarnation, actor.Hard.Generation, actor.Last.Zxid, Zxid.None);

    private static Message.AckEpoch AckEpoch(Actor actor, uint epoch, bool isPromise) =>
        new(epoch, isPromise, actor.Hard.CurrentEpoch, default, actor.Last, [], null);
}
