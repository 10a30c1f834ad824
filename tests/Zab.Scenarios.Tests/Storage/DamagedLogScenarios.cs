using Xunit;
using Zab.Storage;
using Zab.Testing;

namespace Zab.Scenarios.Storage;

/// <summary>B.4 of the fault catalogue: the log of one server, or of several, is not what was written.</summary>
public sealed class DamagedLogScenarios
{
    [Theory]
    [InlineData(1)]
    [InlineData(60)]
    [InlineData(200)]
    [InlineData(700)]
    public void T01_a_log_that_lost_its_last_bytes_is_cut_to_its_last_whole_record(int bytes)
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        var acknowledged = new Acknowledged(story);
        acknowledged.Write(story.LeadingId(), 10);
        story.UntilAllMarked();
        uint cut = story.FollowingIds()[0];
        story.Kill(cut);

        SimulatedDisk disk = story[cut].Disk;
        string file = LogRecord.Files(disk)[^1];
        int length = LogRecord.In(disk, file)[^1].End - bytes;
        Zxid left = LogRecord.In(disk, file).Where(record => record.End <= length).Max(static record => record.Zxid);
        disk.Cut(file, length);
        story.World.Watch.Disturbed(story[cut].Id, Testing.Checks.DirectoryFault.Damaged);
        story.Start(cut);

        Assert.Equal(left, story[cut].Life!.Peer.LastDurable);
        story.UntilAllEqual();
        acknowledged.AssertReadable(cut);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void T02_a_flipped_bit_below_what_is_durable_is_found_at_start_and_repaired(bool atTheLeader)
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        var acknowledged = new Acknowledged(story);
        Zxid[] zxids = acknowledged.Write(story.LeadingId(), 10);
        story.UntilAllMarked();
        uint rotten = atTheLeader ? story.LeadingId() : story.FollowingIds()[0];
        story.Kill(rotten);
        story.FlipEntry(rotten, zxids[4]);
        story.Start(rotten);

        Assert.Equal(zxids[3], story[rotten].Life!.Peer.LastDurable);
        story.AssertRecovering(rotten, atLeast: zxids[^1]);
        story.UntilReported(rotten, "checksum");
        story.UntilAllEqual();
        Assert.Equal(1, story.World.Rarities[Rare.RotRepaired]);
        acknowledged.AssertReadable(rotten);
    }

    [Fact]
    public void T02_a_server_with_rot_never_votes_for_a_history_shorter_than_it_had()
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        uint intact = story.LeadingId(), rotten = story.FollowingIds()[0], behind = story.FollowingIds()[1];
        var acknowledged = new Acknowledged(story);
        story.Kill(behind);
        Zxid[] zxids = acknowledged.Write(intact, 5);
        story.UntilAllMarked();
        story.Kill(intact, rotten);
        story.FlipEntry(rotten, zxids[0]);

        // The one that is behind, and the rotten one that lost the same entries, would be a quorum: of servers that have forgotten.
        story.Start(rotten, behind);
        story.AssertNobodyLeads(seconds: 20);
        story.AssertRecovering(rotten, atLeast: zxids[^1]);

        story.Start(intact);
        story.UntilAllEqual();
        acknowledged.AssertReadable(behind);
    }

    [Fact]
    public void T02_a_leader_that_meets_rot_while_it_reads_for_a_learner_stops_and_serves_nothing_of_it()
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        var acknowledged = new Acknowledged(story);
        uint behind = story.FollowingIds()[0];
        story.Kill(behind);
        Zxid[] zxids = acknowledged.Write(story.LeadingId(), 20);
        story.UntilAllMarked();
        uint[] upToDate = [story.LeadingId(), .. story.FollowingIds()];
        story.Kill(upToDate);
        story.Start(upToDate);                                  // Nothing of the log is in memory now: a learner is read to from the disk.
        story.UntilAllServe();

        uint rotten = story.LeadingId();
        story.FlipEntry(rotten, zxids[10]);
        story.Start(behind);
        story.Until(() => !story[rotten].IsUp, "the leader stops");
        Assert.Contains("the disk has changed it", story[rotten].Stopped, StringComparison.Ordinal);
        story.UntilAllServe();
        acknowledged.AssertReadable(behind);

        story.Start(rotten);
        story.AssertRecovering(rotten, atLeast: zxids[^1]);
        story.UntilAllEqual();
        acknowledged.AssertReadable(rotten);
    }

    [Fact]
    public void T03_two_of_three_with_different_rotten_entries_come_back_from_the_intact_one()
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        var acknowledged = new Acknowledged(story);
        Zxid[] zxids = acknowledged.Write(story.LeadingId(), 10);
        story.UntilAllMarked();
        story.Kill(1, 2, 3);
        story.FlipEntry(1, zxids[3]);
        story.FlipEntry(2, zxids[6]);
        story.Start(1, 2, 3);

        story.UntilAllEqual();
        Assert.Equal(3u, story.LeadingId());
        foreach (uint server in (uint[])[1, 2, 3]) acknowledged.AssertReadable(server);
    }

    [Fact]
    public void T03_different_rotten_entries_on_all_three_stop_the_ensemble_and_nothing_is_thrown_away()
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        Zxid[] zxids = new Acknowledged(story).Write(story.LeadingId(), 10);
        story.UntilAllMarked();
        story.Kill(1, 2, 3);
        foreach (uint server in (uint[])[1, 2, 3]) story.FlipEntry(server, zxids[(int)server * 2]);
        story.Start(1, 2, 3);

        // Nobody holds the whole, so nobody leads; what each log held is kept for people.
        story.AssertNobodyLeads(seconds: 20);
        foreach (uint server in (uint[])[1, 2, 3])
        {
            story.AssertRecovering(server, atLeast: zxids[^1]);
            Assert.Contains(story[server].Disk.Names, static name => name.EndsWith(".damaged", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void T04_the_same_rotten_entry_on_all_three_halts_the_ensemble_with_a_report()
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        Zxid[] zxids = new Acknowledged(story).Write(story.LeadingId(), 10);
        story.UntilAllMarked();
        story.Kill(1, 2, 3);
        foreach (uint server in (uint[])[1, 2, 3]) story.FlipEntry(server, zxids[5]);
        story.Start(1, 2, 3);

        foreach (uint server in (uint[])[1, 2, 3]) story.UntilReported(server, $", {zxids[5]}, has checksum");
        story.AssertNobodyLeads(seconds: 20);
        foreach (uint server in (uint[])[1, 2, 3]) story.AssertRecovering(server, atLeast: zxids[^1]);
    }

    [Fact]
    public void T05_a_page_of_zeros_inside_an_old_segment_is_not_the_end_of_the_log()
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        var acknowledged = new Acknowledged(story);
        Zxid[] zxids = acknowledged.Write(story.LeadingId(), 60, bytes: 600);
        story.UntilAllMarked();
        uint zeroed = story.FollowingIds()[0];
        story.Kill(zeroed);
        string[] files = LogRecord.Files(story[zeroed].Disk);
        Assert.True(files.Length >= 3);
        story.DamageFile(zeroed, files[0], static content => content.AsSpan(4096, 4096).Clear());
        story.Start(zeroed);

        Assert.True(story[zeroed].Life!.Peer.LastDurable < zxids[30]);
        story.AssertRecovering(zeroed, atLeast: zxids[^1]);
        story.UntilReported(zeroed, files[0]);
        story.UntilAllEqual();
        acknowledged.AssertReadable(zeroed);
    }

    [Fact]
    public void T20_an_entry_that_was_written_at_the_place_of_another_is_found()
    {
        Story story = Story.Running(voters: 3, with: DirectoryFaults.WithoutSnapshots);
        var acknowledged = new Acknowledged(story);
        Zxid[] zxids = acknowledged.Write(story.LeadingId(), 10);
        story.UntilAllMarked();
        uint stray = story.FollowingIds()[0];
        story.Kill(stray);
        LogRecord written = LogRecord.Of(story[stray].Disk, zxids[7]), overwritten = LogRecord.Of(story[stray].Disk, zxids[4]);
        Assert.Equal(written.Length, overwritten.Length);
        story.DamageFile(stray, written.File, content => content.AsSpan(written.Offset, written.Length).CopyTo(content.AsSpan(overwritten.Offset)));
        story.Start(stray);

        Assert.Equal(zxids[3], story[stray].Life!.Peer.LastDurable);
        story.AssertRecovering(stray, atLeast: zxids[^1]);
        story.UntilReported(stray, $"was written for offset {written.Offset}");
        story.UntilAllEqual();
        acknowledged.AssertReadable(stray);
    }
}
