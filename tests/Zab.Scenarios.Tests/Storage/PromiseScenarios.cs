using Xunit;
using Zab.Core;
using Zab.Storage;
using Zab.Testing;
using Zab.Tests.Storage;

namespace Zab.Scenarios.Storage;

/// <summary>B.4 of the fault catalogue: what a server has promised, and whose directory it is.</summary>
public sealed class PromiseScenarios
{
    [Theory]
    [InlineData("state.0", "a bit flips")]
    [InlineData("state.0", "it is torn")]
    [InlineData("state.0", "it is missing")]
    [InlineData("state.1", "a bit flips")]
    [InlineData("state.1", "it is torn")]
    [InlineData("state.1", "it is missing")]
    public void T15_one_bad_copy_of_the_promises_changes_nothing(string copy, string fault)
    {
        Story story = Story.Running(voters: 3);
        var acknowledged = new Acknowledged(story);
        acknowledged.Write(1, 3);
        story.UntilAllMarked();
        uint server = story.FollowingIds()[0];
        HardState before = story[server].Life!.Peer.HardState;
        story.Kill(server);
        Spoil(story, server, copy, fault);
        story.Start(server);

        HardState after = story[server].Life!.Peer.HardState;
        Assert.Equal((before.AcceptedEpoch, before.CurrentEpoch, before.Incarnation), (after.AcceptedEpoch, after.CurrentEpoch, after.Incarnation));
        story.UntilAllEqual();
        acknowledged.AssertReadable(server);
    }

    [Theory]
    [InlineData("a bit flips")]
    [InlineData("it is torn")]
    [InlineData("it is missing")]
    public void T15_a_server_both_of_whose_copies_are_bad_does_not_start_with_promises_of_zero(string fault)
    {
        Story story = Story.Running(voters: 3);
        var acknowledged = new Acknowledged(story);
        acknowledged.Write(1, 3);
        story.UntilAllMarked();
        uint server = story.FollowingIds()[0];
        story.Kill(server);
        Spoil(story, server, "state.0", fault);
        Spoil(story, server, "state.1", fault);

        Assert.NotNull(story[server].Start());
        Assert.False(story[server].IsUp);
        acknowledged.Write(story.LeadingId(), 3);
        acknowledged.AssertReadable(story.LeadingId());
    }

    [Fact]
    public void T16_promises_of_an_hour_ago_beside_the_log_of_today_are_refused()
    {
        Story story = Story.Running(voters: 3);
        var acknowledged = new Acknowledged(story);
        acknowledged.Write(1, 3);
        uint server = story.FollowingIds()[0], other = story.LeadingId();
        SimulatedDisk anHourAgo = story[server].Disk.Copy(1);
        story.Kill(other);
        acknowledged.Write(server, 3);                          // In an epoch that it had not promised an hour ago.
        story.Start(other);
        story.UntilAllMarked();
        story.Kill(server);
        story[server].Disk.Restore(anHourAgo, static name => name.StartsWith("state.", StringComparison.Ordinal));

        string? refusal = story[server].Start();
        Assert.Contains("put together from different times", refusal, StringComparison.Ordinal);
        story.UntilAllServe();
        acknowledged.Write(other, 3);
        acknowledged.AssertReadable(other);
    }

    [Fact]
    public void T17_one_directory_of_yesterday_loses_nothing_while_the_intact_quorum_takes_part()
    {
        Story story = Story.Running(voters: 3);
        var acknowledged = new Acknowledged(story);
        uint restored = story.FollowingIds()[0];
        acknowledged.Write(restored, 3);
        story.UntilAllMarked();
        SimulatedDisk yesterday = story[restored].Disk.Copy(1);
        acknowledged.Write(restored, 3);
        story.UntilAllEqual();
        story.Kill(restored);
        story.RestoreDirectory(restored, yesterday);
        story.Start(restored);

        story.UntilAllEqual();
        acknowledged.AssertReadable(restored);
    }

    [Fact]
    public void T18_a_copied_directory_is_refused_by_the_server_it_was_copied_to()
    {
        Story story = Story.Running(voters: 3);
        var acknowledged = new Acknowledged(story);
        acknowledged.Write(1, 3);
        story.UntilAllMarked();
        story.Kill(2);
        SimulatedDisk own = story[2].Disk;
        story[2].ReplaceDisk(story[1].Disk.Copy(1));

        Assert.Contains("belongs to server 1, and this is server 2", story[2].Start(), StringComparison.Ordinal);
        story[2].ReplaceDisk(own);
        story.Start(2);
        story.UntilAllEqual();
        acknowledged.AssertReadable(2);
    }

    [Fact]
    public void T19_a_second_process_on_a_directory_in_use_is_refused_and_disturbs_nothing()
    {
        Story story = Story.Running(voters: 3);
        var acknowledged = new Acknowledged(story);
        acknowledged.Write(1, 3);
        StorageException refusal = Assert.Throws<StorageException>(() => DiskStore.Open(story[1].Disk, story[1].StoreOptions));
        Assert.Contains("is in use by", refusal.Message, StringComparison.Ordinal);
        acknowledged.Write(1, 3);
        story.UntilAllEqual();
        acknowledged.AssertReadable(1);
    }

    [Fact]
    public void T19_the_lock_of_a_real_directory_is_held_until_its_store_is_disposed()
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("zab-scenarios-");
        try
        {
            StoreOptions options = StoreRun.Options(directory: Path.Combine(directory.FullName, "data"));
            using (IStore first = DiskStore.Open(new FileDisk(), options))
                Assert.Contains($"is in use by process {Environment.ProcessId}", Assert.Throws<StorageException>(() => DiskStore.Open(new FileDisk(), options)).Message, StringComparison.Ordinal);
            DiskStore.Open(new FileDisk(), options).Dispose();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>The copy that was written first, or the other one, rots after a promise that nobody was told of yet.</summary>
    [Theory]
    [InlineData("state.0")]
    [InlineData("state.1")]
    public void T27_a_promise_outlives_the_rot_of_either_copy_of_it(string copy)
    {
        Story story = Story.Running(voters: 3);
        var acknowledged = new Acknowledged(story);
        acknowledged.Write(1, 3);
        story.UntilAllEqual();
        uint gone = story.LeadingId();
        uint[] left = story.FollowingIds();
        uint? promiser = null;
        uint promised = story.Leader.Life!.Peer.Epoch + 1;
        story.World.OnDurable = (server, write) =>
        {
            if (promiser is not null || write is not Output.SaveHardState save || save.State.AcceptedEpoch != promised || save.State.CurrentEpoch == promised) return;
            promiser = server.Id.Value;
            server.KillAfterTurn();
        };
        story.Kill(gone);
        story.Until(() => promiser is { } died && !story[died].IsUp, "one of the two that are left dies over its promise");
        story.World.OnDurable = null;
        Assert.Contains(promiser!.Value, left);

        Spoil(story, promiser.Value, copy, "a bit flips");
        story.Start(promiser.Value, gone);
        Assert.Equal(promised, story[promiser.Value].Life!.Peer.HardState.AcceptedEpoch);
        story.UntilAllEqual();
        Assert.True(story.Leader.Life!.Peer.Epoch >= promised);
        acknowledged.AssertReadable(gone);
    }

    private static void Spoil(Story story, uint server, string copy, string fault)
    {
        SimulatedDisk disk = story[server].Disk;
        if (fault == "it is missing") disk.Remove(copy);
        else if (fault == "it is torn") disk.Cut(copy, disk.Content(copy).Length / 2);
        else disk.Damage(copy, static content => content[48] ^= 1);
    }
}
