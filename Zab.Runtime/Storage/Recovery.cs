using System.Collections.Immutable;
using Zab.Core;

namespace Zab.Storage;

/// <summary>What recovery decided; the labels of the table at <see cref="Recovery"/>.</summary>
internal enum RecoveryCase { Whole, Torn, Rotten, CoveredBySnapshot, OlderSnapshot, NothingToStartFrom }

/// <summary>Reads what a data directory holds and decides what of it is the history. Changes nothing on disk.</summary>
/// <remarks>
/// certain = before here the log was durable once: by the highest watermark anywhere, behind bad records too, by the manifest, which names a segment when
///           all before it is durable, and by the hard state.
///           So is, where the last file is shorter than it was made, which no write that was cut off does, what the index has behind its end.
/// r       = the first place that does not hold a record which goes on from the one before: damaged, all zeros, missing, or another one.
/// <code>
/// case  found                                                verdict
///  A    nothing behind r, nothing certain missing            Whole: the log simply ends there
///  B    something at or behind r, nothing certain missing    Torn: a write that never ended, and so was never acknowledged. Cut at r, whatever follows
///  C    something certain is missing from r on               Rotten: keep what stands before, set the repair floor, then cut at r
///  D    as C, but the newest snapshot covers it, and the     CoveredBySnapshot: nothing is missing. The log begins after the snapshot
///       log goes on whole from there
///  E    the newest snapshot is damaged, an older one and     OlderSnapshot: nothing is missing
///       the log from it are whole
///  F    the log begins in the middle, and no snapshot that   NothingToStartFrom: set the repair floor, then drop everything. Never an empty
///       it goes on from is valid                             history: that floor keeps this server from counting as one
/// </code>
/// B and C differ in what was promised: calling a torn tail rot would halt every server after a power loss, because unflushed pages persist in any order;
/// calling rot a torn tail would vote with a shorter log than was acknowledged. The last batch that was acknowledged has no watermark behind it
/// until the next batch, or a quiet moment: damage there cannot be told from B.
/// </remarks>
internal sealed class Recovery
{
    private readonly DataDirectory _directory;
    private readonly StoredState _stored;
    private readonly Manifest _manifest;
    private readonly LogScan _scan;
    private readonly List<(ManifestSnapshot Named, SnapshotInfo Info)> _snapshots = [];
    private readonly List<string> _snapshotProblems = [];
    private bool _isResumed;
    private LogStop? _coveredStop;

    internal Recovery(DataDirectory directory, StoredState stored, Manifest manifest, LogScan scan) =>
        (_directory, _stored, _manifest, _scan) = (directory, stored, manifest, scan);

    internal RecoveryCase Case { get; private set; }

    /// <summary>The history, from the oldest snapshot that is kept, or from the beginning.</summary>
    internal History History => _scan.History;

    /// <summary>Every configuration in force since the base of the history.</summary>
    internal ImmutableArray<Ensemble> Configs { get; private set; } = [];

    /// <summary>The valid snapshots that the history goes through, oldest first.</summary>
    internal IReadOnlyList<(ManifestSnapshot Named, SnapshotInfo Info)> Snapshots => _snapshots;

    /// <summary>What is wrong, for people; null where nothing is.</summary>
    internal string? Damage { get; private set; }

    internal RepairFloor? RepairFloor { get; private set; }

    /// <summary>Whether anything of the log is part of the history.</summary>
    internal bool KeepsLog { get; private set; } = true;

    internal bool IsRotten => Case is RecoveryCase.Rotten or RecoveryCase.NothingToStartFrom;

    internal long LastUtcTicks => Math.Max(_scan.LastUtcTicks, _snapshots.Count == 0 ? 0 : _snapshots[^1].Info.UtcTicks);

    internal void Run(SnapshotShelf shelf)
    {
        RepairFloor = _stored.HardState.RepairFloor;
        _scan.Run();
        FindSnapshots(shelf);
        if (_snapshots.Count > 0 && _snapshots[^1].Named.Point.Zxid > History.Last.Zxid) ResumeAtSnapshot(_snapshots[^1].Named.Point);
        Decide();
        if (Case != RecoveryCase.NothingToStartFrom) SetBase();
        if (IsRotten) RaiseFloor();
        Damage = Describe();
    }

    /// <summary>The newest snapshot that is valid, and older ones whose header is: their content is read when it is needed.</summary>
    private void FindSnapshots(SnapshotShelf shelf)
    {
        foreach (ManifestSnapshot snapshot in _manifest.Snapshots.Reverse())
        {
            SnapshotInfo? info;
            string? problem = _snapshots.Count == 0 ? shelf.Check(snapshot, out info) : shelf.CheckHeader(snapshot, out info);
            if (problem is null && !IsOnTheLog(snapshot.Point)) problem = "it is not part of the history in the log";
            if (problem is null) _snapshots.Insert(0, (snapshot, info!));
            else _snapshotProblems.Add($"Snapshot {DataDirectory.SnapshotName(snapshot.Number)} at {snapshot.Point.Zxid}: {problem}.");
        }
    }

    /// <summary>A snapshot beyond the last entry that can be read is judged by itself: what lies between is what it stands for.</summary>
    private bool IsOnTheLog(HistoryPoint point) => point.Zxid > History.Last.Zxid || History.Contains(point);

    private void ResumeAtSnapshot(HistoryPoint point)
    {
        _coveredStop = _scan.Stop;
        _isResumed = true;
        KeepsLog = _scan.TryResume(point);
        if (!KeepsLog) _scan.History.Reset(point);
        _snapshots.RemoveAll(snapshot => snapshot.Named.Point.Zxid < point.Zxid);
    }

    private void Decide()
    {
        LogStop stop = _scan.Stop;
        bool isCertainMissing = KeepsLog ? stop.Segment < _scan.Named.Count - 1 || stop.Offset < _scan.Watermark.Offset || _scan.IsCutOff : _scan.Certain > History.Last.Zxid;
        if (_manifest.Segments[0].Base != HistoryPoint.Empty && _snapshots.Count == 0) Case = RecoveryCase.NothingToStartFrom;
        else if (isCertainMissing) Case = RecoveryCase.Rotten;
        else if (_isResumed) Case = RecoveryCase.CoveredBySnapshot;
        else if (_snapshotProblems.Count > 0) Case = RecoveryCase.OlderSnapshot;
        else Case = _scan.HasRecordsBehind || !IsEmptySpace(stop.Problem) ? RecoveryCase.Torn : RecoveryCase.Whole;
        if (Case == RecoveryCase.NothingToStartFrom) DropEverything();
    }

    private void DropEverything()
    {
        History.Reset(HistoryPoint.Empty);
        KeepsLog = false;
        Configs = _stored.HardState.Founding is { } founding ? [founding] : [];
    }

    private static bool IsEmptySpace(string problem) => problem is "is all zeros" or "is not there: the file ends";

    private void SetBase()
    {
        if (History.Base == HistoryPoint.Empty)
        {
            Configs = [.. _stored.HardState.Founding is { } founding ? [founding] : ImmutableArray<Ensemble>.Empty, .. _scan.Configs];
            return;
        }

        SnapshotInfo oldest = _snapshots[0].Info;
        History.CompactThrough(oldest.Point.Zxid);
        Configs = [oldest.Config, .. _scan.Configs.Where(config => config.Version > oldest.Point.Zxid)];
    }

    /// <summary>What the log once held, at least as far as anything speaks of it; a floor from an earlier start stays.</summary>
    private void RaiseFloor()
    {
        Zxid highest = _scan.Highest;
        foreach (ManifestSnapshot snapshot in _manifest.Snapshots)
            if (snapshot.Point.Zxid > highest) highest = snapshot.Point.Zxid;
        var floor = new RepairFloor(_stored.HardState.CurrentEpoch, highest);
        if (RepairFloor is not { } before || floor.CompareTo(before) > 0) RepairFloor = floor;
    }

    private string? Describe() => Case switch
    {
        RecoveryCase.Whole or RecoveryCase.Torn when RepairFloor is { } floor => $"The log was damaged and is not whole again ({_stored.Damage}). {Waits(floor)}",
        RecoveryCase.Whole or RecoveryCase.Torn => null,
        RecoveryCase.Rotten => $"{Where(_scan.Stop, _scan.StopZxid)}. The log reached {_scan.Highest} and was durable beyond that place, so this is damage, not a write that was cut off. What stands before, up to {History.Last.Zxid}, is kept. {Waits(RepairFloor!.Value)}{Problems}",
        RecoveryCase.CoveredBySnapshot => $"{Where(_coveredStop!, null)}. Nothing is missing: the snapshot at {_snapshots[^1].Named.Point.Zxid} covers it, and the log is whole from there.{Problems}{StillDamaged}",
        RecoveryCase.OlderSnapshot => $"{string.Join(" ", _snapshotProblems)} Nothing is missing: the log from {History.Base.Zxid} on is whole.{StillDamaged}",
        _ => $"{string.Join(" ", _snapshotProblems)} The log begins after {_manifest.Segments[0].Base.Zxid}, so without a snapshot there is nothing that it goes on from. {Waits(RepairFloor!.Value)}",
    };

    private string Problems => _snapshotProblems.Count == 0 ? "" : " " + string.Join(" ", _snapshotProblems);

    private string StillDamaged => RepairFloor is { } floor ? $" Before, the log was damaged ({_stored.Damage}). {Waits(floor)}" : "";

    private string Where(LogStop stop, Zxid? zxid) =>
        $"Log segment {_directory.Segment(stop.Number)}{(stop.Offset == 0 ? "" : $": the record at offset {stop.Offset}{(zxid is { } known ? $", {known}," : "")}")} {stop.Problem}";

    private static string Waits(RepairFloor floor) =>
        $"This server does not count as one with an intact history; it waits for a leader whose history reaches {floor}, and gets what is missing from there (docs/FORMAT.md#recovery).";
}
