using Xunit;
using Zab.Core;
using Zab.Testing;
using Zab.Testing.Linearizability;
using Zab.Tests.Peers;

namespace Zab.Scenarios;

/// <summary>Linearizable reads while the leader changes.</summary>
public sealed partial class BroadcastScenarios
{
    /// <summary>Put in by hand: the retry of a read takes the answer to the first attempt, which is from before the change. A test of the checker.</summary>
    [Fact]
    public void B15_a_read_served_by_the_answer_to_an_earlier_attempt_is_flagged()
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer old = story.Leader, reader = story.AllBut(old)[0], next = story.AllBut(old)[1];
        var calls = new RecordedCalls(story);
        calls.Put(client: 1, old.Id.Value, "k", "first");
        Zxid index = story.IndexOf(reader.Life!.Replica.Reads.Ask(out _))!.Value;
        story.UntilAllEqual();
        story.CutOff(reader);
        calls.Put(client: 1, next.Id.Value, "k", "second");
        Assert.True(reader.Life.Replica.Status.LastApplied >= index);
        Assert.Equal(VerdictKind.Legal, calls.Verdict());

        calls.Get(client: 2, reader.Id.Value, "k");             // The old index is reached: it would be served.
        Assert.Equal(VerdictKind.Illegal, calls.Verdict());
    }

    /// <summary>And the reads as they are: the retry asks anew, under an id that was never used, and is answered by the new leader.</summary>
    [Fact]
    public void B15_a_read_that_waits_while_the_leader_changes_fails_and_its_retry_is_another_one()
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer old = story.Leader, reader = story.AllBut(old)[0];
        story.Hold<Message.ReadIndexReply>(old, reader);
        Task<Zxid> first = reader.Life!.Replica.Reads.Ask(out ulong firstId);
        story.Run(0.05);
        Assert.False(first.IsCompleted);
        old.Kill();
        Assert.Null(story.IndexOf(first));
        story.Heal();
        story.UntilAllServe();
        Zxid written = story.Written(story.LeaderId(), "k", "v");
        Zxid? index = story.IndexOf(reader.Life.Replica.Reads.Ask(out ulong secondId));
        Assert.NotEqual(firstId, secondId);
        Assert.True(index >= written);
    }

    [Fact]
    public void B15_an_answer_of_another_epoch_or_to_another_read_serves_nothing()
    {
        LonePeer follower = LonePeer.Following(2, Log);
        follower.Step(new Input.Read(7));
        Assert.Contains(follower.Last, static output => output is Output.Send { Message: Message.ReadIndex { Id: 7 } });
        follower.Receive(new Message.ReadIndexReply(1, 7, new Zxid(1, 3)), new Message.ReadIndexReply(2, 6, new Zxid(1, 3)));
        Assert.Empty(follower.Reads);
        follower.Step(new Input.ChannelDown(follower.Channel, "reset"));
        Assert.Equal(new Output.ReadReady(7, null, follower.Reads.Single().Reason), follower.Reads.Single());
    }

    [Fact]
    public void B16_a_read_at_a_new_leader_waits_for_its_first_quorum_and_for_a_round_after_it()
    {
        LonePeer leader = LonePeer.Elected(1, Log);
        ChannelId follower = leader.Connect(1, 1);
        leader.Durable();
        leader.Step(new Input.Read(5));
        leader.Receive(follower, LonePeer.AckEpoch(2, 1, isPromise: true, Log));
        leader.Durable();
        leader.Pass(new PeerOptions().Tick);
        leader.Receive(follower, new Message.PingReply(2, leader.SentOn(follower).OfType<Message.Ping>().Last().Nonce));
        Assert.Empty(leader.Reads);                             // Heard by a quorum, and what is committed is not known yet.

        leader.Receive(follower, new Message.AckNewLeader(2, new Zxid(1, 3)));
        Assert.Equal(Role.Leading, leader.Peer.Role);
        Assert.Empty(leader.Reads);
        leader.Receive(follower, new Message.PingReply(2, leader.SentOn(follower).OfType<Message.Ping>().Last().Nonce));
        Assert.Equal([new Output.ReadReady(5, new Zxid(1, 3), null)], leader.Reads);
    }
}
