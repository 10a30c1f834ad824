using System.Buffers.Binary;
using Xunit;
using Zab.Core;
using Zab.Testing;

namespace Zab.Scenarios.Storage;

/// <summary>B.4 of the fault catalogue: a directory that another version wrote.</summary>
public sealed class FormatVersionScenarios
{
    private const uint Newer = 99;

    [Theory]
    [InlineData("state")]
    [InlineData("manifest")]
    [InlineData("log")]
    [InlineData("snapshot")]
    public void T23_a_file_of_a_newer_format_is_refused_by_its_version_and_nothing_is_touched(string kind)
    {
        Story story = Story.Running(voters: 3, with: static options => options with { SnapshotEveryBytes = 4 * 1024 });
        var acknowledged = new Acknowledged(story);
        acknowledged.Write(1, 60, bytes: 400);
        story.UntilAllMarked();
        uint server = story.FollowingIds()[0];
        story.Kill(server);
        SimulatedDisk disk = story[server].Disk;
        string file = kind switch { "log" => LogRecord.Files(disk)[^1], "snapshot" => LogRecord.Snapshots(disk)[^1], _ => $"{kind}.0" };
        disk.Damage(file, content => Raise(content, kind));
        Dictionary<string, byte[]> before = Contents(disk);

        string? refusal = story[server].Start();
        Assert.Contains($"{file} has format version {Newer}", refusal, StringComparison.Ordinal);
        Dictionary<string, byte[]> after = Contents(disk);
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        foreach ((string name, byte[] content) in before) Assert.Equal(content, after[name]);
    }

    private static Dictionary<string, byte[]> Contents(SimulatedDisk disk) => disk.Names.ToDictionary(static path => Path.GetFileName(path), path => disk.Content(Path.GetFileName(path)), StringComparer.Ordinal);

    /// <summary>Gives a file another version, and the checksum that is right with it.</summary>
    private static void Raise(byte[] content, string kind)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(8), Newer);
        (int checksumAt, int end) = kind switch { "log" => (12, 64), "snapshot" => (12, 1024), _ => (24, 32 + BinaryPrimitives.ReadInt32LittleEndian(content.AsSpan(12))) };
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(checksumAt), Crc32C.Append(Crc32C.Of(content.AsSpan(0, checksumAt)), content.AsSpan(checksumAt + 4, end - checksumAt - 4)));
    }
}
