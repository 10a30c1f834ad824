using Xunit;
using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>What one leader makes of its learners, message by message.</summary>
public class LeaderTests
{
    private static readonly PeerOptions Options = new();

    /// <summary>A learner that has not said a word yet would wait for the whole sync limit if the leader left without closing its channel.</summary>
    [Fact]
    public void A_leader_that_leaves_closes_the_channels_that_were_silent_too()
    {
        Entry[] log = LonePeer.Log((1, 3));
        LonePeer peer = LonePeer.Elected(1, log[..2]);
        var silent = new ChannelId(77);
        peer.Step(new Input.ChannelUp(silent, new ServerId(2), IsOutgoing: false));
        ChannelId better = peer.Connect(1, 1);
        peer.Receive(better, LonePeer.AckEpoch(2, 1, isPromise: true, log));
        Assert.Contains(peer.Last, static output => output is Output.RoleChanged { Reason: "voter 1 holds a better history: epoch 1, 1/3" });
        Assert.True(peer.HasClosed(better));
        Assert.True(peer.HasClosed(silent));
    }

    /// <summary>Ids of channels are random: what becomes of an election must not be.</summary>
    [Theory]
    [InlineData(4, 9)]
    [InlineData(9, 4)]
    public void Those_who_came_before_the_election_are_heard_in_the_order_of_the_servers(ulong first, ulong second)
    {
        var peer = new LonePeer(3, currentEpoch: 1);
        peer.Connect(2, acceptedEpoch: 4, new ChannelId(second));
        peer.Connect(1, acceptedEpoch: 1, new ChannelId(first));
        peer.Vote(1, VoteState.Looking, 3, 1, Zxid.None);
        peer.Vote(2, VoteState.Looking, 3, 1, Zxid.None);

        Assert.Equal([2u, 5u], peer.Last.OfType<Output.SaveHardState>().Select(static write => write.State.AcceptedEpoch));
    }

    /// <summary>E13. A voter with the better history connects while an epoch is being found: the leader steps down for it, and has sent it nothing that would cut that history.</summary>
    [Fact]
    public void A_leader_steps_down_for_a_better_history_and_cuts_nothing()
    {
        Entry[] log = LonePeer.Log((1, 3));
        LonePeer peer = LonePeer.Elected(1, log[..2]);
        ChannelId better = peer.Connect(1, 1);
        peer.Durable();
        peer.Receive(better, LonePeer.AckEpoch(2, 1, isPromise: true, log));
        Assert.Equal(1u, peer.Peer.HardState.CurrentEpoch);
        Assert.DoesNotContain(peer.SentOn(better), static message => message is Message.Trunc or Message.Snap or Message.Diff);

        peer.Vote(1, VoteState.Looking, 1, 1, log[^1].Zxid, round: 2);
        Assert.Equal(new Candidate(1, log[^1].Zxid, new ServerId(1)), peer.VotesSent.Last().Candidate);
    }

    /// <summary>B04. An answer to a ping that was sent before the read came says nothing: another leader may have committed in between.</summary>
    [Fact]
    public void A_read_is_confirmed_only_by_answers_to_pings_sent_after_it_came()
    {
        LonePeer peer = LonePeer.Leading(2, out ChannelId follower);
        peer.Pass(Options.Tick);
        ulong before = peer.SentOn(follower).OfType<Message.Ping>().Last().Nonce;
        peer.Step(new Input.Read(5));
        ulong after = peer.SentOn(follower).OfType<Message.Ping>().Last().Nonce;
        Assert.True(after > before);
        peer.Receive(follower, new Message.PingReply(2, before), new Message.PingReply(1, after));
        Assert.Empty(peer.Reads);

        peer.Step(new Input.Read(6));                   // It shares no round that began before it.
        peer.Receive(follower, new Message.PingReply(2, after));
        Assert.Equal([5ul], peer.Reads.Select(static read => read.Id));
        peer.Receive(follower, new Message.PingReply(2, after));
        Assert.Single(peer.Reads);
        peer.Receive(follower, new Message.PingReply(2, peer.SentOn(follower).OfType<Message.Ping>().Last().Nonce));
        Assert.Equal([5ul, 6ul], peer.Reads.Select(static read => read.Id));
    }

    /// <summary>A damaged server can lead nobody and counts for nobody who holds less: if it made every leader step down for it, there would be none.</summary>
    [Fact]
    public void A_better_history_whose_owner_may_not_lead_deposes_nobody()
    {
        Entry[] log = LonePeer.Log((1, 3));
        LonePeer peer = LonePeer.Elected(1, log[..2]);
        ChannelId damaged = peer.Connect(2, 1);
        peer.Durable();
        peer.Receive(damaged, LonePeer.AckEpoch(2, 1, isPromise: true, log) with { RepairFloor = new RepairFloor(1, new Zxid(1, 9)) });
        ChannelId sound = peer.Connect(1, 1);
        peer.Receive(sound, LonePeer.AckEpoch(2, 1, isPromise: true, log[..2]));
        peer.Durable();
        peer.Receive(sound, new Message.AckNewLeader(2, new Zxid(1, 2)));
        Assert.Equal(Role.Leading, peer.Peer.Role);
    }

    /// <summary>A learner whose disk hangs goes on answering pings; the log that it still needs must not grow for ever.</summary>
    [Fact]
    public void A_learner_that_acknowledges_nothing_loses_its_channel()
    {
        LonePeer peer = LonePeer.Leading(2, out ChannelId follower);
        Idle(peer, follower, 2 * Options.InitLimit);
        Assert.False(peer.HasClosed(follower));

        peer.Submit("a");
        Idle(peer, follower, Options.InitLimit - (2 * Options.Tick));
        Assert.False(peer.HasClosed(follower));
        Idle(peer, follower, 4 * Options.Tick);
        Assert.True(peer.HasClosed(follower));
    }

    /// <summary>P12. A learner that comes further, but never as fast as entries are made, keeps the log from being compacted; not for ever, or it would fill the leader's disk.</summary>
    [Fact]
    public void A_learner_that_holds_back_the_log_too_long_loses_its_channel()
    {
        LonePeer peer = LonePeer.Leading(2, out ChannelId quick);
        ChannelId slow = peer.Connect(2, 1);
        peer.Receive(slow, LonePeer.AckEpoch(2, 1, isPromise: true), new Message.AckNewLeader(2, Zxid.None));
        for (uint i = 1; i <= 3; i++)
        {
            peer.Step(new Input.Submit([new ProposalRequest(i, new byte[Limits.PayloadBytesMax])]));        // Two of them fill its window: it is sent no third.
            peer.Durable();
            peer.Receive(quick, new Message.Ack(2, new Zxid(2, i)));
        }

        var snapshot = new SnapshotInfo(peer.Peer.LastPoint, peer.Peer.Config, 1, 10, 1);
        for (int i = 0; i < Limits.HeldCompactionsMax; i++) peer.Step(new Input.SnapshotTaken(snapshot, snapshot.Point.Zxid));
        Assert.Equal(new Zxid(2, 2), peer.Compacted.Last());
        Assert.False(peer.HasClosed(slow));

        peer.Step(new Input.SnapshotTaken(snapshot, snapshot.Point.Zxid));
        Assert.True(peer.HasClosed(slow));
        Assert.False(peer.HasClosed(quick));
        Assert.Equal(new Zxid(2, 3), peer.Compacted.Last());
    }

    /// <summary>An ack for what was never proposed closes the channel of its sender; it must not stop the leader.</summary>
    [Theory]
    [InlineData(1, 9)]
    [InlineData(2, 0)]
    public void An_ack_of_a_zxid_that_never_was_is_refused(uint epoch, uint counter)
    {
        LonePeer peer = LonePeer.Leading(2, out ChannelId follower, LonePeer.Log((1, 3)));
        peer.Submit("a", "b");
        peer.Durable();
        peer.Receive(follower, new Message.Ack(2, new Zxid(epoch, counter)));
        Assert.True(peer.HasClosed(follower));
        Assert.Equal(new Zxid(1, 3), peer.Committed.Last());
    }

    /// <summary>A follower adopted the epoch, and our own disk has not: a quorum of two is one of them short, and nothing is committed by it.</summary>
    [Fact]
    public void A_leader_is_not_established_before_its_own_epoch_is_durable()
    {
        Entry[] log = LonePeer.Log((1, 3));
        LonePeer peer = LonePeer.Elected(1, log);
        ChannelId follower = peer.Connect(1, 1);
        peer.Durable();
        peer.Receive(follower, LonePeer.AckEpoch(2, 1, isPromise: true, log), new Message.AckNewLeader(2, log[^1].Zxid));
        Assert.Equal(Role.Looking, peer.Peer.Role);
        Assert.Empty(peer.Committed);

        peer.Durable();
        Assert.Equal(Role.Leading, peer.Peer.Role);
        Assert.Equal([log[^1].Zxid], peer.Committed);
    }

    /// <summary>B09. A commit needs a quorum for everything up to it; acks that repeat, or come late, change nothing.</summary>
    [Fact]
    public void Acks_in_any_order_commit_once_and_in_order()
    {
        LonePeer peer = LonePeer.Leading(2, out ChannelId follower);
        peer.Submit("a", "b", "c");
        peer.Receive(follower, new Message.Ack(2, new Zxid(2, 1)));
        Assert.Empty(peer.Committed);                   // On one disk of three: ours has not answered.
        peer.Durable();
        peer.Receive(follower, new Message.Ack(2, new Zxid(2, 3)), new Message.Ack(2, new Zxid(2, 2)), new Message.Ack(2, new Zxid(2, 3)));
        Assert.Equal([new Zxid(2, 1), new Zxid(2, 3)], peer.Committed);
    }

    /// <summary>B10. An ack of the epoch before, and one on a channel that was replaced, count for nothing.</summary>
    [Fact]
    public void Acks_of_another_epoch_or_of_an_old_channel_count_for_nothing()
    {
        LonePeer peer = LonePeer.Leading(2, out ChannelId old);
        peer.Submit("a");
        peer.Durable();
        peer.Receive(old, new Message.Ack(1, new Zxid(2, 1)));
        Assert.Contains(peer.Last, static output => output is Output.Ignored { Reason: "ACK of another epoch, or before that of NEWLEADER" });

        ChannelId newer = peer.Connect(1, 2);
        peer.Receive(old, new Message.Ack(2, new Zxid(2, 1)));
        peer.Receive(newer, new Message.Ack(2, new Zxid(2, 1)));        // Not before it is synchronised on this channel.
        Assert.Empty(peer.Committed);
    }

    /// <summary>A.19. A voter that lost its disk counts when its admission is committed, and not by coming again while that is still open: what it promised with its old disk may count elsewhere until then.</summary>
    [Fact]
    public void A_wiped_voter_that_comes_again_does_not_count_for_its_own_admission()
    {
        LonePeer peer = LonePeer.Leading(2, out ChannelId follower);
        peer.Submit("a");
        for (uint zxid = 1; zxid <= 3; zxid++)                          // 2/2 and 2/3 name server 1 and the leader, which count already.
        {
            peer.Durable();
            peer.Receive(follower, new Message.Ack(2, new Zxid(2, zxid)));
            if (zxid < 3) peer.Pass(Options.Tick);
        }

        SyncWiped(peer, knowsItself: false, generation: 1);
        peer.Pass(Options.Tick);
        peer.Durable();
        Assert.Equal(new Zxid(2, 4), peer.Peer.Config.Version);
        ChannelId wiped = SyncWiped(peer, knowsItself: true, generation: 1);
        Assert.Equal(new Zxid(2, 3), peer.Peer.LastCommitted);

        peer.Receive(follower, new Message.Ack(2, new Zxid(2, 4)));
        Assert.Equal(new Zxid(2, 4), peer.Peer.LastCommitted);
        peer.Submit("b");
        peer.Durable();
        peer.Receive(wiped, new Message.Ack(2, new Zxid(2, 5)));
        Assert.Equal(new Zxid(2, 5), peer.Peer.LastCommitted);
    }

    /// <summary>A.19. One that comes again with less than it said it had was restored from an old copy, in the middle of its own admission.</summary>
    [Fact]
    public void A_wiped_voter_that_comes_again_with_less_does_not_count_when_it_is_admitted()
    {
        LonePeer peer = LonePeer.Leading(2, out ChannelId follower);
        peer.Submit("a");
        for (uint zxid = 1; zxid <= 3; zxid++)
        {
            peer.Durable();
            peer.Receive(follower, new Message.Ack(2, new Zxid(2, zxid)));
            if (zxid < 3) peer.Pass(Options.Tick);
        }

        SyncWiped(peer, knowsItself: false, generation: 1);
        peer.Pass(Options.Tick);
        peer.Durable();
        SyncWiped(peer, knowsItself: true, generation: 5);
        ChannelId restored = SyncWiped(peer, knowsItself: true, generation: 1);
        peer.Receive(follower, new Message.Ack(2, new Zxid(2, 4)));
        peer.Submit("b");
        peer.Durable();
        peer.Receive(restored, new Message.Ack(2, new Zxid(2, 5)));
        Assert.Equal(new Zxid(2, 4), peer.Peer.LastCommitted);
        peer.Receive(follower, new Message.Ack(2, new Zxid(2, 5)));
        Assert.Equal(new Zxid(2, 5), peer.Peer.LastCommitted);
    }

    private static ChannelId SyncWiped(LonePeer peer, bool knowsItself, ulong generation)
    {
        var channel = new ChannelId(1000 + peer.Peer.LastLogged.Value + (knowsItself ? generation : 0));
        peer.Step(new Input.ChannelUp(channel, new ServerId(2), IsOutgoing: false));
        peer.Receive(channel, new Message.LearnerInfo(true, 2, ProtocolVersion.Current, Zxid.None, new Incarnation(22), knowsItself, generation, Zxid.None), LonePeer.AckEpoch(2, 0, isPromise: false));
        peer.Receive(channel, new Message.AckNewLeader(2, peer.Peer.LastLogged));
        return channel;
    }

    /// <summary>E11. A voter that has promised this epoch to another candidate may synchronise, and does not help to make the epoch ours.</summary>
    [Fact]
    public void An_ackepoch_that_is_no_promise_makes_no_quorum()
    {
        LonePeer peer = LonePeer.Elected(1);
        ChannelId follower = peer.Connect(1, 1);
        peer.Durable();
        peer.Receive(follower, LonePeer.AckEpoch(2, 0, isPromise: false));
        Assert.Equal(1u, peer.Peer.HardState.CurrentEpoch);
        Assert.DoesNotContain(peer.Sent, static message => message is Message.Diff or Message.NewLeader);
    }

    /// <summary>E21. Discovery began again, above what a second voter had promised: the answer to the epoch before, still on its way, is no promise of the new one.</summary>
    [Fact]
    public void An_ackepoch_of_the_epoch_before_is_not_counted_for_the_new_one()
    {
        LonePeer peer = LonePeer.Elected(1);
        ChannelId first = peer.Connect(1, 1);
        peer.Durable();
        peer.Connect(2, 6);
        peer.Durable();
        peer.Receive(first, LonePeer.AckEpoch(2, 1, isPromise: true));
        Assert.Contains(peer.Last, static output => output is Output.Ignored { Reason: "ACKEPOCH of another epoch, or a second one" });
        Assert.Equal((7u, 1u), (peer.Peer.HardState.AcceptedEpoch, peer.Peer.HardState.CurrentEpoch));

        peer.Receive(first, LonePeer.AckEpoch(7, 1, isPromise: true));
        Assert.Equal(7u, peer.Peer.HardState.CurrentEpoch);
    }

    /// <summary>S09. The learner was given an entry by its synchronisation; the broadcast does not send it again, and what follows comes without a gap.</summary>
    [Fact]
    public void An_entry_proposed_while_a_learner_comes_is_sent_to_it_once()
    {
        LonePeer peer = LonePeer.Leading(2, out _);
        peer.Submit("a");
        ChannelId late = peer.Connect(2, 1);
        peer.Receive(late, LonePeer.AckEpoch(2, 0, isPromise: true));
        peer.Submit("b");
        Zxid[] sent = [.. peer.SentOn(late).OfType<Message.Proposal>().SelectMany(static proposal => proposal.Entries).Select(static entry => entry.Zxid)];
        Assert.Equal([new Zxid(2, 1), new Zxid(2, 2)], sent);
        Assert.Equal(new Zxid(2, 1), peer.SentOn(late).OfType<Message.NewLeader>().Single().SyncPoint);
    }

    /// <summary>S25. A follower made the quorum of NEWLEADER and is gone: nothing more commits without another, and the leader leaves in time.</summary>
    [Fact]
    public void A_leader_whose_only_follower_is_gone_commits_nothing_and_leaves()
    {
        LonePeer peer = LonePeer.Leading(2, out ChannelId follower);
        peer.Step(new Input.ChannelDown(follower, "reset"));
        peer.Submit("a");
        peer.Durable();
        Assert.Empty(peer.Committed);
        for (TimeSpan waited = TimeSpan.Zero; waited <= Options.SyncLimit; waited += Options.Tick) peer.Pass(Options.Tick);
        Assert.Equal(Role.Looking, peer.Peer.Role);
    }

    /// <summary>S27. The learner's part that we lack is to be cut, and ours that it lacks is large; our snapshot is older than what both hold, and would lose what the learner acknowledged.</summary>
    [Fact]
    public void No_snapshot_below_the_common_point_is_sent()
    {
        Entry[] log = LonePeer.Log((1, 8), (2, 9));
        LonePeer peer = LonePeer.Leading(3, out _, log);
        peer.Step(new Input.SnapshotTaken(new SnapshotInfo(log[3].Point, peer.Peer.Config, 1, 1, 1), log[3].Zxid));
        ChannelId late = peer.Connect(2, 1);
        peer.Receive(late, LonePeer.AckEpoch(3, 1, isPromise: true, log[..7]));
        Message way = peer.SentOn(late).First(static message => message is Message.Diff or Message.Trunc or Message.Snap);
        Assert.Equal(new Message.Diff(3, log[6].Point), way);
    }

    /// <summary>Time passes; the follower answers every ping, and our own disk everything.</summary>
    private static void Idle(LonePeer peer, ChannelId follower, TimeSpan time)
    {
        for (; time > TimeSpan.Zero; time -= Options.Tick)
        {
            peer.Pass(Options.Tick);
            ulong? nonce = peer.SentOn(follower).OfType<Message.Ping>().LastOrDefault()?.Nonce;
            peer.Durable();
            if (nonce is { } asked) peer.Receive(follower, new Message.PingReply(2, asked));
        }
    }
}
