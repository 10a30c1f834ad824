using Xunit;
using Zab.Core;
using Zab.Testing;
using Zab.Testing.Checks;

namespace Zab.Scenarios;

/// <summary>What is done to the data directory of a server behind its back, and what is seen of it.</summary>
internal static class DirectoryFaults
{
    /// <summary>Without snapshots the whole history stands in the log.</summary>
    internal static WorldOptions WithoutSnapshots(WorldOptions options) => options with { SnapshotEveryBytes = long.MaxValue };

    internal static uint LeadingId(this Story story) => story.Leader.Id.Value;

    internal static uint[] FollowingIds(this Story story) => [.. story.World.Servers.Where(server => server.IsUp && server != story.Leader).Select(static server => server.Id.Value)];

    internal static void DamageFile(this Story story, uint server, string file, Action<byte[]> change)
    {
        story[server].Disk.Damage(file, change);
        story.World.Watch.Disturbed(story[server].Id, DirectoryFault.Damaged);
    }

    /// <summary>Flips one bit in the middle of the record of an entry.</summary>
    internal static void FlipEntry(this Story story, uint server, Zxid zxid)
    {
        LogRecord record = LogRecord.Of(story[server].Disk, zxid);
        story.DamageFile(server, record.File, content => content[record.Offset + (record.Length / 2)] ^= 4);
    }

    /// <summary>An older copy of the whole directory is put in its place.</summary>
    internal static void RestoreDirectory(this Story story, uint server, SimulatedDisk copy)
    {
        story[server].ReplaceDisk(copy.Copy(78));
        story.World.Watch.Disturbed(story[server].Id, DirectoryFault.RestoredOld);
    }

    internal static void Kill(this Story story, params ReadOnlySpan<uint> servers)
    {
        foreach (uint id in servers) story[id].Kill();
    }

    /// <summary>All that was written is on every disk, and marked there as durable.</summary>
    internal static void UntilAllMarked(this Story story)
    {
        story.UntilAllEqual();
        story.Run(0.5);
        foreach (SimulatedServer server in story.World.Servers)
            if (server.IsUp) Assert.Equal(server.LastWritten, server.Marked);
    }

    /// <summary>The server says in words what it found in its directory.</summary>
    internal static void UntilReported(this Story story, uint server, string words) =>
        story.Until(() => story[server].Life?.Peer.Reason?.Contains(words, StringComparison.Ordinal) == true, $"server {server} reports: {words}");

    /// <summary>Nobody leads for so long, and nobody claims to.</summary>
    internal static void AssertNobodyLeads(this Story story, double seconds) =>
        Assert.False(story.World.RunUntil(() => story.World.Leader is not null, TimeSpan.FromSeconds(seconds)), story.World.Describe());

    /// <summary>The server does not count as one with an intact history, and has not forgotten how far that reached.</summary>
    internal static void AssertRecovering(this Story story, uint server, Zxid atLeast)
    {
        Peer peer = story[server].Life!.Peer;
        Assert.True(peer.IsRecovering);
        Assert.True(peer.HardState.RepairFloor?.LastZxid >= atLeast, $"the repair floor is {peer.HardState.RepairFloor}, and {atLeast} was durable");
    }
}
