using Xunit;
using Zab.Core;
using Zab.Testing;
using Zab.Tests.Peers;
using Zab.Tests.Storage;

namespace Zab.Scenarios;

/// <summary>Synchronisation by a snapshot, which is large, slow, and interrupted.</summary>
public sealed partial class SyncScenarios
{
    /// <summary>Twenty deaths, one operation of the disk after the other from the moment in which the snapshot begins to arrive.</summary>
    [Fact]
    public void S11_a_server_killed_anywhere_in_a_snapshot_holds_the_old_state_or_the_new_one()
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer late = story[1];
        int olds = 0, news = 0;
        for (int point = 0; point < 20; point++)
        {
            Zxid old = LeaveBehind(story, late);
            int operations = 2 * point;
            Zxid snapshot = Zxid.None;
            story.World.OnStep = (server, input, _) =>
            {
                if (server != late || input is not Input.Received { Message: Message.Snap snap }) return;
                snapshot = snap.Snapshot.Point.Zxid;
                late.Disk.PowerLossAt = late.Disk.Operations + operations;
            };
            story.Start(1);
            story.Until(() => late.Life?.Peer.Role is null or Role.Following, $"server 1 died {operations} operations after the snapshot began, or had all of it by then");
            story.Vanish(late);
            story.World.OnStep = null;
            Found found = late.OnDisk();
            if (found.Last.Zxid == old) olds++;
            else
            {
                news++;
                Assert.Equal(snapshot, found.Snapshot?.Point.Zxid);
                Assert.True(found.Base == snapshot, $"the log begins at {found.Base}, behind a snapshot at {snapshot}");
            }

            story.Start(1);
            story.UntilAllEqual();
        }

        Assert.True(olds >= 3 && news >= 3, $"{olds} deaths left the old state, {news} the new one");
    }

    [Fact]
    public void S12_half_a_snapshot_is_nothing_to_the_next_leader()
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer late = story[1];
        Zxid old = LeaveBehind(story, late);
        int chunks = 0;
        story.Network.OnArrival = (_, to, message) => to == late.Id && message is Message.SnapshotChunk && ++chunks > 1 ? Arrival.Held : Arrival.Delivered;
        story.Start(1);
        story.Until(() => chunks > 1, "half of the snapshot has arrived");
        var answers = new List<Message.AckEpoch>();
        story.World.OnStep = (server, _, outputs) =>
        {
            if (server == late) answers.AddRange(Asked.ToSend<Message.AckEpoch>(outputs));
        };
        story.Leader.Kill();
        story.Network.OnArrival = null;
        story.UntilAllEqual();
        Assert.Equal(old, answers[0].Last.Zxid);                // Its base for the next leader is what stands on its disk.
    }

    /// <summary>The same, and the next leader still has the log: DIFF goes on from the old end.</summary>
    [Fact]
    public void S12_diff_after_half_a_snapshot_begins_at_the_old_log()
    {
        var peer = new LonePeer(1, 1, Log);
        peer.FindLeader();
        peer.Promise(2);
        HistoryPoint old = peer.Peer.LastPoint;
        peer.Receive(new Message.Snap(2, old, new SnapshotInfo(new HistoryPoint(new Zxid(1, 9), 5), peer.Peer.Config, 1, 2_000, 1)), new Message.SnapshotChunk(2, 0, new byte[1_000]));
        peer.Durable();
        peer.Step(new Input.ChannelDown(peer.Channel, "reset"));
        peer.FindLeader();
        peer.Promise(3);
        Assert.Equal(old, peer.Sent.OfType<Message.AckEpoch>().Last().Last);

        Entry next = LonePeer.Next(Log, 1, 4);
        peer.Receive(new Message.Diff(3, old), new Message.Proposal(3, [next], Zxid.None), new Message.NewLeader(3, next.Zxid));
        peer.Durable();
        peer.Receive(new Message.UpToDate(3, next.Zxid));
        Assert.Equal((Role.Following, next.Point), (peer.Peer.Role, peer.Peer.LastPoint));
    }

    /// <summary>The leader takes snapshots and drops its log while an older snapshot is on its way: what follows that one is kept until the learner has it.</summary>
    [Fact]
    public void S13_a_leader_that_writes_and_compacts_during_a_snapshot_leaves_no_gap()
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer late = story[1];
        LeaveBehind(story, late, bytes: 60_000);
        long compactions = story.World.Rarities[Rare.LogCompacted];
        story.Network[story.Leader.Id, late.Id].BytesPerSecond = 400_000;
        story.Start(1);
        int count = 0;
        while (late.Life!.Peer.Role != Role.Following && count < 400)
        {
            story.Written(story.Leader.Id.Value, $"during {count++}", new string('d', 2_000));
            story.Run(0.02);
        }

        Assert.Equal(Role.Following, late.Life.Peer.Role);
        Assert.True(story.World.Rarities[Rare.LogCompacted] >= compactions + 4, "the log was compacted meanwhile");
        Assert.True(count > 40);
        story.Network[story.Leader.Id, late.Id].BytesPerSecond = 0;
        story.UntilAllEqual();
        Assert.Equal(1, story.World.Watch.LeadersEstablished);
    }

    [Fact]
    public void S14_a_snapshot_that_takes_longer_than_the_init_limit_ends_because_it_comes_further()
    {
        TimeSpan limit = TimeSpan.FromSeconds(1.2);
        Story story = Story.Running(voters: 3, with: options => options with { Peer = new PeerOptions { InitLimit = limit } });
        SimulatedServer late = story[1];
        LeaveBehind(story, late, bytes: 80_000);
        long sent = story.World.Rarities[Rare.SnapshotSent];
        story.Network[story.Leader.Id, late.Id].BytesPerSecond = 400_000;
        long start = story.World.Time.Now;
        story.Start(1);
        story.UntilAllServe();
        Assert.True(story.World.Time.Now - start > 2 * limit.Ticks, $"it took {TimeSpan.FromTicks(story.World.Time.Now - start)}");
        Assert.Equal(sent + 1, story.World.Rarities[Rare.SnapshotSent]);
    }

    /// <summary>Pings wait behind the chunks, and many chunks take longer than the sync limit: that each of them arrives is what keeps the role.</summary>
    [Fact]
    public void S14_a_snapshot_over_a_slow_link_ends_at_the_first_attempt()
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer late = story[1];
        LeaveBehind(story, late, bytes: 20_000);
        long sent = story.World.Rarities[Rare.SnapshotSent];
        story.Network[story.Leader.Id, late.Id].BytesPerSecond = 100_000;
        story.Start(1);
        Assert.True(story.SecondsUntil(() => late.Life!.Peer.Role == Role.Following, "the snapshot has arrived") > 2);
        Assert.Equal(sent + 1, story.World.Rarities[Rare.SnapshotSent]);
    }

    /// <summary>The same for a log: batches are no longer than what such a link carries within the sync limit.</summary>
    [Fact]
    public void S14_a_long_log_over_a_slow_link_ends_too()
    {
        Story story = Story.Running(voters: 3, with: static options => options with { SnapshotEveryBytes = long.MaxValue });
        SimulatedServer late = story[1];
        story.Vanish(late);
        for (int i = 0; i < 3; i++) story.Fill(story.Leader.Id.Value, count: 20, bytes: 20_000);
        story.Network[story.Leader.Id, late.Id].BytesPerSecond = 100_000;
        story.Start(1);
        Assert.True(story.SecondsUntil(() => late.Life!.Peer.Role == Role.Following, "the log has arrived") > 10);
        story.UntilAllEqual();
    }

    /// <summary>The quorum is the leader and two servers that both need a snapshot first. Each waits for its own, and neither for the other.</summary>
    [Fact]
    public void S24_two_snapshots_at_once_bring_up_the_quorum_that_needs_both()
    {
        Story story = Story.Running(voters: 5);
        SimulatedServer leader = story.Leader;
        SimulatedServer[] late = story.AllBut(leader)[..2];
        Zxid old = LeaveBehind(story, late, bytes: 30_000);
        foreach (SimulatedServer server in story.AllBut([leader, .. late])) server.Kill();
        story.Until(() => leader.Life!.Peer.Role == Role.Looking, "the leader has no quorum");
        long sent = story.World.Rarities[Rare.SnapshotSent];
        foreach (SimulatedServer server in late) story.Network[leader.Id, server.Id].BytesPerSecond = 600_000;
        story.Start(late[0].Id.Value, late[1].Id.Value);
        story.UntilAllEqual();
        Assert.Equal(leader, story.Leader);
        Assert.Equal(2, story.World.Watch.LeadersEstablished);
        Assert.Equal(sent + 2, story.World.Rarities[Rare.SnapshotSent]);
        Assert.All(late, server => Assert.True(server.OnDisk().Base > old));
    }

    /// <summary>Its end lies above the leader's newest snapshot: a snapshot would cost what it has acknowledged since, so the log is sent, however long. Whenever it dies, it holds no less than before.</summary>
    [Fact]
    public void S27_a_learner_ahead_of_the_newest_snapshot_is_sent_the_log_and_never_holds_less()
    {
        Story story = Story.Running(voters: 3, with: options => options with { SnapshotEveryBytes = 200_000 });
        SimulatedServer late = story[1], leader = story.Leader;
        story.Fill(leader.Id.Value, count: 100, bytes: 2_500);
        story.UntilAllEqual();
        story.Until(() => leader.OnDisk().Snapshot is not null, "a snapshot is taken");
        story.Written(leader.Id.Value, "acknowledged by all", "1");
        story.UntilAllEqual();
        Zxid held = late.Life!.Peer.LastLogged;
        story.Vanish(late);
        story.Fill(leader.Id.Value, count: 50, bytes: 2_500, key: "missing");
        Assert.True(leader.OnDisk().Snapshot!.Point.Zxid < held);

        for (int death = 0; death < 10; death++)
        {
            int operations = 3 * death;
            story.World.OnStep = (server, input, _) =>
            {
                if (server == late && input is Input.Received { Message: Message.Diff }) late.Disk.PowerLossAt = late.Disk.Operations + operations;
            };
            story.Start(1);
            story.Until(() => !late.IsUp || late.Life!.Peer.Role == Role.Following, "server 1 has died, or come through");
            if (late.IsUp) story.Vanish(late);
            Zxid now = late.OnDisk().Last.Zxid;
            Assert.True(now >= held, $"it held {held}, and holds {now}");
            held = now;
        }

        story.World.OnStep = null;
        story.Start(1);
        story.UntilAllEqual();
        Assert.Equal(0, story.World.Rarities[Rare.SnapshotSent]);
    }

    [Fact]
    public void S28_a_background_snapshot_of_a_history_that_was_replaced_meanwhile_is_refused()
    {
        var disk = new SimulatedDisk(1);
        var received = new HistoryPoint(new Zxid(1, 900), 42);
        byte[] content = [1, 2, 3];
        using (var run = new StoreRun(disk))
        {
            run.Adopt(1);
            run.Append(1, "a", "b", "c");
            HistoryPoint own = run.Last;
            Assert.Null(run.Store.TakeSnapshot(own, StoreRun.Three, 1, output =>
            {
                output.GetSpan(1)[0] = 9;
                output.Advance(1);
                Assert.Null(run.Install(received, content));        // It finishes first.
            }));
            Assert.Equal(content, run.Store.LoadSnapshot()!.Value.Content.ToArray());
            run.Append(1, "after");
        }

        using var again = new StoreRun(disk);
        Assert.Equal(received, again.Recovered.History.Base);
        Assert.Equal(received, again.Recovered.Snapshot!.Point);
        Assert.Equal(["after"], StoreRun.Texts(again.ReadAll()));
    }

    private static Zxid LeaveBehind(Story story, SimulatedServer late, int bytes = 20_000) => LeaveBehind(story, [late], bytes);

    /// <summary>These servers are down, and the leader's log begins behind what they hold. Gives the end of their histories.</summary>
    private static Zxid LeaveBehind(Story story, SimulatedServer[] late, int bytes)
    {
        foreach (SimulatedServer server in late) story.Vanish(server);
        Zxid old = late.Max(static server => server.OnDisk().Last.Zxid);
        SimulatedServer leader = story.Leader;
        for (int i = 0; i < 10 && leader.OnDisk().Base <= old; i++)
        {
            story.Fill(leader.Id.Value, count: 14, bytes);
            story.Run(0.3);
        }

        Assert.True(leader.OnDisk().Base > old);
        return old;
    }
}
