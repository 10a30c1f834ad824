namespace Zab.Mutants;

/// <summary>Mistakes in making things durable: what is written, flushed, named and deleted, and in which order.</summary>
internal static class StorageMutants
{
    internal static IReadOnlyList<Mutant> All { get; } =
    [
        new(
            "append-without-fsync",
            "Storage/SegmentWriter.cs",
            find: "Segment.File.FlushData();",
            replace: "",
            row: "T10",
            breaks: "I4",
            why: "written is taken for durable"),
        new(
            "fsync-error-ignored",
            "Storage/SegmentWriter.cs",
            find: """
                WriteOut();
                Segment.File.FlushData();
                """,
            replace: "WriteOut(); try { Segment.File.FlushData(); } catch (StorageException) { }",
            row: "T11",
            breaks: "I4",
            why: "the kernel has dropped the pages, and the next fsync says that all is well"),
        new(
            "watermark-before-fsync",
            "Storage/SegmentWriter.cs",
            find: """
                if (UsedBytes == Segment.End.Offset) return;
                WriteOut();
                """,
            replace: """
                if (UsedBytes == Segment.End.Offset) return;
                Segment.Publish(new SegmentEnd(UsedBytes, _last));
                AddWatermark();
                WriteOut();
                """,
            row: "T28",
            breaks: "L1",
            why: "a batch says of itself that it is durable: torn by a power loss, it counts as damage, on every server"),
        new(
            "segment-name-not-flushed",
            "Storage/SegmentWriter.cs",
            find: "disk.FlushDirectory(directory.Path);",
            replace: "",
            row: "T10",
            breaks: "I4",
            why: "a power loss takes the name of a new segment, and with it entries that were acknowledged"),
        new(
            "epoch-flushed-before-the-log",
            "Storage/DiskStore.cs",
            find: """
                _log.Commit();
                switch (write)
                """,
            replace: "switch (write)",
            row: "S02",
            breaks: "I3",
            why: "the hard state overtakes the entries that were asked to be written before it"),
        new(
            "hard-state-not-flushed",
            "Storage/TwoCopies.cs",
            find: "file.Flush();",
            replace: "",
            row: "T15",
            breaks: "I2",
            why: "a power loss takes a promise back"),
        new(
            "hard-state-copies-take-turns",
            "Storage/TwoCopies.cs",
            find: "int copy = _first ^ turn;",
            replace: "int copy = (int)(generation & 1);",
            row: "T27",
            breaks: "I30",
            why: "the newest promise stands in one copy only; when that one rots, it is forgotten"),
        new(
            "installed-snapshot-not-flushed",
            "Storage/SnapshotReceiver.cs",
            find: "_file.Flush();",
            replace: "",
            row: "S11",
            breaks: "I4",
            why: "the log is dropped for a snapshot that a power loss takes away"),
        new(
            "compaction-past-the-older-snapshot",
            "Storage/DiskStore.cs",
            find: "_log.Compact(through < oldest.Point.Zxid ? through : oldest.Point.Zxid);",
            replace: "_log.Compact(_manifest.Current.Snapshots[^1].Point.Zxid);",
            row: "T08",
            breaks: "L3",
            why: "entries are deleted that the older snapshot, and learners, go on from"),
        new(
            "body-checksum-ignored",
            "Wire/Frame.cs",
            find: "if (found != expected) throw new WireException($\"body checksum",
            replace: "if (false) throw new WireException($\"body checksum",
            row: "N09",
            breaks: "I21",
            why: "what a bad cable makes of a request is executed"),
    ];
}
