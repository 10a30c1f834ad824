namespace Zab.Mutants;

/// <summary>Mistakes in judging what a disk holds after a crash, and in what a damaged server may still do.</summary>
internal static class RecoveryMutants
{
    internal static IReadOnlyList<Mutant> All { get; } =
    [
        new(
            "rot-taken-for-a-torn-tail",
            "Storage/Recovery.cs",
            find: "|| stop.Offset < _scan.Watermark.Offset || _scan.IsCutOff",
            replace: "|| _scan.IsCutOff",
            row: "T02",
            breaks: "I7",
            why: "a damaged entry is cut with all that follows, and the server votes with the rest"),
        new(
            "watermark-behind-rot-ignored",
            "Storage/LogScan.cs",
            find: """
                HasRecordsBehind = true;
                if (frame.Kind == FrameKind.Watermark) NoteWatermark(frame);
                """,
            replace: """
                HasRecordsBehind = true;
                if (frame.Kind == FrameKind.Watermark) continue;
                """,
            row: "T05",
            breaks: "I7",
            why: "only what can be read up to the damage tells how far the log was certain"),
        new(
            "torn-tail-taken-for-rot",
            "Storage/Recovery.cs",
            find: "if (_manifest.Segments[0].Base != HistoryPoint.Empty && _snapshots.Count == 0)",
            replace: "isCertainMissing |= _scan.HasRecordsBehind || !IsEmptySpace(stop.Problem); if (_manifest.Segments[0].Base != HistoryPoint.Empty && _snapshots.Count == 0)",
            row: "T28",
            breaks: "L1",
            why: "after a power loss of all, each one waits for another that is whole"),
        new(
            "recovered-tail-not-flushed",
            "Storage/LogTail.cs",
            find: "writer.NoteDurable();",
            replace: "",
            row: "T10",
            breaks: "I7",
            why: "what was read at the start is in memory only, and the old files go"),
        new(
            "repair-floor-forgotten",
            "Storage/StoreOpening.cs",
            find: "HardState = stored.HardState with { RepairFloor = recovery.RepairFloor },",
            replace: "HardState = stored.HardState,",
            row: "T02",
            breaks: "I7",
            why: "a server with a damaged log counts as one that never had more"),
        new(
            "repair-floor-too-low",
            "Storage/Recovery.cs",
            find: "Zxid highest = _scan.Highest;",
            replace: "Zxid highest = History.Last.Zxid;",
            row: "T26",
            breaks: "I7",
            why: "the floor is what is left, not what was there"),
        new(
            "repair-floor-after-the-cut",
            "Storage/StoreOpening.cs",
            find: """
                hardState.Write(stored with
                {
                    HardState = stored.HardState with { RepairFloor = recovery.RepairFloor },
                    Damage = recovery.RepairFloor is null ? null : stored.Damage ?? recovery.Damage,
                });
                var tail = new LogTail(_disk, _directory, _options, manifest, scan, recovery);
                SegmentedLog log = tail.Write(hardState);
                """,
            replace: """
                var tail = new LogTail(_disk, _directory, _options, manifest, scan, recovery);
                SegmentedLog log = tail.Write(hardState);
                hardState.Write(stored with
                {
                    HardState = stored.HardState with { RepairFloor = recovery.RepairFloor },
                    Damage = recovery.RepairFloor is null ? null : stored.Damage ?? recovery.Damage,
                });
                """,
            row: "T26",
            breaks: "I7",
            why: "a crash between the two leaves a log that was cut, and nothing that says so"),
        new(
            "repair-floor-cleared-by-a-promise",
            "Core/Learner/LearnerRole.cs",
            find: "state.HardState with { AcceptedEpoch = info.Epoch }",
            replace: "state.HardState with { AcceptedEpoch = info.Epoch, RepairFloor = null }",
            row: "T26",
            breaks: "I7",
            why: "a damaged server counts as whole before it is repaired"),
        new(
            "snapshot-not-read-at-start",
            "Storage/Recovery.cs",
            find: "_snapshots.Count == 0 ? shelf.Check(snapshot, out info) : shelf.CheckHeader(snapshot, out info);",
            replace: "shelf.CheckHeader(snapshot, out info);",
            row: "T07",
            breaks: "L3",
            why: "a snapshot with a damaged content is started from, each time, although an older one is whole"),
        new(
            "received-snapshot-not-checked",
            "Storage/SnapshotReceiver.cs",
            find: "if (SnapshotFile.Check(_file, Info) is { } problem) return",
            replace: "if (_file.Length < 0 && SnapshotFile.Check(_file, Info) is { } problem) return",
            row: "T25",
            breaks: "crash",
            why: "a snapshot that was damaged at its sender replaces a whole state"),
    ];
}
