using Zab.Core;

namespace Zab.Storage;

/// <summary>Appends to the last segment: entries are gathered, written at once, and flushed by one fdatasync.</summary>
/// <remarks>Each batch begins with a watermark, so that the next start knows how far the log was certain without believing the batch itself.</remarks>
internal sealed class SegmentWriter : IDisposable
{
    private const int WriteBytes = 1024 * 1024;
    private static readonly byte[] Zeros = new byte[256 * 1024];

    private readonly int _preallocateBytes;
    private readonly LogIndex _index;
    private byte[] _buffer = new byte[4 * 1024];
    private int _buffered;
    private long _written;                                  // Where the buffer goes.
    private long _allocated;                                // Up to here the file has its length, and holds zeros behind what was written.
    private long _lastEntryEnd;
    private long _noted;                                    // The offset of the newest watermark that is durable, or in this batch.
    private HistoryPoint _last;

    private SegmentWriter(LogSegment segment, LogIndex index, int preallocateBytes)
    {
        Segment = segment;
        _index = index;
        _preallocateBytes = preallocateBytes;
        _written = _allocated = _lastEntryEnd = _noted = segment.Start;
        _last = segment.Base;
    }

    internal LogSegment Segment { get; }

    /// <summary>How much of the segment is taken, what was not flushed included.</summary>
    internal long UsedBytes => _written + _buffered;

    /// <summary>The last entry, durable or not.</summary>
    internal HistoryPoint Last => _last;

    /// <summary>Goes into each watermark: a hard state that is older than the log is noticed.</summary>
    internal ulong HardStateGeneration { get; set; }

    /// <summary>Makes the next segment, and flushes it and its name; it is not part of the log before the manifest names it.</summary>
    internal static SegmentWriter Create(IDisk disk, DataDirectory directory, ulong number, Incarnation incarnation, HistoryPoint @base, StoreOptions options, ulong hardStateGeneration)
    {
        LogSegment segment = LogSegment.Create(disk, directory, number, incarnation, @base, options);
        var writer = new SegmentWriter(segment, new LogIndex(disk.Create(directory.Index(number)), 0), options.PreallocateBytes) { HardStateGeneration = hardStateGeneration };
        writer.Allocate(segment.Start + 1);
        segment.File.Flush();
        disk.FlushDirectory(directory.Path);
        return writer;
    }

    internal void Add(Entry entry)
    {
        Invariant.Require(entry.PrevZxid == _last.Zxid && Entry.IsNext(_last.Zxid, entry.Zxid), $"{entry.Zxid} after {entry.PrevZxid} would be appended behind {_last.Zxid}");
        int length = LogFrame.EntryBytes(entry.Payload.Length);
        Invariant.Require(length <= LogFrame.FrameBytesMax, $"{entry.Zxid} has {entry.Payload.Length} bytes");
        if (_written + _buffered == Segment.End.Offset) AddWatermark();
        Segment.Note(_last, UsedBytes);
        long offset = UsedBytes;
        uint checksum = LogFrame.WriteEntry(Take(length), Segment.Mark, offset, entry);
        _index.Add(new IndexEntry(entry.Zxid, offset, length, checksum));
        _last = entry.Point;
        _lastEntryEnd = UsedBytes;
        if (_buffered >= WriteBytes) WriteOut();
    }

    /// <summary>Makes everything that was added durable, and readable.</summary>
    internal void Commit()
    {
        if (UsedBytes == Segment.End.Offset) return;
        WriteOut();
        Segment.File.FlushData();
        Segment.Publish(new SegmentEnd(_written, _last));
    }

    /// <summary>Makes it known on disk that everything is durable; nothing where it is known.</summary>
    internal void NoteDurable()
    {
        Commit();
        if (_noted >= _lastEntryEnd) return;
        AddWatermark();
        Commit();
        _index.WriteOut();
    }

    /// <summary>Nothing more is written to this segment; it can still be read.</summary>
    internal void Finish()
    {
        Commit();
        _index.WriteOut();
    }

    public void Dispose() => _index.Dispose();

    private void AddWatermark()
    {
        SegmentEnd end = Segment.End;
        long offset = UsedBytes;
        LogFrame.WriteWatermark(Take(LogFrame.WatermarkBytes), Segment.Mark, offset, new LogPosition(Segment.Number, end.Offset, end.Last.Zxid), HardStateGeneration);
        _noted = end.Offset;
    }

    private Span<byte> Take(int length)
    {
        if (_buffer.Length - _buffered < length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _buffered + length));
        Span<byte> taken = _buffer.AsSpan(_buffered, length);
        _buffered += length;
        return taken;
    }

    private void WriteOut()
    {
        Allocate(UsedBytes);
        Segment.File.Write(_written, _buffer.AsSpan(0, _buffered));
        _written += _buffered;
        _buffered = 0;
    }

    /// <summary>Zeros, not only a length: space that was never written changes the file system's own records with each append.</summary>
    private void Allocate(long through)
    {
        if (through <= _allocated) return;
        long target = _allocated + ((through - _allocated + _preallocateBytes - 1) / _preallocateBytes * _preallocateBytes);
        while (_allocated < target)
        {
            int length = (int)Math.Min(Zeros.Length, target - _allocated);
            Segment.File.Write(_allocated, Zeros.AsSpan(0, length));
            _allocated += length;
        }
    }
}
