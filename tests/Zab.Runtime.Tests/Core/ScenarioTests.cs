using Xunit;
using Zab.Core;
using static Zab.Tests.Peers.Stories;

namespace Zab.Tests.Peers;

/// <summary>Stories of leaders that fail and come back. Each begins with why it is told.</summary>
public class ScenarioTests
{
    /// <summary>B01. A leader that never reached a quorum proposes, is deposed, and returns: its proposal must be cut everywhere.</summary>
    [Fact]
    public void A_proposal_that_reached_nobody_is_cut_when_its_leader_returns()
    {
        ModelNet net = Established(out ModelServer leader);
        foreach (ModelServer other in Others(net, leader)) net.Cut(leader.Id, other.Id);
        Submit(leader, "lost");
        net.RunUntil(() => leader.Disk.Last.Zxid.Counter > 0 && leader.Disk.Log.Any(static entry => Is(entry, "lost")), Bound);

        leader.Crash(keepsWrites: true);
        net.RunUntil(() => net.Leader is not null, Bound);
        Submit(net.Leader!, "kept");
        net.RunUntil(() => net.Order.Count == 2, Bound);

        net.Heal();
        leader.Start();
        net.RunUntil(() => leader.Applied == net.Order[^1].Zxid, Bound);
        Assert.DoesNotContain(leader.Disk.Log, static entry => Is(entry, "lost"));
        Assert.Contains(leader.Disk.Log, static entry => Is(entry, "kept"));
    }

    /// <summary>B02. A proposal on one follower only, and the leader dies: the follower has the better history, leads, and so commits it.</summary>
    [Fact]
    public void A_proposal_on_one_follower_is_committed_when_that_one_leads()
    {
        ModelNet net = Established(out ModelServer leader);
        ModelServer[] others = Others(net, leader);
        net.Cut(leader.Id, others[0].Id);
        Submit(leader, "on one");
        net.RunUntil(() => others[1].Disk.Log.Any(static entry => Is(entry, "on one")), Bound);
        leader.Crash();
        net.Heal();
        net.RunUntil(() => net.Leader is not null, Bound);
        Assert.Equal(others[1].Id, net.Leader!.Id);
        net.RunUntil(() => net.Servers.Values.Where(static s => s.IsUp).All(s => s.Disk.Log.Any(static entry => Is(entry, "on one"))), Bound);
    }

    /// <summary>B03. The same, but the other follower leads first: then the tail is dropped everywhere and never comes back.</summary>
    [Fact]
    public void A_tail_that_a_later_leader_did_not_have_never_comes_back()
    {
        ModelNet net = Established(out ModelServer leader);
        ModelServer[] others = Others(net, leader);
        foreach (ModelServer other in others) net.Cut(leader.Id, other.Id);
        Submit(leader, "tail");
        net.RunUntil(() => leader.Disk.Log.Any(static entry => Is(entry, "tail")), Bound);
        net.RunUntil(() => others.Any(static s => s.Peer!.Role == Role.Leading), Bound);
        ModelServer second = others.Single(static s => s.Peer!.Role == Role.Leading);
        Submit(second, "newer");
        net.RunUntil(() => others.All(s => s.Applied == second.Peer!.LastLogged), Bound);

        second.Crash();
        net.Heal();
        net.RunUntil(() => net.Leader is not null && net.Leader != second, Bound);
        second.Start();
        net.RunUntil(() => net.Servers.Values.All(s => s.Peer!.Role is Role.Leading or Role.Following), Bound);
        Submit(net.Leader!, "newest");
        net.RunUntil(() => net.Servers.Values.All(s => s.Disk.Log.Any(static entry => Is(entry, "newest"))), Bound);
        Assert.DoesNotContain(net.Servers.Values, static s => s.Disk.Log.Any(static entry => Is(entry, "tail")));
    }

    /// <summary>B05. A leader cut off from its quorum, but not from its callers, must not go on for long.</summary>
    [Fact]
    public void A_leader_without_its_quorum_leaves_within_the_sync_limit()
    {
        ModelNet net = Established(out ModelServer leader);
        foreach (ModelServer other in Others(net, leader)) net.Cut(leader.Id, other.Id);
        TimeSpan cut = net.Now;
        net.RunUntil(() => leader.Peer!.Role != Role.Leading, Bound);
        Assert.True(net.Now - cut <= net.Options.SyncLimit + (3 * net.Options.Tick), $"it took {net.Now - cut}");
        Submit(leader, "refused");
        Assert.Single(leader.Refused);
    }

    /// <summary>B06. A leader whose fsync fails says nothing any more, and another one leads.</summary>
    [Fact]
    public void A_leader_whose_disk_fails_falls_silent_and_another_leads()
    {
        ModelNet net = Established(out ModelServer leader);
        leader.Step(new Input.StorageFailed("fsync of the log: EIO"));
        Assert.Equal("fsync of the log: EIO", leader.Fatal);
        Assert.Equal(Role.Stopped, leader.Peer!.Role);
        net.RunUntil(() => Others(net, leader).Any(static s => s.Peer!.Role == Role.Leading), Bound);
        net.Trace.Clear();
        net.Run(TimeSpan.FromSeconds(2));
        Assert.DoesNotContain(net.Trace, line => line.Contains($" {leader.Id} ", StringComparison.Ordinal) && !line.Contains("Vote", StringComparison.Ordinal));
    }

    /// <summary>B07. A leader whose disk hangs loses its leadership, though it goes on hearing everybody.</summary>
    [Fact]
    public void A_leader_whose_disk_hangs_is_replaced()
    {
        ModelNet net = Established(out ModelServer leader);
        leader.IsDiskStalled = true;
        Submit(leader, "slow");
        net.RunUntil(() => Others(net, leader).Any(static s => s.Peer!.Role == Role.Leading), Bound);
        leader.IsDiskStalled = false;
        net.RunUntil(() => leader.Peer!.Role == Role.Following, Bound);
    }

    /// <summary>B14. The last zxid of an epoch is given out: the rest of the batch is refused, not lost, and the next epoch begins at 1.</summary>
    [Fact]
    public void When_the_zxids_of_an_epoch_are_used_up_the_next_epoch_begins()
    {
        var net = new ModelNet(3, new ServerId(1), new ServerId(2), new ServerId(3)) { Options = new PeerOptions { CounterMax = 100 } };
        net.StartAll();
        net.RunUntil(() => net.Leader is not null, Bound);
        ModelServer leader = net.Leader!;
        leader.Step(new Input.Submit([.. Enumerable.Range(1, 103).Select(static tag => new ProposalRequest((ulong)tag, new byte[] { 1 }))]));
        Assert.Equal([101ul, 102ul, 103ul], leader.Refused.Select(static refused => refused.Tag));

        net.RunUntil(() => net.Leader is { Peer.Epoch: 2 }, Bound);
        Submit(net.Leader!, "next");
        net.RunUntil(() => net.Servers.Values.All(static s => s.Applied == new Zxid(2, 1)), Bound);
        Assert.Equal(101, net.Order.Count);
    }

    /// <summary>E02. A longer history of an older epoch meets a shorter one of a newer epoch, and an empty one: the newer epoch leads, and what it lacks is dropped.</summary>
    [Fact]
    public void The_newer_epoch_leads_and_the_longer_old_tail_is_dropped()
    {
        ModelNet net = Three();
        Log(net[1], (2, 5));
        Promise(net[1], 2);
        Log(net[2], (3, 1));
        Promise(net[2], 3);
        net.StartAll();
        net.RunUntil(() => net.Servers.Values.All(static s => s.Peer!.Role is Role.Leading or Role.Following), Bound);
        Assert.Equal(new ServerId(2), net.Leader!.Id);
        Assert.All(net.Servers.Values, static s => Assert.Equal([new Zxid(3, 1)], s.Disk.Log.Select(static entry => entry.Zxid)));
    }

    /// <summary>E06. The server with the highest zxid is away when the others elect: what it alone holds was never committed, and is cut when it returns.</summary>
    [Fact]
    public void The_longest_history_is_cut_when_its_owner_missed_the_election()
    {
        ModelNet net = Three();
        foreach (ModelServer server in net.Servers.Values)
        {
            Log(server, (1, server == net[3] ? 4u : 2u));
            Promise(server, 1);
        }

        net[1].Start();
        net[2].Start();
        net.RunUntil(() => net.Leader is not null, Bound);
        Submit(net.Leader!, "new");
        net.RunUntil(() => net[1].Applied == new Zxid(2, 1), Bound);
        uint epoch = net.Leader!.Peer!.Epoch;

        net[3].Start();
        net.RunUntil(() => net[3].Applied == new Zxid(2, 1), Bound);
        Assert.Equal([new Zxid(1, 1), new Zxid(1, 2), new Zxid(2, 1)], net[3].Disk.Log.Select(static entry => entry.Zxid));
        Assert.Equal(epoch, net.Leader!.Peer!.Epoch);
    }

    /// <summary>E16. Epochs are compared unsigned: beyond 2^31 they are still in order.</summary>
    [Fact]
    public void Epochs_beyond_the_sign_bit_are_in_order()
    {
        ModelNet net = Three();
        foreach (ModelServer server in net.Servers.Values) Promise(server, 0x7FFF_FFFF);
        net.StartAll();
        net.RunUntil(() => net.Leader is not null, Bound);
        Assert.Equal(0x8000_0000u, net.Leader!.Peer!.Epoch);
        Submit(net.Leader, "a");
        net.Leader.Crash();
        net.RunUntil(() => net.Leader is { Peer.Epoch: 0x8000_0001 }, Bound);
    }

    /// <summary>E16. The epochs themselves can be used up: that is said, and nothing wraps around.</summary>
    [Fact]
    public void When_the_epochs_are_used_up_the_servers_say_so()
    {
        ModelNet net = Three();
        foreach (ModelServer server in net.Servers.Values) server.Disk.Do(new Output.SaveHardState(default, server.Disk.HardState with { AcceptedEpoch = uint.MaxValue, CurrentEpoch = 1 }));
        net.StartAll();
        net.RunUntil(() => net.Servers.Values.Any(static s => s.Fatal is not null), Bound);
        Assert.Contains("the epochs are used up", net.Servers.Values.First(static s => s.Fatal is not null).Fatal, StringComparison.Ordinal);
    }

    /// <summary>E18. A voter promised an epoch whose leader nobody heard of again: it must still come back, under a leader with a newer epoch.</summary>
    [Fact]
    public void A_voter_that_promised_a_lost_epoch_comes_back()
    {
        ModelNet net = Established(out ModelServer leader);
        ModelServer promised = Others(net, leader)[0];
        promised.Crash();
        promised.Disk.Do(new Output.SaveHardState(default, promised.Disk.HardState with { AcceptedEpoch = 6 }));
        promised.Start();
        net.RunUntil(() => net.Servers.Values.All(static s => s.Peer!.Role is Role.Leading or Role.Following), Bound);
        Assert.Equal(7u, net.Leader!.Peer!.Epoch);
    }

    /// <summary>E19. An established leader is not deposed by a learner that comes back ahead of it: what it holds more was never committed, and is cut.</summary>
    [Fact]
    public void A_learner_that_returns_ahead_is_cut_and_the_leader_stays()
    {
        ModelNet net = Established(out ModelServer leader);
        ModelServer ahead = Others(net, leader)[0];
        ahead.Crash();
        for (int i = 0; i < 3; i++) ahead.Disk.Do(new Output.Append(default, [Entry.After(ahead.Disk.Last, new Zxid(1, ahead.Disk.Last.Zxid.Counter + 1), long.MaxValue / 4, EntryType.Request, "ahead"u8.ToArray())]));
        uint epoch = leader.Peer!.Epoch;
        ahead.Start();
        net.RunUntil(() => ahead.Peer!.Role == Role.Following, Bound);
        Assert.Equal((leader.Id, epoch), (net.Leader!.Id, net.Leader.Peer!.Epoch));
        Assert.DoesNotContain(ahead.Disk.Log, static entry => Is(entry, "ahead"));
    }

    /// <summary>S15. The learner's tail is of an epoch that the leader never saw: it is cut to the newest epoch both know, and no snapshot is needed.</summary>
    [Fact]
    public void A_tail_of_a_foreign_epoch_is_cut_across_epochs()
    {
        ModelNet net = Three();
        Log(net[3], (3, 9), (5, 1));
        Log(net[2], (3, 9), (5, 1));
        Log(net[1], (3, 5), (4, 1));
        foreach (uint id in (uint[])[2, 3]) Promise(net[id], 5);
        Promise(net[1], 4);
        net.StartAll();
        net.RunUntil(() => net.Servers.Values.All(static s => s.Peer!.Role is Role.Leading or Role.Following), Bound);
        Assert.DoesNotContain(net[1].Disk.Log, static entry => entry.Zxid.Epoch == 4);
        Assert.Contains(net[1].Disk.Log, static entry => entry.Zxid == new Zxid(5, 1));
    }

    /// <summary>B16. A read at a new leader waits for its first quorum: before, it does not know what is committed.</summary>
    [Fact]
    public void A_read_at_a_leader_that_is_not_established_waits()
    {
        ModelNet net = Three();
        net.DiskLatency = TimeSpan.FromMilliseconds(100);
        net.StartAll();
        net.RunUntil(() => net[3].Peer!.Reason?.Contains("bringing a quorum", StringComparison.Ordinal) == true, Bound);
        net[3].Step(new Input.Read(5));
        Assert.Empty(net[3].Reads);
        net.RunUntil(() => net[3].Reads.Count == 1, Bound);
        Assert.Equal(Role.Leading, net[3].Peer!.Role);
        Assert.NotNull(net[3].Reads[0].Zxid);
    }

    /// <summary>B04. A leader that was paused while another took over answers no read: the round of pings that would confirm it never completes.</summary>
    [Fact]
    public void A_deposed_leader_confirms_no_read()
    {
        ModelNet net = Established(out ModelServer leader);
        foreach (ModelServer other in Others(net, leader)) net.Cut(leader.Id, other.Id);
        leader.Step(new Input.Read(9));
        net.RunUntil(() => leader.Reads.Count == 1, Bound);
        Assert.Null(leader.Reads[0].Zxid);
    }

    /// <summary>T24. One voter lost its disk, the other two being needed: it must not make a quorum with either before it was brought up and admitted.</summary>
    [Fact]
    public void A_wiped_voter_makes_no_quorum_before_it_is_admitted()
    {
        ModelNet net = Established(out ModelServer leader);
        ModelServer wiped = Others(net, leader)[0];
        ModelServer third = Others(net, leader)[1];
        third.Crash();
        Submit(leader, "on two");
        net.RunUntil(() => net.Order.Count == 2, Bound);
        leader.Crash();
        wiped.Crash();
        wiped.Disk = new ModelDisk(wiped.Id, 999);
        wiped.Start();
        third.Start();
        net.Run(TimeSpan.FromSeconds(5));
        Assert.Null(net.Leader);

        leader.Start();
        net.RunUntil(() => net.Servers.Values.All(static s => s.Peer!.Role is Role.Leading or Role.Following && !s.Peer.IsRecovering), Bound);
        Assert.Contains(wiped.Disk.Log, static entry => Is(entry, "on two"));
    }

    /// <summary>A damaged log is shorter than what its owner acknowledged: it may follow who holds all of it, and never leads before that.</summary>
    [Fact]
    public void A_server_with_a_repair_floor_waits_for_a_history_that_reaches_it()
    {
        ModelNet net = Established(out ModelServer leader);
        ModelServer[] others = Others(net, leader);
        others[1].Crash();
        Submit(leader, "acknowledged");
        net.RunUntil(() => net.Order.Count == 2, Bound);
        leader.Crash();
        ModelServer damaged = others[0];
        damaged.Crash();
        var floor = new RepairFloor(damaged.Disk.HardState.CurrentEpoch, damaged.Disk.Last.Zxid);
        damaged.Disk.Do(new Output.SaveHardState(default, damaged.Disk.HardState with { RepairFloor = floor }));
        damaged.Disk.Do(new Output.Truncate(default, damaged.Disk.Log[0].Point));
        damaged.Start();
        others[1].Start();
        net.Run(TimeSpan.FromSeconds(5));
        Assert.Null(net.Leader);                          // Neither holds what was acknowledged.

        leader.Start();
        net.RunUntil(() => net.Servers.Values.All(static s => s.Peer!.Role is Role.Leading or Role.Following), Bound);
        Assert.Null(damaged.Disk.HardState.RepairFloor);
        Assert.Contains(damaged.Disk.Log, static entry => Is(entry, "acknowledged"));
    }

    /// <summary>What no server could apply, and what is too large, is refused before it gets a zxid; the requests around it are not.</summary>
    [Fact]
    public void A_request_that_nobody_could_apply_gets_no_zxid()
    {
        ModelNet net = Established(out ModelServer leader);
        leader.Step(new Input.Submit([new ProposalRequest(1, "a"u8.ToArray()), new ProposalRequest(2, "!"u8.ToArray()), new ProposalRequest(3, new byte[Limits.PayloadBytesMax + 1]), new ProposalRequest(4, "b"u8.ToArray())]));
        Assert.Equal([2ul, 3ul], leader.Refused.Select(static refused => refused.Tag));
        net.RunUntil(() => net.Order.Count == 3, Bound);
        Assert.Equal([1u, 2u, 3u], net.Order.Select(static point => point.Zxid.Counter));
    }

    /// <summary>A learner's requests are handed to the leader in order; an observer's, too, and it never votes or acknowledges.</summary>
    [Fact]
    public void Requests_at_followers_and_observers_reach_the_one_order()
    {
        var net = new ModelNet(5, [new ServerId(1), new ServerId(2), new ServerId(3)], [new ServerId(4)]);
        net.StartAll();
        net.RunUntil(() => net.Servers.Values.All(static s => s.Peer!.Role is Role.Leading or Role.Following or Role.Observing), Bound);
        Submit(net[4], "from the observer");
        Submit(net[1], "from a follower");
        net.RunUntil(() => net.Servers.Values.All(s => s.Applied.Counter == 2), Bound);
        Assert.Equal(Role.Observing, net[4].Peer!.Role);
    }
}
