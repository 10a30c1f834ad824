using System.Globalization;

namespace Zab.Storage;

/// <summary>The files of a data directory and their names.</summary>
internal sealed class DataDirectory(string path)
{
    internal const string LockName = "lock";
    internal const string OwnerName = "lock.pid";

    /// <summary>Stands from the first moment of a new directory to the last one of its making; whatever lies beside it means nothing yet.</summary>
    internal const string CreatingName = "creating";

    private const string SegmentSuffix = ".log";
    private const string IndexSuffix = ".index";
    private const string SnapshotSuffix = ".snapshot";
    private const string DamagedSuffix = ".damaged";

    internal string Path => path;

    internal string HardState => File("state");

    internal string Manifest => File("manifest");

    internal string File(string name) => System.IO.Path.Combine(path, name);

    internal string Segment(ulong number) => File(SegmentName(number));

    internal string Index(ulong number) => File(IndexName(number));

    internal string Snapshot(ulong number) => File(SnapshotName(number));

    internal static string SegmentName(ulong number) => Numbered(number, SegmentSuffix);

    internal static string IndexName(ulong number) => Numbered(number, IndexSuffix);

    internal static string SnapshotName(ulong number) => Numbered(number, SnapshotSuffix);

    /// <summary>What is kept of a damaged file for people to look at.</summary>
    internal static string Damaged(string name) => name + DamagedSuffix;

    internal static bool IsDamaged(string name) => name.EndsWith(DamagedSuffix, StringComparison.Ordinal);

    /// <summary>Whether the name is that of a segment, an index or a snapshot; its number then.</summary>
    internal static bool IsNumbered(string name, out ulong number)
    {
        number = 0;
        foreach (string suffix in (ReadOnlySpan<string>)[SegmentSuffix, IndexSuffix, SnapshotSuffix])
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal)) return ulong.TryParse(name.AsSpan(0, name.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out number);
        }

        return false;
    }

    /// <summary>Whether this program makes files of this name.</summary>
    internal static bool IsOurs(string name) =>
        name is LockName or OwnerName or CreatingName or "state.0" or "state.1" or "manifest.0" or "manifest.1" || IsDamaged(name) || IsNumbered(name, out _);

    private static string Numbered(ulong number, string suffix) => number.ToString("D6", CultureInfo.InvariantCulture) + suffix;
}
