using Xunit;
using Zab.Core;
using Zab.Testing;
using Zab.Testing.Checks;
using Zab.Tests.Peers;

namespace Zab.Scenarios;

/// <summary>From the election to the epoch: rows E11 to E14, and E16.</summary>
public sealed partial class ElectionScenarios
{
    /// <summary>Its first promise went to server 3. To another candidate for the same epoch it says so: it may follow, and elects nobody.</summary>
    [Fact]
    public void E11_a_server_promises_an_epoch_to_one_candidate_only()
    {
        var peer = new LonePeer(1, 1, LonePeer.Log((1, 3)));
        peer.FindLeader();
        peer.Promise(2);
        Assert.True(peer.Sent.OfType<Message.AckEpoch>().Single().IsPromise);
        peer.Step(new Input.ChannelDown(peer.Channel, "its process is gone"));

        peer.Vote(3, VoteState.Looking, 2, 1, new Zxid(1, 3), round: 9);
        peer.Vote(2, VoteState.Leading, 2, 1, Zxid.None, round: 9);
        peer.Step(new Input.ChannelUp(peer.Channel, new ServerId(2), IsOutgoing: true));
        peer.Promise(2);
        Assert.Equal([true, false], peer.Sent.OfType<Message.AckEpoch>().Select(static ack => ack.IsPromise));
    }

    /// <summary>The other side: an answer that is no promise is none, so only one of two candidates collects a quorum.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void E11_a_candidate_counts_promises_only(bool isPromise)
    {
        Entry[] log = LonePeer.Log((1, 3));
        LonePeer peer = LonePeer.Elected(1, log);
        ChannelId follower = peer.Connect(1, 1);
        peer.Durable();
        peer.Receive(follower, LonePeer.AckEpoch(2, 1, isPromise, log));
        peer.Durable();
        Assert.Equal(isPromise ? 2u : 1u, peer.Peer.HardState.CurrentEpoch);
        Assert.Equal(isPromise, peer.SentOn(follower).OfType<Message.NewLeader>().Any());
    }

    /// <summary>Two followers have promised epoch 1 to server 5, which does not hear of it. Whoever is elected by one of them takes a later epoch.</summary>
    [Fact]
    public void E11_an_epoch_that_was_promised_to_one_candidate_is_led_by_no_other()
    {
        var story = new Story(voters: 5);
        int lost = 0;
        story.Network.OnArrival = (_, to, message) =>
        {
            if (to.Value != 5 || message is not Message.AckEpoch) return Arrival.Delivered;
            lost++;
            return Arrival.Broken;
        };
        story.Start(1, 2, 5);
        story.Until(() => lost >= 2, "both promises are lost");
        story.CutFrom(5, 1, 2, 3, 4);
        story.Start(3, 4);
        story.UntilTheyServe(1, 2, 3, 4);
        Assert.Equal(4u, story.LeaderId());
        Assert.True(story.PeerOf(4).Epoch > 1, "epoch 1 was promised to server 5");

        story.Network.OnArrival = null;
        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.Equal((4u, 1), (story.LeaderId(), story.Elections()));
    }

    /// <summary>A broken driver lets LEADERINFO out before the promise in it is on the leader's own disk: the checks must see it.</summary>
    [Fact]
    public void E12_LEADERINFO_before_the_own_promise_is_durable_is_flagged()
    {
        var story = new Story(voters: 3);
        story.World.OnStep = (server, _, outputs) =>
        {
            foreach (Output.Send send in Asked.For<Output.Send>(outputs))
                if (send.Message is Message.LeaderInfo) server.Life!.Transport.Send(send.Channel, send.Message);
        };
        story.World.StartAll();
        Assert.Equal("I2", Assert.Throws<ViolationException>(() => story.UntilAllServe()).Invariant);
    }

    [Fact]
    public void E13_an_elected_server_makes_way_for_a_follower_that_holds_more()
    {
        var story = new Story(voters: 3);
        story.HoldPast(1, 1, 1, (1, 3));
        story.HoldPast(2, 1, 1, (1, 3));
        story.HoldPast(3, 1, 1, (1, 5));
        bool isHeld = false;
        story.Network.OnArrival = (from, _, message) =>
        {
            if (from.Value != 1 || message is not Message.AckEpoch) return Arrival.Delivered;
            isHeld = true;
            return Arrival.Held;
        };
        story.Start(1, 2);
        story.Until(() => isHeld, "server 2 waits for the promise of server 1");
        story.Start(3);
        story.Until(() => story.World.Rarities[Rare.Abdicated] == 1, "server 2 makes way", seconds: 1);

        story.Network.OnArrival = null;
        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.Equal((3u, 1), (story.LeaderId(), story.Elections()));
        Assert.Equal(0, story.World.Rarities[Rare.Truncated]);
        foreach (uint server in (uint[])[1, 2, 3]) Assert.Contains(new Zxid(1, 5), story.LogOf(server));
    }

    [Fact]
    public void E14_a_leader_whose_quorum_leaves_before_ACKEPOCH_gives_up_and_the_next_election_works()
    {
        var story = new Story(voters: 3);
        story.World.OnStep = (server, _, outputs) =>
        {
            if (server.Id.Value == 1 && Asked.ToSend<Message.AckEpoch>(outputs).Any()) server.KillAfterTurn();
        };
        story.Start(1, 2);
        story.Until(() => !story[1].IsUp, "server 1 leaves");
        story.World.OnStep = null;
        double seconds = story.SecondsUntil(() => story.PeerOf(2).Reason?.Contains("no quorum is heard from", StringComparison.Ordinal) == true, "server 2 gives up");
        Assert.InRange(seconds, 0, 1.5);

        story.Start(3);
        story.UntilTheyServe(2, 3);
        story.Start(1);
        story.UntilAllEqual();
        Assert.Equal((1, 0L), (story.Elections(), story.World.Rarities[Rare.StoppedByFailure]));
    }

    [Theory]
    [InlineData(0x7FFF_FFFEu)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0xFFFF_FFFCu)]
    public void E16_epochs_have_no_sign(uint epoch)
    {
        var story = new Story(voters: 3);
        story.HoldPast(1, epoch, epoch, (epoch - 1, 1), (epoch, 2));
        story.HoldPast(2, epoch, epoch, (epoch - 1, 1), (epoch, 1));
        story.HoldPast(3, epoch - 1, epoch - 1, (epoch - 1, 3));
        story.World.StartAll();
        story.UntilAllServe();
        Assert.Equal((1u, epoch + 1), (story.LeaderId(), story.Leader.Life!.Peer.Epoch));
        story.Written(2, "k", "v");
        story[1].Kill();
        story.UntilTheyServe(2, 3);
        Assert.Equal(epoch + 2, story.Leader.Life!.Peer.Epoch);
        Assert.Equal("v", story.Read(3, "k"));
        story.Start(1);
        story.UntilAllEqual();
        Assert.DoesNotContain(new Zxid(epoch - 1, 2), story.LogOf(3));
    }

    [Fact]
    public void E16_after_the_last_epoch_a_server_says_why_it_leads_no_more()
    {
        var story = new Story(voters: 3);
        foreach (uint server in (uint[])[1, 2, 3]) story.HoldPast(server, uint.MaxValue - 1, uint.MaxValue - 1, (7, 1));
        story.World.StartAll();
        story.UntilAllServe();
        Assert.Equal(uint.MaxValue, story.Leader.Life!.Peer.Epoch);
        story.Leader.Kill();
        story.Until(() => story[2].Stopped is not null, "the elected server stops");
        Assert.Contains("the epochs are used up", story[2].Stopped, StringComparison.Ordinal);
    }
}
