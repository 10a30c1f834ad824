using Xunit;
using Zab.Core;
using Zab.Storage;
using Zab.Testing;
using Zab.Tests.Storage;

namespace Zab.Scenarios.Storage;

/// <summary>B.4 of the fault catalogue: snapshots that are damaged, missing, or spoiled on their way.</summary>
public sealed class SnapshotFileScenarios
{
    private static WorldOptions WithManySnapshots(WorldOptions options) => options with { SnapshotEveryBytes = 4 * 1024, Store = options.Store with { SegmentBytes = 4 * 1024, PreallocateBytes = 1024 } };

    [Fact]
    public void T07_a_damaged_newest_snapshot_gives_way_to_the_one_before_and_the_log()
    {
        Story story = Story.Running(voters: 3, with: WithManySnapshots);
        var acknowledged = new Acknowledged(story);
        acknowledged.Write(story.LeadingId(), 60, bytes: 400);
        story.UntilAllMarked();
        uint server = story.FollowingIds()[0];
        Zxid last = story[server].LastWritten;
        story.Kill(server);
        string[] snapshots = LogRecord.Snapshots(story[server].Disk);
        Assert.Equal(2, snapshots.Length);
        story.DamageFile(server, snapshots[^1], static content => content[^100] ^= 1);
        story.Start(server);

        Assert.Equal(1, story.World.Rarities[Rare.OlderSnapshotUsed]);
        Assert.Equal(last, story[server].Life!.Peer.LastDurable);
        Assert.False(story[server].Life!.Peer.IsRecovering);
        story.UntilAllEqual();                                  // The digest of the state included.
        acknowledged.AssertReadable(server);
    }

    [Fact]
    public void T08_the_last_valid_snapshot_and_its_log_outlive_any_number_of_damaged_newer_ones()
    {
        var disk = new SimulatedDisk(1);
        StoreOptions options = StoreRun.Options() with { SegmentBytes = 900, PreallocateBytes = 1024 };
        HistoryPoint valid = default, last;
        using (var run = new StoreRun(disk, options))
        {
            run.Adopt(1);
            for (int i = 0; i < 5; i++)
            {
                run.Append(1, [.. Enumerable.Range(0, 10).Select(n => $"entry {i}.{n}, long enough to fill a segment with a few of them")]);
                Input.SnapshotTaken taken = run.TakeSnapshot(run.Last, [.. Enumerable.Repeat((byte)i, 300)])!;
                if (i == 0) valid = run.Last;
                Assert.True(taken.CompactThrough <= valid.Zxid);
                run.Write(new Output.CompactLog(run.Id(), taken.CompactThrough));
                if (i > 0) disk.Damage(LogRecord.Snapshots(disk)[^1], static content => content[^1] ^= 1);
            }

            last = run.Last;
        }

        using var again = new StoreRun(disk, options);
        Assert.Equal(RecoveryCase.OlderSnapshot, again.Store.Case);
        Assert.Equal(valid, again.Recovered.Snapshot!.Point);
        Assert.Equal(last, again.Recovered.History.Last);
        Assert.Equal(40, again.ReadAll(valid.Zxid).Count);
    }

    [Fact]
    public void T09_a_log_that_begins_in_the_middle_without_any_snapshot_is_not_an_empty_history()
    {
        Story story = Story.Running(voters: 3, with: WithManySnapshots);
        var acknowledged = new Acknowledged(story);
        uint intact = story.LeadingId(), bare = story.FollowingIds()[0], behind = story.FollowingIds()[1];
        acknowledged.Write(intact, 40, bytes: 400);
        story.UntilAllEqual();
        story.Kill(behind);
        Zxid[] zxids = acknowledged.Write(intact, 40, bytes: 400);
        story.UntilAllMarked();
        story.Kill(intact, bare);
        foreach (string name in LogRecord.Snapshots(story[bare].Disk)) story[bare].Disk.Remove(name);
        story.World.Watch.Disturbed(story[bare].Id, Testing.Checks.DirectoryFault.Damaged);

        story.Start(bare, behind);
        Assert.Equal(1, story.World.Rarities[Rare.NothingToStartFrom]);
        story.AssertNobodyLeads(seconds: 20);
        story.AssertRecovering(bare, atLeast: zxids[^1]);

        story.Start(intact);
        story.UntilAllEqual();
        Assert.True(story.World.Rarities[Rare.SnapshotInstalled] >= 1);
        acknowledged.AssertReadable(bare);
    }

    [Fact]
    public void T25_a_snapshot_that_is_spoiled_on_the_wire_is_rejected_and_sent_again()
    {
        Story story = Story.Running(voters: 3, with: WithManySnapshots);
        var acknowledged = new Acknowledged(story);
        uint leader = story.LeadingId(), behind = story.FollowingIds()[0];
        story.Kill(behind);
        acknowledged.Write(leader, 80, bytes: 400);
        int chunks = 0;
        SimulatedWire wire = story.Network[story[leader].Id, story[behind].Id];
        story.Network.OnArrival = (_, to, message) =>
        {
            if (to == story[behind].Id) wire.FlipsPerMillion = message is Message.SnapshotChunk && ++chunks == 1 ? 1_000_000 : 0;
            return Arrival.Delivered;
        };

        story.Start(behind);
        story.UntilAllEqual();
        Assert.Equal(1, story.World.Rarities[Rare.FrameRefused]);
        Assert.Equal(1, story.World.Rarities[Rare.SnapshotInstalled]);
        Assert.True(chunks >= 2);
        acknowledged.AssertReadable(behind);
    }

    /// <summary>The frames are right, and what they carry is not: the disk of the sender has changed it.</summary>
    [Fact]
    public void T25_a_snapshot_whose_content_is_not_what_its_sender_described_is_not_installed()
    {
        Story story = Story.Running(voters: 3, with: WithManySnapshots);
        var acknowledged = new Acknowledged(story);
        uint leader = story.LeadingId(), behind = story.FollowingIds()[0], other = story.FollowingIds()[1];
        acknowledged.Write(leader, 1);
        story.UntilAllEqual();
        story.Kill(behind);
        Zxid held = story[behind].LastWritten;
        acknowledged.Write(leader, 80, bytes: 400);
        story.UntilAllMarked();
        story.DamageFile(leader, LogRecord.Snapshots(story[leader].Disk)[^1], static content => content[^100] ^= 1);

        story.Start(behind);
        story.Until(() => story.World.Rarities[Rare.SnapshotRejected] >= 1, "the snapshot is rejected");
        Assert.Equal(held, story[behind].Life!.Peer.LastDurable);

        // The sender meets the damage itself when it makes its next snapshot, and stops; the others go on.
        acknowledged.Write(other, 40, bytes: 400);
        story.Until(() => !story[leader].IsUp, "the leader stops");
        Assert.Contains("is damaged: its content has checksum", story[leader].Stopped, StringComparison.Ordinal);
        story.UntilAllEqual();
        story.Start(leader);
        story.UntilAllEqual();
        foreach (uint server in (uint[])[leader, behind]) acknowledged.AssertReadable(server);
    }
}
