using System.Buffers.Binary;
using Zab.Core;

namespace Zab.Storage;

internal enum FrameKind : byte
{
    Entry = 1,

    /// <summary>How far the log was durable when it was written: the header of a batch, or alone.</summary>
    Watermark = 2,
}

/// <summary>How far the log is certain: everything before <paramref name="Offset"/> in that segment had been flushed, up to <paramref name="Zxid"/>.</summary>
internal readonly record struct LogPosition(ulong Segment, long Offset, Zxid Zxid);

/// <summary>One record of a log segment.</summary>
/// <remarks>
/// <code>
/// 0   mark u32            the segment's own: tells its records from those of others, and from bytes in payloads that look like records
/// 4   CRC-32C u32         over bytes 8 to the end
/// 8   length u32          of the whole record, a multiple of 8
/// 12  offset u32          where it stands in its file: a record that was written to another place is found
/// 16  kind u8, zeros
/// 24  entry               zxid, previous zxid, chain u64, time i64, length of the payload i32, type u8, zeros to 64; payload, zeros
///     watermark           segment u64, offset i64, zxid, generation of the hard state u64
/// </code>
/// </remarks>
internal readonly record struct LogFrame(FrameKind Kind, long Offset, ReadOnlyMemory<byte> Bytes)
{
    internal const int HeaderBytes = 24;
    internal const int WatermarkBytes = HeaderBytes + 32;
    internal const int FrameBytesMax = Limits.FrameBytesMax;
    private const int EntryHeaderBytes = 64;

    internal long End => Offset + Bytes.Length;

    internal uint Checksum => BinaryPrimitives.ReadUInt32LittleEndian(Bytes.Span[4..]);

    internal static int EntryBytes(int payloadBytes) => (EntryHeaderBytes + payloadBytes + 7) & ~7;

    /// <summary>The entry; its payload lies in the memory of this record.</summary>
    internal Entry ToEntry()
    {
        ReadOnlySpan<byte> bytes = Bytes.Span;
        return Entry.FromParts(
            Zxid.FromValue(BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..])),
            Zxid.FromValue(BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..])),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]),
            (EntryType)bytes[60],
            Bytes.Slice(EntryHeaderBytes, BinaryPrimitives.ReadInt32LittleEndian(bytes[56..])));
    }

    internal LogPosition ToWatermark(out ulong hardStateGeneration)
    {
        ReadOnlySpan<byte> bytes = Bytes.Span;
        hardStateGeneration = BinaryPrimitives.ReadUInt64LittleEndian(bytes[48..]);
        return new LogPosition(BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]), Zxid.FromValue(BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..])));
    }

    /// <summary>Writes an entry over the whole of <paramref name="target"/>, which has the size of its record, and returns the checksum.</summary>
    internal static uint WriteEntry(Span<byte> target, uint mark, long offset, Entry entry)
    {
        ReadOnlySpan<byte> payload = entry.Payload.Span;
        target[16..EntryHeaderBytes].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], entry.Zxid.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], entry.PrevZxid.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[40..], entry.Chain);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], entry.UtcTicks);
        BinaryPrimitives.WriteInt32LittleEndian(target[56..], payload.Length);
        target[60] = (byte)entry.Type;
        payload.CopyTo(target[EntryHeaderBytes..]);
        target[(EntryHeaderBytes + payload.Length)..].Clear();
        return WriteHeader(target, FrameKind.Entry, mark, offset);
    }

    internal static void WriteWatermark(Span<byte> target, uint mark, long offset, LogPosition position, ulong hardStateGeneration)
    {
        target[16..HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], position.Segment);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], position.Offset);
        BinaryPrimitives.WriteUInt64LittleEndian(target[40..], position.Zxid.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(target[48..], hardStateGeneration);
        WriteHeader(target, FrameKind.Watermark, mark, offset);
    }

    /// <summary>Whether a record begins at the start of <paramref name="bytes"/>: its length; 0 and what is wrong; or, where the bytes do not reach, the negative of how many are needed.</summary>
    internal static int Check(ReadOnlySpan<byte> bytes, uint mark, long offset, out string? problem)
    {
        problem = null;
        if (bytes.Length < HeaderBytes) return -HeaderBytes;
        uint found = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        if (found != mark) return Bad(bytes[..HeaderBytes].ContainsAnyExcept((byte)0) ? $"begins with {found:x8}, expected {mark:x8}" : "is all zeros", out problem);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (length < WatermarkBytes || length > FrameBytesMax || length % 8 != 0) return Bad($"says it is {length} bytes long", out problem);
        if (bytes.Length < length) return -(int)length;

        bytes = bytes[..(int)length];
        uint checksum = Crc32C.Of(bytes[8..]);
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (checksum != expected) return Bad($"has checksum {checksum:x8}, expected {expected:x8}", out problem);
        uint writtenFor = BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]);
        if (writtenFor != offset) return Bad($"was written for offset {writtenFor}", out problem);
        return HasShape(bytes) ? (int)length : Bad("is of a kind that this program does not know", out problem);
    }

    private static int Bad(string what, out string? problem)
    {
        problem = what;
        return 0;
    }

    private static bool HasShape(ReadOnlySpan<byte> bytes)
    {
        switch ((FrameKind)bytes[16])
        {
            case FrameKind.Watermark:
                return bytes.Length == WatermarkBytes;
            case FrameKind.Entry:
                if (bytes.Length < EntryHeaderBytes) return false;
                int payload = BinaryPrimitives.ReadInt32LittleEndian(bytes[56..]);
                return payload >= 0 && payload <= FrameBytesMax && EntryBytes(payload) == bytes.Length && (EntryType)bytes[60] is EntryType.Request or EntryType.Config;
            default:
                return false;
        }
    }

    private static uint WriteHeader(Span<byte> target, FrameKind kind, uint mark, long offset)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, mark);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], target.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], checked((uint)offset));
        target[16] = (byte)kind;
        uint checksum = Crc32C.Of(target[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], checksum);
        return checksum;
    }
}
