using Zab.Core;

namespace Zab.Storage;

/// <summary>Where reading the log ended, and why.</summary>
internal sealed record LogStop(int Segment, ulong Number, long Offset, string Problem);

/// <summary>Reads the log at start: what stands there without a gap, where that ends, and what is known of what lies behind.</summary>
internal sealed class LogScan : IDisposable
{
    private readonly IDisk _disk;
    private readonly DataDirectory _directory;
    private readonly ISet<string> _names;
    private readonly Incarnation _incarnation;
    private readonly int _indexEveryBytes;
    private readonly List<ManifestSegment> _named;
    private readonly List<LogSegment?> _segments = [];

    internal LogScan(IDisk disk, DataDirectory directory, ISet<string> names, IEnumerable<ManifestSegment> named, StoredState stored, int indexEveryBytes)
    {
        _disk = disk;
        _directory = directory;
        _names = names;
        _incarnation = stored.HardState.Incarnation;
        _indexEveryBytes = indexEveryBytes;
        _named = [.. named];
        foreach (ManifestSegment segment in _named) _segments.Add(Open(segment));
        History = new History(_named[0].Base);
        Stop = new LogStop(0, _named[0].Number, 0, "");
        Certain = _named[^1].Base.Zxid;                                         // A closed segment was durable before the next one was named.
        Watermark = new LogPosition(_named[^1].Number, _named[^1].Start, Certain);
        Note(stored.Watermark);
    }

    internal IReadOnlyList<ManifestSegment> Named => _named;

    internal IReadOnlyList<LogSegment?> Segments => _segments;

    /// <summary>What stands in the log without a gap.</summary>
    internal History History { get; private set; }

    /// <summary>The configurations among these entries, oldest first.</summary>
    internal List<Ensemble> Configs { get; } = [];

    /// <summary>The time of the last of these entries; 0 while there is none.</summary>
    internal long LastUtcTicks { get; private set; }

    /// <summary>Where it ends: at the first place that holds no record which goes on from there.</summary>
    internal LogStop Stop { get; private set; }

    /// <summary>Up to here the log was durable once, whatever it holds now.</summary>
    internal Zxid Certain { get; private set; }

    /// <summary>The highest position in the last segment up to which it was durable.</summary>
    internal LogPosition Watermark { get; private set; }

    /// <summary>The highest zxid that anything speaks of, proof or hint.</summary>
    internal Zxid Highest { get; private set; }

    /// <summary>The hard state must be at least as new as what the log was written with.</summary>
    internal ulong HardStateGeneration { get; private set; }

    /// <summary>Whether whole records lie behind <see cref="Stop"/>.</summary>
    internal bool HasRecordsBehind { get; private set; }

    /// <summary>Whether the last segment was made shorter by something else than this program, and the index has entries that stood there.</summary>
    internal bool IsCutOff { get; private set; }

    /// <summary>The zxid of the record at <see cref="Stop"/>, as the index has it.</summary>
    internal Zxid? StopZxid { get; private set; }

    /// <summary>Reads everything from the first segment on.</summary>
    internal void Run() => Run(0, _named[0].Base, _named[0].Start);

    /// <summary>Goes on behind the bad place with the entry after <paramref name="point"/>, which a snapshot stands for; false where the log does not hold it any more.</summary>
    internal bool TryResume(HistoryPoint point)
    {
        for (int i = Stop.Segment; i < _named.Count; i++)
        {
            if (_segments[i] is not { } segment) continue;
            foreach (LogFrame frame in FrameSearch.Find(segment, i == Stop.Segment ? Stop.Offset : LogSegment.HeaderBytes, LimitOf(i)))
            {
                if (frame.Kind != FrameKind.Entry || !frame.ToEntry().Follows(point)) continue;
                StartAt(i, point, frame.Offset);
                return true;
            }
        }

        return false;
    }

    public void Dispose()
    {
        foreach (LogSegment? segment in _segments) segment?.Dispose();
    }

    private void StartAt(int segment, HistoryPoint point, long offset)
    {
        for (int i = 0; i <= segment; i++) _segments[i]?.Dispose();
        _named.RemoveRange(0, segment);
        _segments.RemoveRange(0, segment);
        _named[0] = _named[0] with { Start = offset, Base = point };
        _segments[0] = Open(_named[0]);
        Run(0, point, offset);
    }

    private void Run(int first, HistoryPoint @base, long offset)
    {
        History = new History(@base);
        Configs.Clear();
        LastUtcTicks = 0;
        (HasRecordsBehind, IsCutOff, StopZxid) = (false, false, null);
        for (int i = first; i < _named.Count; i++)
            if (!ReadSegment(i, i == first ? offset : _named[i].Start)) break;
        SearchBehind();
    }

    private LogSegment? Open(ManifestSegment named) =>
        _names.Contains(DataDirectory.SegmentName(named.Number)) ? LogSegment.Open(_disk, _directory, named, _incarnation, _indexEveryBytes) : null;

    private long LimitOf(int segment) => _named[segment].IsOpen ? uint.MaxValue : _named[segment].End;

    /// <summary>True where the segment is whole and another one follows it.</summary>
    private bool ReadSegment(int index, long start)
    {
        ManifestSegment named = _named[index];
        string? problem = _segments[index] is { } opened ? opened.CheckHeader(_incarnation) : "is missing";
        if (problem is not null) return StopAt(index, 0, problem);

        LogSegment segment = _segments[index]!;
        var reader = new FrameReader(segment.File, segment.Mark, start, LimitOf(index));
        long end = start;
        while (problem is null && reader.TryRead(out LogFrame frame))
        {
            if (frame.Kind == FrameKind.Watermark) NoteWatermark(frame);
            else problem = Take(segment, frame);
            if (problem is null) end = reader.Offset;
        }

        segment.Publish(new SegmentEnd(end, History.Last));
        if (!named.IsOpen && end == named.End && History.Last == named.Last) return true;
        return StopAt(index, end, problem ?? (named.End == end ? $"is not there: the segment ends with {History.Last.Zxid}, expected {named.Last.Zxid}" : reader.Problem));
    }

    /// <summary>Null where the entry goes on from the last one.</summary>
    private string? Take(LogSegment segment, LogFrame frame)
    {
        Entry entry = frame.ToEntry();
        if (!entry.Follows(History.Last)) return $"holds {entry.Zxid}, which does not follow {History.Last.Zxid}";
        segment.Note(History.Last, frame.Offset);
        History.Append(entry.Point);
        LastUtcTicks = entry.UtcTicks;
        if (entry.Type == EntryType.Config) Configs.Add(Ensemble.Decode(entry.Payload.Span).At(entry.Zxid));
        return null;
    }

    private bool StopAt(int segment, long offset, string problem)
    {
        Stop = new LogStop(segment, _named[segment].Number, offset, problem);
        return false;
    }

    private void SearchBehind()
    {
        for (int i = Stop.Segment; i < _named.Count; i++)
        {
            long from = i == Stop.Segment ? Math.Max(Stop.Offset, LogSegment.HeaderBytes) : _named[i].Start;
            Raise(_named[i].Last.Zxid);
            ReadIndex(i, from);
            if (_segments[i] is not { } segment) continue;
            foreach (LogFrame frame in FrameSearch.Find(segment, from, LimitOf(i)))
            {
                HasRecordsBehind = true;
                if (frame.Kind == FrameKind.Watermark) NoteWatermark(frame);
                else Raise(frame.ToEntry().Zxid);
            }
        }

        Raise(Certain);
        Raise(History.Last.Zxid);
    }

    private void ReadIndex(int segment, long from)
    {
        if (!_names.Contains(DataDirectory.IndexName(_named[segment].Number))) return;
        using IDiskFile file = _disk.Open(_directory.Index(_named[segment].Number));
        foreach (IndexEntry entry in LogIndex.Read(file))
        {
            if (entry.Offset < from || entry.Offset >= LimitOf(segment)) continue;
            if (segment == Stop.Segment && entry.Offset == Stop.Offset) StopZxid = entry.Zxid;
            IsCutOff |= _segments[segment] is { IsShortened: true };
            Raise(entry.Zxid);
        }
    }

    private void NoteWatermark(LogFrame frame)
    {
        Note(frame.ToWatermark(out ulong generation));
        HardStateGeneration = Math.Max(HardStateGeneration, generation);
    }

    /// <summary>Only watermarks of the last segment say more than the manifest. Those of segments that were cut or deleted speak of what is no longer part of the log.</summary>
    private void Note(LogPosition watermark)
    {
        if (watermark.Segment != _named[^1].Number || watermark.Offset <= Watermark.Offset) return;
        Watermark = watermark;
        if (watermark.Zxid > Certain) Certain = watermark.Zxid;
    }

    private void Raise(Zxid zxid)
    {
        if (zxid > Highest) Highest = zxid;
    }
}
