using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Testing;
using Zab.Tests.Peers;

namespace Zab.Scenarios;

/// <summary>Synchronisation from the log, in memory and on disk; and a quorum that falls apart while it is made.</summary>
public sealed partial class SyncScenarios
{
    /// <summary>A follower that came by a snapshot has in memory only what came after it. As a leader it must not pass that on as if it were all.</summary>
    [Fact]
    public void S19_a_leader_that_once_came_by_a_snapshot_sends_learners_no_hole()
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer first = story.Leader, next = story[2], late = story[1];
        Assert.Equal(story[3], first);
        LeaveBehind(story, next, bytes: 4_000);
        story.Start(2);
        story.UntilAllEqual();
        story.Vanish(late);
        for (int i = 0; i < 5; i++) story.Written(3, $"after {i}", "x");
        story.UntilAllEqual();
        first.Kill();
        var logged = new List<Zxid>();
        story.World.OnStep = (server, _, outputs) =>
        {
            if (server == late) logged.AddRange(Asked.For<Output.Append>(outputs).SelectMany(static append => append.Entries).Select(static entry => entry.Zxid));
        };
        story.Start(1);
        story.UntilAllEqual();
        Assert.Equal(next, story.Leader);
        Zxid[] old = [.. logged.Where(static zxid => zxid.Epoch == 1)];
        Assert.Equal(Enumerable.Range(0, old.Length).Select(i => new Zxid(1, old[0].Counter + (uint)i)), old);
        Assert.True(old.Length >= 5);
        for (int i = 0; i < 5; i++) Assert.Equal("x", story.Local(1, $"after {i}"));
    }

    /// <summary>And if one did: the learner sees that an entry does not follow, in the middle of a DIFF as anywhere.</summary>
    [Fact]
    public void S19_a_hole_in_the_initial_history_closes_the_channel()
    {
        Entry[] next = LonePeer.Log((1, 7));
        var peer = new LonePeer(1, 1, Log);
        peer.FindLeader();
        peer.Promise(2);
        peer.Receive(new Message.Diff(2, peer.Peer.LastPoint), new Message.Proposal(2, [next[3], next[5]], Zxid.None));
        Assert.True(peer.HasClosed(peer.Channel));
        Assert.Equal(new Zxid(1, 3), peer.Peer.LastLogged);
        Assert.DoesNotContain(peer.Sent, static message => message is Message.AckNewLeader);
    }

    /// <summary>The log that is being sent is compacted again and again. The learner that is slow has it to itself, as long as it comes further.</summary>
    [Fact]
    public void S21_a_log_that_is_compacted_while_it_is_sent_arrives_whole()
    {
        Story story = Story.Running(voters: 3, with: options => options with { SnapshotEveryBytes = 64 * 1024 });
        SimulatedServer late = story[1], leader = story.Leader;
        story.Vanish(late);
        Zxid old = late.OnDisk().Last.Zxid;
        leader.Kill();                                          // What follows is read from disk: memory holds nothing after a start.
        story.Start(3);
        story.UntilAllServe();
        leader = story.Leader;
        story.Fill(leader.Id.Value, count: 28, bytes: 2_000);
        Assert.True(leader.OnDisk().Base <= old);
        story.Network[leader.Id, late.Id].BytesPerSecond = 100_000;
        story.Start(1);
        long compactions = story.World.Rarities[Rare.LogCompacted];
        for (int i = 0; i < 60; i++)
        {
            story.Written(leader.Id.Value, $"more {i}", new string('m', 4_000));
            story.Run(0.02);
        }

        Assert.True(story.World.Rarities[Rare.LogCompacted] > compactions);
        story.Network[leader.Id, late.Id].BytesPerSecond = 0;
        story.UntilAllEqual();
    }

    /// <summary>The entries are gone from the disk when they are read: the learner begins again, and the way is chosen anew, by what there is now.</summary>
    [Fact]
    public void S21_a_gap_between_disk_and_memory_ends_the_synchronisation_and_the_next_one_is_a_snapshot()
    {
        Entry[] log = LonePeer.Log((1, 8));
        LonePeer leader = LonePeer.Leading(2, out _, log);
        ChannelId channel = leader.Connect(2, 1);
        leader.Receive(channel, LonePeer.AckEpoch(2, 1, isPromise: true, log[..2]));
        Assert.Contains(leader.Last, output => output is Output.ReadLog read && read.After == log[1].Zxid);
        leader.Step(new Input.LogRead(channel, log[1].Zxid, []));
        Assert.True(leader.HasClosed(channel));
        Assert.DoesNotContain(leader.SentOn(channel), static message => message is Message.NewLeader);

        leader.Step(new Input.SnapshotTaken(new SnapshotInfo(log[6].Point, leader.Peer.Config, 1, 10, 1), log[5].Zxid));
        ChannelId again = leader.Connect(2, 2);
        leader.Receive(again, LonePeer.AckEpoch(2, 1, isPromise: false, log[..2]));
        Assert.Contains(leader.SentOn(again), message => message is Message.Snap snap && snap.Snapshot.Point == log[6].Point);
    }

    /// <summary>All have just started: nothing is known to be committed, and nothing is in memory.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void S22_right_after_a_start_a_server_far_behind_gets_everything(bool isCompacted)
    {
        Story story = Story.Running(voters: 3, with: options => options with { SnapshotEveryBytes = isCompacted ? options.SnapshotEveryBytes : 1 << 26 });
        SimulatedServer late = story[1];
        story.Vanish(late);
        for (int i = 0; i < 4; i++)
        {
            story.Fill(3, count: 40, bytes: 400, key: $"round {i}");
            story.Run(0.3);
        }

        story.UntilAllEqual();
        story[2].Kill();
        story[3].Kill();
        story.Start(2, 3);
        story.UntilAllServe();
        story.Start(1);
        story.UntilAllEqual();
        for (int i = 0; i < 4; i++) Assert.NotNull(story.Local(1, $"round {i} 39"));
        Assert.Equal(isCompacted ? 1 : 0, story.World.Rarities[Rare.SnapshotSent]);
        if (!isCompacted) Assert.Equal(story.Leader.OnDisk().Entries, late.OnDisk().Entries);
    }

    /// <summary>A server that acknowledged NEWLEADER, died, came back and acknowledged it again is one of the quorum, not two.</summary>
    [Fact]
    public void S25_two_acks_of_newleader_by_one_server_count_once()
    {
        Story story = Story.Running(voters: 5);
        story.Leader.Kill();
        int acks = 0;
        story.Network.OnArrival = (from, _, message) =>
        {
            if (message is not Message.AckNewLeader) return Arrival.Delivered;
            if (from != story[1].Id) return Arrival.Held;
            acks++;
            return Arrival.Delivered;
        };
        story.Until(() => acks == 1, "server 1 has acknowledged NEWLEADER");
        story.Run(0.01);
        story[1].Kill();
        story.Start(1);
        story.Until(() => acks == 2, "and again");
        story.Run(0.01);
        Assert.Null(story.World.Leader);

        story.Heal();
        story.UntilAllEqual();
    }

    /// <summary>The leader is established with server 1, which dies at once; server 2 hangs in its synchronisation. What is left is no quorum.</summary>
    [Fact]
    public void S25_a_leader_whose_quorum_of_newleader_is_gone_commits_nothing_and_leaves()
    {
        var story = new Story(voters: 3);
        story.Hold<Message.NewLeader>(story[3], story[2]);
        story.Start(1, 2, 3);
        story.UntilOneLeads(story[3]);
        story[1].Kill();
        Zxid committed = story[3].Life!.Peer.LastCommitted;
        Call call = story.Write(3, "too late", "1");
        long start = story.World.Time.Now;
        story.Until(() => story[3].Life!.Peer.Role != Role.Leading, "server 3 has left");
        Assert.True(story.World.Time.Now - start <= (story.World.Options.Peer.SyncLimit + (2 * story.World.Options.Peer.Tick)).Ticks);
        Assert.Equal(committed, story[3].Life!.Peer.LastCommitted);
        Assert.False(call.Answer.IsCompleted);
    }

    /// <summary>The zxids of the epoch are used up while the leader's own disk lags, and it loses its power: who begins the next epoch holds all that was acknowledged in this one.</summary>
    [Fact]
    public void S29_a_new_epoch_begun_while_the_leaders_disk_lags_loses_nothing_of_the_old_one()
    {
        Story story = Story.Running(voters: 3, with: options => options with { Peer = new PeerOptions { CounterMax = 12 } });
        SimulatedServer old = story.Leader;
        SimulatedServer other = story.AllBut(old)[0];
        old.StallDisk(TimeSpan.FromSeconds(30).Ticks);
        var calls = Enumerable.Range(0, 20).Select(i => (Key: $"key {i}", Call: story.Write(other.Id.Value, $"key {i}", "v"))).ToList();
        story.Until(() => story.World.Watch.Committed == new Zxid(1, 12) || old.Life!.Peer.Role != Role.Leading, "the epoch is full");
        old.LosePower();
        story.Until(() => calls.All(static call => call.Call.IsOk()), "every write is acknowledged, in this epoch or the next");
        Assert.True(story.World.Watch.Committed.Epoch > 1);
        old.HealDisk();
        story.Start(old.Id.Value);
        story.UntilAllEqual();
        foreach ((string key, _) in calls) Assert.Equal("v", story.Read(old.Id.Value, key));
    }
}
