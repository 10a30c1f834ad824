using Zab.Core;

namespace Zab.Storage;

/// <summary>The entries on disk: a chain of segments, of which the last is written to. One thread appends and cuts; any thread reads what is durable.</summary>
/// <remarks>Which segments there are is the manifest's; every change of it is durable there before it shows here.</remarks>
internal sealed class SegmentedLog : IDisposable
{
    private readonly IDisk _disk;
    private readonly DataDirectory _directory;
    private readonly StoreOptions _options;
    private readonly Incarnation _incarnation;
    private readonly ManifestFile _manifest;
    private readonly ReaderWriterLockSlim _view = new();    // Readers hold it while they read, so that no file is closed under them.
    private readonly List<LogSegment> _segments;
    private SegmentWriter _writer;

    internal SegmentedLog(IDisk disk, DataDirectory directory, StoreOptions options, Incarnation incarnation, ManifestFile manifest, IEnumerable<LogSegment> closed, SegmentWriter writer)
    {
        _disk = disk;
        _directory = directory;
        _options = options;
        _incarnation = incarnation;
        _manifest = manifest;
        _segments = [.. closed, writer.Segment];
        _writer = writer;
    }

    /// <summary>Up to where everything is durable.</summary>
    internal LogPosition Durable
    {
        get
        {
            SegmentEnd end = _writer.Segment.End;
            return new LogPosition(_writer.Segment.Number, end.Offset, end.Last.Zxid);
        }
    }

    internal HistoryPoint Last => _writer.Last;

    internal ulong HardStateGeneration { set => _writer.HardStateGeneration = value; }

    internal void Add(Entry[] entries)
    {
        foreach (Entry entry in entries)
        {
            if (_writer.UsedBytes >= _options.SegmentBytes) Roll();
            _writer.Add(entry);
        }
    }

    internal void Commit() => _writer.Commit();

    internal void NoteDurable() => _writer.NoteDurable();

    internal void Finish() => _writer.Finish();

    /// <summary>Cuts everything after <paramref name="target"/>: first in the manifest, then on disk. New entries go to a new segment, so that what lies behind the cut is never read again.</summary>
    internal void Truncate(HistoryPoint target)
    {
        if (target == _writer.Last) return;
        (LogSegment cut, SegmentEnd end) = Find(target) ?? throw new StorageException($"The log in {_directory.Path} cannot be cut after {target}, which it does not hold. This server stops, because it could not follow its leader.");
        bool hasState = _segments[0].Base == HistoryPoint.Empty || _manifest.Current.Snapshots.Any(snapshot => snapshot.Point.Zxid <= target.Zxid);
        if (!hasState) throw new StorageException($"The log in {_directory.Path} cannot be cut after {target}: no snapshot is as old, so nothing would be left that it goes on from. This server stops.");
        SegmentWriter writer = NewWriter(target);
        int kept = _segments.IndexOf(cut) + (end.Offset == cut.Start ? 0 : 1);
        _manifest.Switch(writer.HardStateGeneration, manifest => manifest with
        {
            Snapshots = [.. manifest.Snapshots.Where(snapshot => snapshot.Point.Zxid <= target.Zxid)],
            Segments = [.. manifest.Segments.Take(kept).Select(segment => segment.Number == cut.Number ? segment with { End = end.Offset, Last = end.Last } : segment), Named(writer)],
        });
        bool isCut = kept > 0 && _segments[kept - 1] == cut;
        Replace(kept, writer, isCut ? (cut, end) : null);
        if (!isCut) return;
        cut.File.SetLength(end.Offset);
        cut.File.Flush();
    }

    /// <summary>Begins anew after <paramref name="base"/>, which a snapshot stands for; the manifest switch names both.</summary>
    internal void Reset(HistoryPoint @base, ManifestSnapshot snapshot)
    {
        SegmentWriter writer = NewWriter(@base);
        _manifest.Switch(writer.HardStateGeneration, manifest => manifest with { Snapshots = [snapshot], Segments = [Named(writer)] });
        Replace(0, writer, cut: null);
    }

    /// <summary>Deletes the segments that end at or before <paramref name="through"/>.</summary>
    internal void Compact(Zxid through)
    {
        int gone = 0;
        while (gone < _segments.Count - 1 && _segments[gone].End.Last.Zxid <= through) gone++;
        if (gone == 0) return;
        _manifest.Switch(_writer.HardStateGeneration, manifest => manifest with { Segments = manifest.Segments.RemoveRange(0, gone) });
        Remove(0, gone, replacement: null, cut: null);
    }

    /// <summary>The number of the segment that holds <paramref name="point"/>, as an entry or as what stands before its first; null where none does.</summary>
    internal ulong? SegmentOf(HistoryPoint point)
    {
        _view.EnterReadLock();
        try
        {
            return Find(point)?.Segment.Number;
        }
        finally
        {
            _view.ExitReadLock();
        }
    }

    internal Entry[] Read(Zxid after, Zxid through, int bytesMax)
    {
        var entries = new List<Entry>();
        _view.EnterReadLock();
        try
        {
            int bytes = 0;
            foreach (LogSegment segment in _segments)
            {
                SegmentEnd end = segment.End;
                if (after < segment.Base.Zxid) break;
                if (after >= end.Last.Zxid) continue;
                bytes += SegmentRead.Entries(segment, end, after, through, bytesMax - bytes, entries);
                if (entries.Count == 0 || bytes >= bytesMax || entries[^1].Zxid >= through) break;
                after = entries[^1].Zxid;
            }
        }
        finally
        {
            _view.ExitReadLock();
        }

        return [.. entries];
    }

    public void Dispose()
    {
        _writer.Dispose();
        _view.EnterWriteLock();
        try
        {
            foreach (LogSegment segment in _segments) segment.Dispose();
            _segments.Clear();                              // A reader that comes late finds nothing.
        }
        finally
        {
            _view.ExitWriteLock();
        }
    }

    internal static ManifestSegment Named(SegmentWriter writer) => new(writer.Segment.Number, writer.Segment.Start, writer.Segment.Base, 0, writer.Segment.Base);

    private void Roll()
    {
        _writer.Finish();
        LogSegment full = _writer.Segment;
        SegmentWriter writer = NewWriter(full.End.Last);
        _manifest.Switch(writer.HardStateGeneration, manifest => manifest with
        {
            Segments = [.. manifest.Segments.SkipLast(1), manifest.Segments[^1] with { End = full.End.Offset, Last = full.End.Last }, Named(writer)],
        });
        Replace(_segments.Count, writer, cut: null);
    }

    private SegmentWriter NewWriter(HistoryPoint @base) =>
        SegmentWriter.Create(_disk, _directory, _manifest.TakeNumber(), _incarnation, @base, _options, _writer.HardStateGeneration);

    /// <summary>The segment that holds this entry, and where it ends there. What stands before the first entry of the log ends where its first segment starts.</summary>
    private (LogSegment Segment, SegmentEnd End)? Find(HistoryPoint point)
    {
        if (_segments.Count > 0 && point == _segments[0].Base) return (_segments[0], new SegmentEnd(_segments[0].Start, point));
        foreach (LogSegment segment in _segments)
            if (SegmentRead.EndOf(segment, point.Zxid) is { } end) return end.Last == point ? (segment, end) : null;
        return null;
    }

    /// <summary>Drops the segments from <paramref name="kept"/> on, and goes on with the new one.</summary>
    private void Replace(int kept, SegmentWriter writer, (LogSegment Segment, SegmentEnd End)? cut)
    {
        SegmentWriter before = _writer;
        _writer = writer;
        Remove(kept, _segments.Count - kept, writer.Segment, cut);
        before.Dispose();
    }

    /// <summary>When it returns, no reader is in what was dropped or cut: only then may files change.</summary>
    private void Remove(int index, int count, LogSegment? replacement, (LogSegment Segment, SegmentEnd End)? cut)
    {
        List<LogSegment> gone = _segments.GetRange(index, count);
        _view.EnterWriteLock();
        try
        {
            _segments.RemoveRange(index, count);
            if (replacement is not null) _segments.Add(replacement);
            cut?.Segment.Publish(cut.Value.End);
            foreach (LogSegment segment in gone) segment.Dispose();
        }
        finally
        {
            _view.ExitWriteLock();
        }

        foreach (LogSegment segment in gone)
        {
            _disk.Delete(_directory.Segment(segment.Number));
            _disk.Delete(_directory.Index(segment.Number));
        }

        if (gone.Count > 0) _disk.FlushDirectory(_directory.Path);
    }
}
