namespace Zab.Storage;

/// <summary>Reads the records of a segment one after the other, through a buffer of its own.</summary>
internal sealed class FrameReader
{
    private const int BufferBytes = 256 * 1024;

    private readonly IDiskFile _file;
    private readonly uint _mark;
    private readonly long _end;
    private byte[] _buffer;
    private int _at;
    private int _filled;

    /// <summary>Reads from <paramref name="start"/>; nothing at or after <paramref name="end"/> belongs to the log.</summary>
    internal FrameReader(IDiskFile file, uint mark, long start, long end)
    {
        _file = file;
        _mark = mark;
        _end = Math.Min(end, file.Length);
        _buffer = new byte[Math.Clamp(_end - start, LogFrame.WatermarkBytes, BufferBytes)];
        Offset = start;
    }

    /// <summary>Where the next record begins; after a failed read, where the bad one does.</summary>
    internal long Offset { get; private set; }

    /// <summary>What is wrong with the record at <see cref="Offset"/>, after a failed read.</summary>
    internal string Problem { get; private set; } = "";

    /// <summary>The next record, whose bytes are good until the next call; false at the first place where none is.</summary>
    internal bool TryRead(out LogFrame frame)
    {
        frame = default;
        int length;
        while ((length = LogFrame.Check(_buffer.AsSpan(_at, _filled - _at), _mark, Offset, out string? problem)) <= 0)
        {
            if (length == 0)
            {
                Problem = problem!;
                return false;
            }

            if (!Fill(-length))
            {
                Problem = _filled == _at ? "is not there: the file ends" : "is cut off: the file ends";
                return false;
            }
        }

        frame = new LogFrame((FrameKind)_buffer[_at + 16], Offset, _buffer.AsMemory(_at, length));
        _at += length;
        Offset += length;
        return true;
    }

    /// <summary>Gets at least <paramref name="needed"/> bytes from <see cref="Offset"/> on into the buffer; false where the log does not have so many.</summary>
    private bool Fill(int needed)
    {
        int kept = _filled - _at;
        byte[] target = needed > _buffer.Length ? new byte[needed] : _buffer;
        _buffer.AsSpan(_at, kept).CopyTo(target);
        (_buffer, _at) = (target, 0);
        int wanted = (int)Math.Min(target.Length - kept, Math.Max(0, _end - Offset - kept));
        _filled = kept + _file.Read(Offset + kept, target.AsSpan(kept, wanted));
        return _filled >= needed;
    }
}
