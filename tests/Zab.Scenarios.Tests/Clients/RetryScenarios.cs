using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Testing;

namespace Zab.Scenarios.Clients;

/// <summary>B.6 of the fault catalogue: calls that are repeated, given up, or on their way while the leader changes.</summary>
public sealed class RetryScenarios
{
    [Fact]
    public void C01_a_client_that_repeats_its_calls_across_fifty_leader_kills_counts_each_once()
    {
        Story story = Story.Running(voters: 3);
        var random = new DeterministicRandom(1);
        Caller caller = Caller.Open(story, 1);
        ulong number = 0;
        for (int kills = 0; kills < 50; kills++)
        {
            uint server = 1 + (uint)random.Next(3), leader = story.LeadingId();
            Call call = caller.Send(server, ++number, Caller.Increment("n"));
            story.World.Run(new TimeSpan(random.NextInt64(4 * TimeSpan.TicksPerMillisecond)));
            story.Kill(leader);
            story.Start(leader);
            if (server == leader || random.Next(4) == 0) call = caller.Send(1 + (uint)random.Next(3), number, Caller.Increment("n"));       // To whoever is there: no other number.
            Assert.Null(Caller.Ended(story, call));
            Assert.Equal((long)number, Caller.Number(call));
            story.UntilAllServe();
        }

        Assert.Equal("50", story.Read(1, "n"));
        story.UntilAllEqual();
    }

    /// <summary>Of ten calls under way, the first five are committed, two more reach one follower, and three nobody when the leader dies.</summary>
    [Fact]
    public void C02_of_pipelined_calls_a_beginning_is_executed_when_the_leader_dies()
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        uint leader = story.LeadingId(), near = story.FollowingIds()[0], far = story.FollowingIds()[1];
        Caller caller = Caller.Open(story, leader);
        ulong number = 0;
        for (int i = 0; i < 5; i++) caller.Send(leader, ++number, Caller.Increment("n"));
        story.UntilAllEqual();
        story.Network.Block(story[leader].Id, story[far].Id);
        story.Network.Block(story[near].Id, story[leader].Id);  // So that its acks commit nothing.
        for (int i = 0; i < 2; i++) caller.Send(leader, ++number, Caller.Increment("n"));
        story.Run(0.01);
        story.Network.Block(story[leader].Id, story[near].Id);
        for (int i = 0; i < 3; i++) caller.Send(leader, ++number, Caller.Increment("n"));
        story.Run(0.01);
        Assert.Equal([1, 2, 3, 4, 5], log.Executed(caller.Session));
        story.Kill(leader);
        story.Network.HealAll();

        story.UntilAllEqual();
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], log.Executed(caller.Session));

        // The client repeats what it has no answer to, from the lowest number on. One number alone, too early, is told which is missing.
        Assert.Equal(8u, Assert.IsType<RequestGapException>(Caller.Ended(story, caller.Send(far, 9, Caller.Increment("n")))).Expected);
        for (ulong again = 6; again <= 10; again++) Assert.Equal((long)again, Caller.Number(caller.Called(far, again, Caller.Increment("n"))));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], log.Executed(caller.Session));
        Assert.Equal("10", story.Read(near, "n"));
    }

    [Fact]
    public void C11_a_forwarded_call_whose_leader_has_gone_is_executed_once_by_the_next_one()
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        uint old = story.LeadingId(), follower = story.FollowingIds()[0], other = story.FollowingIds()[1];
        Caller caller = Caller.Open(story, follower);
        story.Network.OnArrival = (from, to, message) => from == story[follower].Id && to == story[old].Id && message is Message.Request ? Arrival.Held : Arrival.Delivered;
        Call call = caller.Send(follower, 1, Caller.Increment("n"));
        story.Run(0.1);
        story.Network.Cut(story[old].Id, story[other].Id);
        story.Network.Cut(story[old].Id, story[follower].Id);
        story.Until(() => story.World.Leader is { } leader && leader.Id.Value != old, "another one leads");
        story.Network.OnArrival = null;
        story.Network.HealAll();                                // What was held arrives at a server that does not lead any more.

        Assert.Null(Caller.Ended(story, call));
        Assert.Equal(1, Caller.Number(call));
        story.UntilAllEqual();
        Assert.Equal([1], log.Executed(caller.Session));
        Assert.Equal("1", story.Read(old, "n"));
    }

    [Fact]
    public void C11_who_does_not_wait_for_the_next_leader_is_told_once_that_the_outcome_is_unknown()
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        uint old = story.LeadingId(), follower = story.FollowingIds()[0];
        Caller caller = Caller.Open(story, follower);
        Call call = caller.Send(follower, 1, Caller.Increment("n"));
        story.Kill(old);                                        // It may have taken the call with it, or not.
        CallTable calls = story[follower].Life!.Calls;
        Assert.IsType<OutcomeUnknownException>(calls.GiveUp(call, CallEnd.Deadline(TimeSpan.Zero), isBound: true));
        Assert.Equal(0, calls.Count);
        story.Start(old);
        story.UntilAllServe();

        Assert.Equal(1, Caller.Number(caller.Called(follower, 1, Caller.Increment("n"))));
        Assert.Equal([1], log.Executed(caller.Session));
        Assert.Equal("1", story.Read(follower, "n"));
    }

    /// <summary>Attempt 1 stands in the log of a leader that nobody hears. The caller gives up while there is no leader; then that log wins.</summary>
    [Fact]
    public void C13_a_call_whose_first_attempt_ran_is_never_called_not_executed()
    {
        Story story = Story.Running(voters: 3);
        uint leader = story.LeadingId(), follower = story.FollowingIds()[0], other = story.FollowingIds()[1];
        story.Written(follower, "before", "1");
        story.UntilAllEqual();
        Call call = StrandAtLeader(story, leader, follower, other);
        story.Kill(other);
        story.Until(() => story[follower].Life!.Peer.Role == Role.Looking && !call.IsOut, "the follower leaves, and attempt 1 is lost");
        CallTable calls = story[follower].Life!.Calls;
        Assert.IsType<OutcomeUnknownException>(calls.GiveUp(call, CallEnd.Deadline(TimeSpan.Zero), isBound: false));
        story.Network.HealAll();

        story.Until(() => story[follower].Life!.View.IsServing, "the follower is back");
        Assert.Equal("1", story.Read(follower, "n"));
        story.Until(() => calls.Count == 0, "the number is settled");
        story.Start(other);
        story.UntilAllEqual();
        Assert.Equal("1", story.Read(other, "n"));              // The fill found the number taken.
    }

    /// <summary>Attempt 1 stands in the log of a leader that nobody hears; attempt 2 is refused by the next leader. A refusal says nothing about the attempt before it.</summary>
    [Fact]
    public void C13_a_call_that_is_refused_after_an_attempt_was_lost_is_not_called_not_executed()
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        uint leader = story.LeadingId(), follower = story.FollowingIds()[0], other = story.FollowingIds()[1];
        story.Written(follower, "before", "1");
        story.UntilAllEqual();
        Call call = StrandAtLeader(story, leader, follower, other);
        story.Network.Cut(story[leader].Id, story[follower].Id);
        story.Network.Cut(story[leader].Id, story[other].Id);
        CallTable calls = story[follower].Life!.Calls;
        story.Until(() => !call.IsOut, "attempt 1 is lost");
        story.Until(() => call.IsOut, "attempt 2 is handed on");
        ((IReplicaListener)calls).OnRefused(call.Tag, "overloaded: too many proposals wait for their quorum; try again later");
        Assert.IsType<OutcomeUnknownException>(calls.GiveUp(call, CallEnd.Deadline(TimeSpan.Zero), isBound: false));

        story.Network.HealAll();
        story.UntilAllEqual();
        story.Until(() => calls.Count == 0, "the number is settled");
        ulong[] executed = log.Executed(call.Session);
        Assert.Equal(executed.Distinct(), executed);
        Call next = Caller.Send(story, follower, Caller.Increment("m"));
        Assert.Null(Caller.Ended(story, next));
        Assert.Equal(1, Caller.Number(next));
    }

    /// <summary>Hands an increment to the follower; its leader logs it, and nobody hears of that.</summary>
    private static Call StrandAtLeader(Story story, uint leader, uint follower, uint other)
    {
        story.Network.Block(story[leader].Id, story[follower].Id);
        story.Network.Block(story[leader].Id, story[other].Id);
        Zxid logged = story[leader].Life!.Peer.LastLogged;
        Call call = Caller.Send(story, follower, Caller.Increment("n"));
        story.Until(() => story[leader].Life!.Peer.LastLogged > logged, "attempt 1 stands in the log of the leader");
        return call;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void C14_the_number_of_a_call_that_was_given_up_is_not_used_for_the_next(bool attemptArrives)
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        uint leader = story.LeadingId(), follower = story.FollowingIds()[0];
        story.Written(follower, "before", "1");
        story.UntilAllEqual();
        story.Network.OnArrival = (from, _, message) => from == story[follower].Id && message is Message.Request ? attemptArrives ? Arrival.Held : Arrival.Broken : Arrival.Delivered;
        CallTable calls = story[follower].Life!.Calls;
        Call givenUp = Caller.Send(story, follower, Caller.Increment("a"));
        if (attemptArrives) story.Run(0.01);
        else story.Until(() => !givenUp.IsOut, "the attempt is lost");
        Assert.IsType<OutcomeUnknownException>(calls.GiveUp(givenUp, CallEnd.Deadline(TimeSpan.Zero), isBound: false));
        Call next = Caller.Send(story, follower, Caller.Increment("b"));
        story.Network.OnArrival = null;
        story.Network.Heal(story[follower].Id, story[leader].Id);

        Assert.Null(Caller.Ended(story, next));
        Assert.Equal(1, Caller.Number(next));
        Call third = Caller.Send(story, follower, Caller.Increment("b"));
        Assert.Null(Caller.Ended(story, third));
        Assert.Equal(2, Caller.Number(third));
        Assert.True(next.Number > givenUp.Number);
        Assert.Equal(0, calls.Count);
        story.UntilAllEqual();
        Assert.Equal(attemptArrives ? "1" : null, story.Read(leader, "a"));      // It ran, or was filled: in either case once and for all.
        Assert.Equal(log.Executed(next.Session).Distinct(), log.Executed(next.Session));
    }
}
