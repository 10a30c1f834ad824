using Xunit;
using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>What one learner makes of what its leader sends, message by message.</summary>
public class LearnerTests
{
    private static readonly Entry[] Log = LonePeer.Log((1, 3));

    /// <summary>B11. An entry that does not follow the last one is never logged: the channel goes, and synchronisation closes the gap.</summary>
    [Fact]
    public void A_gap_in_the_proposals_closes_the_channel()
    {
        LonePeer peer = LonePeer.Following(2, Log);
        Entry[] next = LonePeer.Log((1, 3), (2, 3));
        peer.Receive(new Message.Proposal(2, [next[3]], Zxid.None), new Message.Proposal(2, [next[5]], Zxid.None));
        Assert.True(peer.HasClosed(peer.Channel));
        Assert.Equal(new Zxid(2, 1), peer.Peer.LastLogged);
    }

    /// <summary>A configuration that cannot be read is refused like a gap: the leader is wrong, and this server must not stop for it.</summary>
    [Fact]
    public void A_configuration_that_cannot_be_read_closes_the_channel()
    {
        LonePeer peer = LonePeer.Following(2, Log);
        peer.Receive(new Message.Proposal(2, [LonePeer.Next(Log, 2, 1, EntryType.Config, [1, 2, 3])], Zxid.None));
        Assert.True(peer.HasClosed(peer.Channel));
        Assert.Equal(new Zxid(1, 3), peer.Peer.LastLogged);
    }

    /// <summary>S01. The promise is durable, and the server crashed before it said so: asked again for the same epoch, it cannot promise it a second time, and may join.</summary>
    [Fact]
    public void A_promise_is_given_once()
    {
        var peer = new LonePeer(1, 2, Log);
        peer.FindLeader();
        peer.Promise(2);
        Message.AckEpoch answer = peer.Sent.OfType<Message.AckEpoch>().Single();
        Assert.False(answer.IsPromise);
        peer.Receive(new Message.Diff(2, peer.Peer.LastPoint), new Message.NewLeader(2, peer.Peer.LastLogged));
        peer.Durable();
        Assert.Contains(peer.Sent, static message => message is Message.AckNewLeader);
    }

    /// <summary>The promise leaves only behind its write, and the ACK of NEWLEADER only behind history and epoch.</summary>
    [Fact]
    public void Promise_history_and_epoch_are_durable_before_they_are_spoken_of()
    {
        var peer = new LonePeer(1, 1, Log);
        peer.FindLeader();
        peer.Receive(new Message.LeaderInfo(2, ProtocolVersion.Current, LonePeer.Cluster, peer.Peer.Config));
        WriteId promise = peer.Last.OfType<Output.SaveHardState>().Single(static write => write.State is { AcceptedEpoch: 2, CurrentEpoch: 1 }).Id;
        Assert.Contains(peer.Last, output => output is Output.Send { Message: Message.AckEpoch } send && send.After == promise);
        peer.Durable();

        peer.Receive(new Message.Diff(2, peer.Peer.LastPoint));
        peer.Receive(new Message.Proposal(2, [LonePeer.Next(Log, 1, 4)], Zxid.None));
        WriteId history = peer.Last.OfType<Output.Append>().Single().Id;
        peer.Receive(new Message.NewLeader(2, new Zxid(1, 4)));
        WriteId epoch = peer.Last.OfType<Output.SaveHardState>().Single(static write => write.State.CurrentEpoch == 2).Id;
        Assert.True(history < epoch);
        peer.Step(new Input.WritesDone(history));
        Assert.DoesNotContain(peer.Sent, static message => message is Message.AckNewLeader);
        peer.Durable();
        Assert.Contains(peer.Sent, static message => message is Message.AckNewLeader { SyncPoint: { Epoch: 1, Counter: 4 } });
    }

    /// <summary>S06. A commit of the initial history comes between the ACK of NEWLEADER and UPTODATE: it is applied, and once.</summary>
    [Fact]
    public void A_commit_before_uptodate_is_applied_once()
    {
        var peer = new LonePeer(1, 1, Log);
        peer.FindLeader();
        peer.Promise(2);
        peer.Receive(new Message.Diff(2, peer.Peer.LastPoint), new Message.NewLeader(2, new Zxid(1, 3)));
        peer.Durable();
        peer.Receive(new Message.Commit(2, new Zxid(1, 3)), new Message.UpToDate(2, new Zxid(1, 3)), new Message.Commit(2, new Zxid(1, 3)));
        Assert.Equal([new Zxid(1, 3)], peer.Committed);
        Assert.Equal(Role.Following, peer.Peer.Role);
    }

    /// <summary>S09. An entry that comes a second time is passed over; another one under the same zxid is an alarm.</summary>
    [Fact]
    public void An_entry_that_is_logged_already_is_passed_over()
    {
        LonePeer peer = LonePeer.Following(2, Log);
        Entry[] next = LonePeer.Log((1, 3), (2, 2));
        peer.Receive(new Message.Proposal(2, [next[3]], Zxid.None), new Message.Proposal(2, [next[3], next[4]], Zxid.None));
        Assert.Equal([new Zxid(2, 2)], peer.Last.OfType<Output.Append>().Single().Entries.Select(static entry => entry.Zxid));

        peer.Receive(new Message.Proposal(2, [LonePeer.Next(next[..3], 2, 1, payload: [9])], Zxid.None));
        Assert.Equal(Role.Stopped, peer.Peer.Role);
    }

    /// <summary>S12. A snapshot breaks off, and the next leader offers DIFF: it goes on from the log, which half a snapshot has not touched.</summary>
    [Fact]
    public void Half_a_snapshot_leaves_the_log_as_it_was()
    {
        var peer = new LonePeer(1, 1, Log);
        peer.FindLeader();
        peer.Promise(2);
        HistoryPoint before = peer.Peer.LastPoint;
        peer.Receive(new Message.Snap(2, before, new SnapshotInfo(new HistoryPoint(new Zxid(1, 9), 5), peer.Peer.Config, 1, 2_000, 1)), new Message.SnapshotChunk(2, 0, new byte[1_000]));
        peer.Durable();
        peer.Step(new Input.ChannelDown(peer.Channel, "reset"));
        peer.FindLeader();
        peer.Promise(3);
        Assert.Equal(before, peer.Sent.OfType<Message.AckEpoch>().Last().Last);
        peer.Receive(new Message.Diff(3, before), new Message.NewLeader(3, before.Zxid));
        peer.Durable();
        peer.Receive(new Message.UpToDate(3, before.Zxid));
        Assert.Equal(Role.Following, peer.Peer.Role);
    }

    /// <summary>The channel is lost while a whole snapshot is being installed: nothing is claimed before it is known which of the two histories is ours.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_is_claimed_while_a_snapshot_is_being_installed(bool isInstalled)
    {
        var peer = new LonePeer(1, 1, Log);
        peer.FindLeader();
        peer.Promise(2);
        var snapshot = new SnapshotInfo(new HistoryPoint(new Zxid(1, 9), 5), peer.Peer.Config, 1, 1_000, 1);
        peer.Receive(new Message.Snap(2, peer.Peer.LastPoint, snapshot), new Message.SnapshotChunk(2, 0, new byte[1_000]));
        peer.Step(new Input.ChannelDown(peer.Channel, "reset"));
        int votes = peer.VotesSent.Count();
        peer.Vote(2, VoteState.Looking, 2, 1, new Zxid(1, 3));
        peer.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(votes, peer.VotesSent.Count());

        if (!isInstalled) peer.Step(new Input.SnapshotRejected("checksum"));
        peer.Durable();
        Assert.Equal(isInstalled ? snapshot.Point : Log[^1].Point, peer.Peer.LastPoint);
        Assert.Equal(peer.Peer.LastLogged, peer.VotesSent.Last().Candidate.LastZxid);
        Assert.Equal(peer.Peer.LastLogged, peer.Peer.LastDurable);
    }

    /// <summary>S26. A commit point overtakes TRUNC: it means nothing for a tail that is not the leader's.</summary>
    [Fact]
    public void A_commit_point_commits_nothing_before_the_tail_is_cut()
    {
        Entry[] tail = LonePeer.Log((1, 3), (4, 2));
        var peer = new LonePeer(1, 4, tail);
        peer.FindLeader();
        peer.Promise(5);
        peer.Receive(new Message.Ping(5, 1, new Zxid(5, 2)), new Message.Trunc(5, tail[2].Point), new Message.Ping(5, 2, new Zxid(5, 2)));
        Assert.Empty(peer.Committed);

        peer.Durable();
        Assert.Equal([new Zxid(1, 3)], peer.Committed);
        Assert.Equal(new Zxid(1, 3), peer.Peer.LastLogged);
    }
}
