using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Testing;

namespace Zab.Scenarios.Storage;

/// <summary>B.4 of the fault catalogue: the disk says no, is full, or is slow; and the power goes.</summary>
public sealed class DiskErrorScenarios
{
    /// <summary>Any subset of what was not flushed is lost, names of files included, everywhere at once.</summary>
    [Fact]
    public void T10_power_loss_on_all_servers_at_once_loses_nothing_that_was_acknowledged()
    {
        int acknowledgedInAll = 0;
        for (ulong seed = 1; seed <= 10; seed++)
        {
            Story story = Story.Running(voters: 3, with: options => options with { Seed = seed });
            var acknowledged = new Acknowledged(story);
            acknowledged.Write(1, 1);
            for (int round = 0; round < 2; round++)
            {
                foreach (uint server in (uint[])[1, 2, 3]) acknowledged.Send(server, 10, bytes: 300);
                story.Run(0.001 * (1 + ((seed + (ulong)round) % 8)));
                foreach (uint server in (uint[])[1, 2, 3]) story[server].LosePower();
                story.Start(1, 2, 3);
                story.UntilAllEqual();
                acknowledged.AssertReadable(1 + (uint)(seed % 3));
            }

            acknowledgedInAll += acknowledged.Count;
        }

        Assert.True(acknowledgedInAll > 100, $"{acknowledgedInAll} writes were acknowledged");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void T11_an_fsync_that_fails_once_ends_the_server_and_what_it_lost_was_never_acknowledged(bool atTheLeader)
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        var acknowledged = new Acknowledged(story);
        uint failing = atTheLeader ? story.LeadingId() : story.FollowingIds()[0], other = story.FollowingIds()[1];
        acknowledged.Write(other, 5);
        story.UntilAllMarked();
        Zxid durable = story[failing].LastWritten;
        bool hasFailed = false;
        story[failing].Fail((call, path) =>
        {
            if (hasFailed || call != DiskCall.Flush || !path.EndsWith(".log", StringComparison.Ordinal)) return null;
            hasFailed = true;                                   // Its pages are clean from here on, and every later fsync succeeds.
            return "EIO";
        });
        story.Network.OnArrival = (from, _, message) =>
        {
            if (from == story[failing].Id && message is Message.Ack ack) Assert.True(ack.Zxid <= durable || !hasFailed, $"{ack.Zxid} was acknowledged, and its fsync failed");
            return Arrival.Delivered;
        };

        acknowledged.Write(other, 1);
        story.Until(() => !story[failing].IsUp, "the server with the failed fsync ends");
        Assert.True(hasFailed);
        Assert.Contains("EIO", story[failing].Stopped, StringComparison.Ordinal);
        acknowledged.Write(other, 5);
        story.Network.OnArrival = null;

        // What the next start reads comes from the page cache, and is not on the disk: a power loss shows whether it was believed.
        story.Start(failing);
        story.UntilAllEqual();
        story[failing].LosePower();
        story.Start(failing);
        Assert.False(story[failing].Life!.Peer.IsRecovering);
        story.UntilAllEqual();
        acknowledged.AssertReadable(failing);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void T12_a_write_that_was_done_in_part_before_the_disk_was_full_is_cut_off(bool atTheLeader)
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        var acknowledged = new Acknowledged(story);
        uint failing = atTheLeader ? story.LeadingId() : story.FollowingIds()[0], other = story.FollowingIds()[1];
        acknowledged.Write(other, 5);
        story.UntilAllMarked();
        Zxid durable = story[failing].LastWritten;
        bool hasFailed = false;
        story[failing].Fail((call, path) =>
        {
            if (hasFailed || call != DiskCall.Write || !path.EndsWith(".log", StringComparison.Ordinal)) return null;
            hasFailed = true;                                   // Half of it is written.
            return "ENOSPC";
        });
        acknowledged.Write(other, 1, bytes: 2000);
        story.Until(() => !story[failing].IsUp, "the server with the full disk ends");
        Assert.Contains("ENOSPC", story[failing].Stopped, StringComparison.Ordinal);

        story.Start(failing);
        Assert.Equal(durable, story[failing].Life!.Peer.LastDurable);
        Assert.Equal(1, story.World.Rarities[Rare.TornTail]);
        Assert.False(story[failing].Life!.Peer.IsRecovering);
        story.UntilAllEqual();
        acknowledged.Write(failing, 5);
        story.UntilAllMarked();

        // No half record stands before a good one.
        story.Kill(failing);
        story.Start(failing);
        Assert.Equal(1, story.World.Rarities[Rare.TornTail]);
        story.UntilAllEqual();
        acknowledged.AssertReadable(failing);
    }

    [Theory]
    [InlineData("the leader")]
    [InlineData("a follower")]
    [InlineData("all")]
    public void T13_a_full_disk_is_reported_loses_nothing_and_needs_no_hand_once_there_is_space(string where)
    {
        Story story = Story.Running(voters: 3);
        var acknowledged = new Acknowledged(story);
        uint leader = story.LeadingId(), other = story.FollowingIds()[1];
        acknowledged.Write(other, 20, bytes: 400);
        uint[] full = where == "all" ? [1, 2, 3] : where == "the leader" ? [leader] : [story.FollowingIds()[0]];
        foreach (uint server in full) story[server].Fail(static (call, _) => call is DiskCall.Create or DiskCall.Write or DiskCall.SetLength ? "ENOSPC" : null);
        foreach (uint server in (uint[])[1, 2, 3]) acknowledged.Send(server, 5);
        story.Until(() => full.All(server => !story[server].IsUp), "servers with a full disk end");

        foreach (uint server in full)
        {
            Assert.Contains("ENOSPC", story[server].Stopped, StringComparison.Ordinal);
            Assert.Contains("ENOSPC", story[server].Start(), StringComparison.Ordinal);
        }

        if (where == "all") story.AssertNobodyLeads(seconds: 5);
        else acknowledged.Write(other, 5);

        foreach (uint server in full) story[server].HealDisk();
        story.Start(full);
        story.UntilAllEqual();
        foreach (uint server in (uint[])[1, 2, 3]) acknowledged.AssertReadable(server);
    }

    [Fact]
    public void T14_a_follower_with_a_disk_a_hundred_times_slower_delays_nobody()
    {
        Story story = Story.Running(voters: 3);
        var acknowledged = new Acknowledged(story);
        uint slow = story.FollowingIds()[0], leader = story.LeadingId(), epoch = story.Leader.Life!.Peer.Epoch;
        acknowledged.Write(leader, 1);
        story[slow].FsyncTicks *= 100;

        var took = new List<long>();
        for (int i = 0; i < 41; i++)
        {
            long begin = story.World.Time.Now;
            acknowledged.Write(leader, 1);
            took.Add(story.World.Time.Now - begin);
        }

        took.Sort();                                            // Simulated time: the slow disk alone needs 50 ms on average.
        Assert.True(took[took.Count / 2] < 5 * TimeSpan.TicksPerMillisecond, $"half of the writes took {took[took.Count / 2]} ticks");
        Assert.Equal((leader, epoch), (story.LeadingId(), story.Leader.Life!.Peer.Epoch));
        story.UntilAllEqual();
        acknowledged.AssertReadable(slow);
    }

    [Fact]
    public void T14_a_leader_whose_disk_becomes_a_hundred_times_slower_than_its_limit_allows_gives_way()
    {
        Story story = Story.Running(voters: 3, with: static options => options with { FsyncTicks = 20 * TimeSpan.TicksPerMillisecond });
        var acknowledged = new Acknowledged(story);
        uint slow = story.LeadingId(), other = story.FollowingIds()[0];
        acknowledged.Write(other, 1);
        story.Leader.FsyncTicks *= 100;                         // Up to two seconds: longer than the sync limit.

        for (int i = 0; i < 10 && story.World.Leader?.Id.Value == slow; i++)
        {
            acknowledged.Write(other, 1);
            story.Run(2.5);
        }

        story.Until(() => story.World.Leader is { } leader && leader.Id.Value != slow, "another one leads");
        int elections = story.World.Watch.LeadersEstablished;
        acknowledged.Write(other, 20);
        Assert.NotEqual(slow, story.LeadingId());
        Assert.Equal(elections, story.World.Watch.LeadersEstablished);
        story[slow].HealDisk();
        story.UntilAllEqual();
        acknowledged.AssertReadable(slow);
    }

    /// <summary>Of a batch that was being written, a later page was kept and an earlier one was not; on all servers.</summary>
    [Fact]
    public void T28_pages_that_persisted_out_of_order_are_cut_off_and_nobody_takes_them_for_rot()
    {
        int holes = 0, torn = 0;
        for (ulong seed = 1; seed <= 24; seed++)
        {
            Story story = Story.Running(voters: 3, with: options => DirectoryFaults.WithoutSnapshots(options) with { Seed = seed, Store = options.Store with { SegmentBytes = 64 * 1024, PreallocateBytes = 64 * 1024 } });
            var acknowledged = new Acknowledged(story);
            acknowledged.Write(story.LeadingId(), 5);
            story.UntilAllMarked();
            foreach (SimulatedServer server in story.World.Servers)
            {
                SimulatedDisk disk = server.Disk;
                server.Fail((call, path) =>
                {
                    if (call == DiskCall.Write && path.EndsWith(".log", StringComparison.Ordinal)) disk.PowerLossAt = disk.Operations;      // Before the flush that follows.
                    return null;
                });
            }

            acknowledged.Send(story.LeadingId(), 8, bytes: 700);
            story.Run(1);
            foreach (SimulatedServer server in story.World.Servers)
            {
                if (server.IsUp) server.LosePower();
                server.HealDisk();
                if (LogRecord.HasHole(server.Disk)) holes++;
            }

            story.Start(1, 2, 3);
            foreach (uint server in (uint[])[1, 2, 3]) Assert.False(story[server].Life!.Peer.IsRecovering);
            torn += (int)story.World.Rarities[Rare.TornTail];
            story.UntilAllEqual();
            acknowledged.AssertReadable(1);
        }

        Assert.True(holes > 0);
        Assert.True(torn >= holes);
    }
}
