using System.Buffers.Binary;
using Zab.Core;

namespace Zab.Storage;

/// <summary>How far a segment is durable, and the entry that stands last there.</summary>
internal sealed record SegmentEnd(long Offset, HistoryPoint Last);

/// <summary>One file of the log, open for reading: a header that says what stands before its first entry, then records.</summary>
/// <remarks>
/// <code>
/// 0   magic "ZabLog\n\0"
/// 8   format version u32
/// 12  CRC-32C u32 over the other bytes of the header
/// 16  mark u32, zero u32
/// 24  number u64
/// 32  incarnation of the directory u64
/// 40  zxid and chain u64 of the entry before the first
/// 56  length of the file when it was made i64
/// </code>
/// Numbers are never used again, so a record of another segment is never taken for one of this.
/// </remarks>
internal sealed class LogSegment : IDisposable
{
    internal const int HeaderBytes = 64;
    private const uint FormatVersion = 1;
    private const ulong Magic = 0x000A_676F_4C62_615A;

    private readonly SparseIndex _index;
    private volatile SegmentEnd _end;

    private LogSegment(IDiskFile file, ulong number, uint mark, HistoryPoint @base, long start, int indexEveryBytes)
    {
        File = file;
        Number = number;
        Mark = mark;
        Base = @base;
        Start = start;
        _end = new SegmentEnd(start, @base);
        _index = new SparseIndex(@base, start, indexEveryBytes);
    }

    internal IDiskFile File { get; }

    internal ulong Number { get; }

    internal uint Mark { get; }

    /// <summary>What stands before the first entry.</summary>
    internal HistoryPoint Base { get; }

    /// <summary>Where the record after <see cref="Base"/> begins.</summary>
    internal long Start { get; }

    /// <summary>Readers go no further. Replaced as a whole, after the flush.</summary>
    internal SegmentEnd End => _end;

    /// <summary>Whether the file was found shorter than it was made, which no write that was cut off does.</summary>
    internal bool IsShortened { get; private set; }

    internal string Name => Path.GetFileName(File.Path);

    internal static uint MarkOf(Incarnation incarnation, ulong number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, incarnation.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], number);
        return (uint)XxHash64.Hash(bytes) | 1;                                  // Never zero, which is what unwritten space is made of.
    }

    /// <summary>Makes the file with its header; neither it nor its name is flushed.</summary>
    internal static LogSegment Create(IDisk disk, DataDirectory directory, ulong number, Incarnation incarnation, HistoryPoint @base, StoreOptions options)
    {
        uint mark = MarkOf(incarnation, number);
        IDiskFile file = disk.Create(directory.Segment(number));
        file.Write(0, Header(number, incarnation, mark, @base, HeaderBytes + options.PreallocateBytes));
        return new LogSegment(file, number, mark, @base, HeaderBytes, options.IndexEveryBytes);
    }

    /// <summary>Opens a segment that the manifest names. Its header is not believed: <see cref="CheckHeader"/>.</summary>
    internal static LogSegment Open(IDisk disk, DataDirectory directory, ManifestSegment named, Incarnation incarnation, int indexEveryBytes) =>
        new(disk.Open(directory.Segment(named.Number)), named.Number, MarkOf(incarnation, named.Number), named.Base, named.Start, indexEveryBytes);

    /// <summary>Null where the file is what the manifest says, else what it is.</summary>
    /// <exception cref="StorageException">A newer version wrote it.</exception>
    internal string? CheckHeader(Incarnation incarnation)
    {
        byte[] found = new byte[HeaderBytes];
        if (File.Read(0, found) < HeaderBytes) return "is cut off in its header";
        if (BinaryPrimitives.ReadUInt32LittleEndian(found.AsSpan(12)) != HeaderChecksum(found)) return "has a damaged header";
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(found.AsSpan(8));
        if (version > FormatVersion) throw StorageErrors.NewerVersion(File.Path, version, FormatVersion);
        ulong number = BinaryPrimitives.ReadUInt64LittleEndian(found.AsSpan(24));
        if (number != Number) return $"holds segment {number}";
        ulong owner = BinaryPrimitives.ReadUInt64LittleEndian(found.AsSpan(32));
        IsShortened = File.Length < BinaryPrimitives.ReadInt64LittleEndian(found.AsSpan(56));
        return owner == incarnation.Value ? null : $"comes from another data directory, incarnation {new Incarnation(owner)}";
    }

    /// <summary>Notes that a record with an entry after <paramref name="previous"/> begins at <paramref name="offset"/>; it is read only when <see cref="Publish"/> has said so.</summary>
    internal void Note(HistoryPoint previous, long offset) => _index.Note(previous, offset);

    /// <summary>Everything up to here is durable, and may be read.</summary>
    internal void Publish(SegmentEnd end) => _end = end;

    /// <summary>A record at or before the one after <paramref name="zxid"/>, and what stands before it.</summary>
    internal (HistoryPoint Previous, long Offset) Seek(Zxid zxid) => _index.Seek(zxid);

    public void Dispose() => File.Dispose();

    private static byte[] Header(ulong number, Incarnation incarnation, uint mark, HistoryPoint @base, long length)
    {
        byte[] header = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), mark);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(24), number);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(32), incarnation.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(40), @base.Zxid.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(48), @base.Chain);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(56), length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), HeaderChecksum(header));
        return header;
    }

    private static uint HeaderChecksum(ReadOnlySpan<byte> header) => Crc32C.Append(Crc32C.Of(header[..12]), header[16..HeaderBytes]);
}
