using Zab.Core;

namespace Zab.Storage;

/// <summary>Makes the end of the recovered log certain: what is not known to be durable is written anew, to a new segment, and flushed.</summary>
/// <remarks>
/// What was read at start may have come from the page cache, and a flush that failed earlier is not repeated by a later one: so flushing the old file again
/// would prove nothing. The manifest switch that names the new segment is also what cuts the old one.
/// </remarks>
internal sealed class LogTail(IDisk disk, DataDirectory directory, StoreOptions options, ManifestFile manifest, LogScan scan, Recovery recovery)
{
    private const int CommitEveryBytes = 4 * 1024 * 1024;

    internal SegmentedLog Write(HardStateFile hardState)
    {
        (int keptCount, LogSegment? old, SegmentEnd? cut) = recovery.KeepsLog ? Plan() : (0, null, null);
        HistoryPoint @base = cut?.Last ?? old?.Base ?? (recovery.KeepsLog ? scan.Named[scan.Stop.Segment].Base : recovery.History.Base);
        SegmentWriter writer = SegmentWriter.Create(disk, directory, manifest.TakeNumber(), hardState.Current.HardState.Incarnation, @base, options, hardState.Generation);
        if (old is not null) Copy(old, cut?.Offset ?? old.Start, writer);
        writer.NoteDurable();
        Invariant.Require(writer.Last == recovery.History.Last, $"the log was written anew up to {writer.Last}, and ends at {recovery.History.Last}");

        manifest.Switch(hardState.Generation, before => before with
        {
            Snapshots = [.. recovery.Snapshots.Select(static snapshot => snapshot.Named)],
            Segments = [.. scan.Named.Take(keptCount), .. cut is null ? [] : (ManifestSegment[])[scan.Named[keptCount] with { End = cut.Offset, Last = cut.Last }], SegmentedLog.Named(writer)],
        });
        return new SegmentedLog(disk, directory, options, hardState.Current.HardState.Incarnation, manifest, Keep(keptCount, cut), writer);
    }

    /// <summary>How many segments stay as they are, which one is copied, and where that one is cut; null where none of it stays.</summary>
    private (int KeptCount, LogSegment? Old, SegmentEnd? Cut) Plan()
    {
        int index = scan.Stop.Segment;
        if (scan.Segments[index] is not { } old) return (index, null, null);
        bool isRewritten = recovery.IsRotten || old.End.Offset - old.Start <= options.MergeBytes;       // The rest of a damaged file is kept for people, not for the log.
        if (isRewritten || scan.Watermark.Segment != old.Number) return (index, old, null);
        if (scan.Watermark.Offset >= old.End.Offset) return (index, old, old.End);
        // Cut where the watermark says, not where the last entry before it leads to: what stands between is another watermark, which is not certain itself.
        return SegmentRead.EndOf(old, scan.Watermark.Zxid) is { } end ? (index, old, end with { Offset = scan.Watermark.Offset }) : (index, old, null);
    }

    private static void Copy(LogSegment old, long from, SegmentWriter writer)
    {
        var reader = new FrameReader(old.File, old.Mark, from, old.End.Offset);
        long committed = writer.UsedBytes;
        while (reader.TryRead(out LogFrame frame))
        {
            if (frame.Kind != FrameKind.Entry) continue;
            writer.Add(frame.ToEntry());
            if (writer.UsedBytes - committed < CommitEveryBytes) continue;
            writer.Commit();
            committed = writer.UsedBytes;
        }
    }

    /// <summary>The segments that stay, cut to their length in the manifest; what a damaged one held is put aside.</summary>
    private List<LogSegment> Keep(int keptCount, SegmentEnd? cut)
    {
        var kept = new List<LogSegment>();
        for (int i = 0; i < scan.Named.Count; i++)
        {
            if (i < keptCount || (i == keptCount && cut is not null))
            {
                LogSegment segment = scan.Segments[i]!;
                if (i == keptCount) segment.Publish(cut!);
                CutFile(segment);
                kept.Add(segment);
                continue;
            }

            scan.Segments[i]?.Dispose();
            if (recovery.IsRotten && scan.Segments[i] is not null) PutAside(scan.Named[i].Number);
        }

        return kept;
    }

    /// <summary>Repeats what a cut before the last stop may not have reached.</summary>
    private static void CutFile(LogSegment segment)
    {
        if (segment.File.Length <= segment.End.Offset) return;
        segment.File.SetLength(segment.End.Offset);
        segment.File.Flush();
    }

    private void PutAside(ulong number) => disk.Rename(directory.Segment(number), directory.File(DataDirectory.Damaged(DataDirectory.SegmentName(number))));
}
