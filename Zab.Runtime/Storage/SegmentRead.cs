using Zab.Core;

namespace Zab.Storage;

/// <summary>Reads what is durable of a segment. A record that is not right there is damage: it was right when it was flushed.</summary>
internal static class SegmentRead
{
    private const int BlockBytesMin = 64 * 1024;

    /// <summary>Adds entries after <paramref name="after"/>, and gives their bytes; none where the segment does not hold the one that follows it.</summary>
    /// <remarks>The payloads lie in one block of memory, read at once.</remarks>
    internal static int Entries(LogSegment segment, SegmentEnd end, Zxid after, Zxid through, int bytesMax, List<Entry> into)
    {
        (HistoryPoint previous, long offset) = segment.Seek(after);
        byte[] block = [];
        int at = 0, bytes = 0;
        bool found = false;
        while (offset < end.Offset && bytes < bytesMax && previous.Zxid < through)
        {
            int length = LogFrame.Check(block.AsSpan(at), segment.Mark, offset, out string? problem);
            if (length <= 0)
            {
                if (length == 0) throw Damaged(segment, offset, problem!);
                if (bytes > 0) break;                       // The next one does not lie in this block, and there is something to give.
                block = ReadBlock(segment, offset, end.Offset, Math.Max(-length, Math.Max(BlockBytesMin, bytesMax)));
                at = 0;
                if (block.Length < -length) throw Damaged(segment, offset, "is cut off: the file ends");
                continue;
            }

            var frame = new LogFrame((FrameKind)block[at + 16], offset, block.AsMemory(at, length));
            at += length;
            offset += length;
            if (frame.Kind != FrameKind.Entry) continue;
            Entry entry = frame.ToEntry();
            if (!entry.Follows(previous)) throw Damaged(segment, frame.Offset, $"holds {entry.Zxid}, which does not follow {previous.Zxid}");
            previous = entry.Point;
            if (entry.Zxid <= after) continue;
            if (!found && entry.PrevZxid != after) break;
            if (entry.Zxid > through) break;
            found = true;
            into.Add(entry);
            bytes += length;
        }

        return bytes;
    }

    /// <summary>The entry of this zxid, and where its record ends; null where the segment does not hold it.</summary>
    internal static SegmentEnd? EndOf(LogSegment segment, Zxid zxid)
    {
        SegmentEnd end = segment.End;
        if (zxid == end.Last.Zxid) return end;
        if (zxid <= segment.Base.Zxid || zxid > end.Last.Zxid) return null;
        (_, long offset) = segment.Seek(Zxid.FromValue(zxid.Value - 1));         // Behind this place lies the record itself, not only what follows it.
        var reader = new FrameReader(segment.File, segment.Mark, offset, end.Offset);
        while (reader.Offset < end.Offset)
        {
            if (!reader.TryRead(out LogFrame frame)) throw Damaged(segment, reader.Offset, reader.Problem);
            if (frame.Kind != FrameKind.Entry) continue;
            HistoryPoint found = frame.ToEntry().Point;
            if (found.Zxid == zxid) return new SegmentEnd(frame.End, found);
            if (found.Zxid > zxid) return null;
        }

        return null;
    }

    private static byte[] ReadBlock(LogSegment segment, long offset, long end, int length)
    {
        byte[] block = GC.AllocateUninitializedArray<byte>((int)Math.Min(length, end - offset));
        int read = segment.File.Read(offset, block);
        return read == block.Length ? block : block[..read];
    }

    private static StorageException Damaged(LogSegment segment, long offset, string problem) =>
        new($"Log segment {segment.Name}: the record at offset {offset} {problem}. It was whole when it was written, so the disk has changed it. This server stops; when it starts again it keeps what stands before, and gets the rest from its leader (docs/FORMAT.md#recovery).");
}
