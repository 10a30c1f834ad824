using Xunit;
using Zab.Core;
using Zab.Testing;

namespace Zab.Scenarios.Storage;

/// <summary>B.4 of the fault catalogue: the files of the log as a whole.</summary>
public sealed class SegmentScenarios
{
    [Theory]
    [InlineData("a middle one is deleted")]
    [InlineData("one stands twice, in place of another")]
    [InlineData("two are swapped")]
    public void T06_segments_that_are_not_where_they_were_are_not_taken_for_a_history(string what)
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        var acknowledged = new Acknowledged(story);
        Zxid[] zxids = acknowledged.Write(story.LeadingId(), 70, bytes: 700);
        story.UntilAllMarked();
        uint server = story.FollowingIds()[0];
        story.Kill(server);
        SimulatedDisk disk = story[server].Disk;
        string[] files = LogRecord.Files(disk);
        Assert.True(files.Length >= 4);
        byte[] second = disk.Content(files[1]), third = disk.Content(files[2]);
        if (what == "a middle one is deleted") disk.Remove(files[1]);
        else disk.Put(files[1], third);
        if (what == "two are swapped") disk.Put(files[2], second);
        story.World.Watch.Disturbed(story[server].Id, Testing.Checks.DirectoryFault.Damaged);
        story.Start(server);

        Assert.True(story[server].Life!.Peer.LastDurable < zxids[^1]);
        story.AssertRecovering(server, atLeast: zxids[^1]);
        story.UntilReported(server, files[1]);
        story.UntilAllEqual();
        acknowledged.AssertReadable(server);
    }

    [Fact]
    public void T06_a_copy_of_a_segment_under_another_number_means_nothing()
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        var acknowledged = new Acknowledged(story);
        acknowledged.Write(story.LeadingId(), 70, bytes: 700);
        story.UntilAllMarked();
        uint server = story.FollowingIds()[0];
        Zxid last = story[server].LastWritten;
        story.Kill(server);
        SimulatedDisk disk = story[server].Disk;
        disk.Create("/data/000099.log").Dispose();
        disk.Put("000099.log", disk.Content(LogRecord.Files(disk)[0]));
        story.Start(server);

        Assert.Equal(last, story[server].Life!.Peer.LastDurable);
        Assert.False(story[server].Life!.Peer.IsRecovering);
        Assert.DoesNotContain("000099.log", LogRecord.Files(disk));
        story.UntilAllEqual();
        acknowledged.AssertReadable(server);
    }

    /// <summary>The process dies at each operation that follows the creation of a segment.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void T21_a_server_that_died_just_after_it_made_a_segment_starts(int operations)
    {
        foreach (ulong seed in (ulong[])[1, 2, 3])
        {
            Story story = Story.Running(voters: 3, with: options => DirectoryFaults.WithoutSnapshots(options) with { Seed = seed });
            var acknowledged = new Acknowledged(story);
            uint server = story.FollowingIds()[0];
            SimulatedDisk disk = story[server].Disk;
            story[server].Fail((call, path) =>
            {
                if (call == DiskCall.Create && path.EndsWith(".log", StringComparison.Ordinal)) disk.PowerLossAt = disk.Operations + operations;
                return null;
            });
            while (story[server].IsUp) acknowledged.Write(story.LeadingId(), 1, bytes: 700);
            story[server].HealDisk();

            story.Start(server);
            Assert.False(story[server].Life!.Peer.IsRecovering);
            story.UntilAllEqual();
            acknowledged.AssertReadable(server);
        }
    }

    [Fact]
    public void T21_an_empty_file_with_the_name_of_the_next_segment_does_not_matter()
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        var acknowledged = new Acknowledged(story);
        acknowledged.Write(story.LeadingId(), 5);
        story.UntilAllMarked();
        uint server = story.FollowingIds()[0];
        story.Kill(server);
        int next = int.Parse(LogRecord.Files(story[server].Disk)[^1][..6], System.Globalization.CultureInfo.InvariantCulture) + 1;
        story[server].Disk.Create($"/data/{next:D6}.log").Dispose();
        story.Start(server);

        Assert.False(story[server].Life!.Peer.IsRecovering);
        story.UntilAllEqual();
        acknowledged.AssertReadable(server);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public void T22_a_log_that_grows_by_less_than_one_record_is_readable(int preallocateBytes)
    {
        Story story = Story.Running(voters: 3, with: options => DirectoryFaults.WithoutSnapshots(options) with { Store = options.Store with { PreallocateBytes = preallocateBytes } });
        var acknowledged = new Acknowledged(story);
        acknowledged.Write(story.LeadingId(), 30, bytes: 900);
        story.UntilAllMarked();
        Zxid last = story[1].LastWritten;
        story.Kill(1, 2, 3);
        story.Start(1, 2, 3);

        foreach (uint server in (uint[])[1, 2, 3]) Assert.Equal(last, story[server].Life!.Peer.LastDurable);
        story.UntilAllEqual();
        acknowledged.AssertReadable(1);
    }
}
