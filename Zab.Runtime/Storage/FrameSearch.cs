using System.Buffers.Binary;

namespace Zab.Storage;

/// <summary>Finds records behind one that cannot be read, by the mark that each of them begins with.</summary>
internal static class FrameSearch
{
    private const int BlockBytes = 256 * 1024;

    /// <summary>Every whole record that begins at or after <paramref name="from"/> and ends by <paramref name="end"/>, in order.</summary>
    internal static IEnumerable<LogFrame> Find(LogSegment segment, long from, long end)
    {
        end = Math.Min(end, segment.File.Length);
        from = (from + 7) & ~7L;                                                // Every record begins at a multiple of 8.
        byte[] block = new byte[Math.Clamp(end - from, 0, BlockBytes)];
        while (from < end)
        {
            int read = segment.File.Read(from, block.AsSpan(0, (int)Math.Min(block.Length, end - from)));
            int at = IndexOfMark(block.AsSpan(0, read), segment.Mark);
            if (at < 0)
            {
                from += Math.Max(8, read & ~7);
                continue;
            }

            var reader = new FrameReader(segment.File, segment.Mark, from + at, end);
            while (reader.TryRead(out LogFrame frame)) yield return frame;
            from = reader.Offset == from + at ? from + at + 8 : reader.Offset;
        }
    }

    private static int IndexOfMark(ReadOnlySpan<byte> block, uint mark)
    {
        Span<byte> wanted = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(wanted, mark);
        for (int at = 0; ;)
        {
            int found = block[at..].IndexOf(wanted);
            if (found < 0) return -1;
            at += found;
            if (at % 8 == 0) return at;
            at++;
        }
    }
}
