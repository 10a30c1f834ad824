using System.Buffers.Binary;
using Zab.Core;

namespace Zab.Storage;

/// <summary>Where an entry stands, told by another file than its own.</summary>
internal readonly record struct IndexEntry(Zxid Zxid, long Offset, int Length, uint Checksum);

/// <summary>The list of the entries of a segment, in a file beside it, so that a record that cannot be read can still be named. Never flushed: it gives hints, and proves nothing.</summary>
/// <remarks>Per entry: zxid u64, offset u32, length u32, checksum of the record u32, CRC-32C u32 over these 20 bytes.</remarks>
internal sealed class LogIndex(IDiskFile file, long length) : IDisposable
{
    private const int EntryBytes = 24;

    private readonly byte[] _buffer = new byte[EntryBytes * 170];
    private int _buffered;
    private long _length = length;

    internal void Add(IndexEntry entry)
    {
        if (_buffered == _buffer.Length) WriteOut();
        Span<byte> target = _buffer.AsSpan(_buffered, EntryBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(target, entry.Zxid.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], (uint)entry.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], entry.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[16..], entry.Checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(target[20..], Crc32C.Of(target[..20]));
        _buffered += EntryBytes;
    }

    internal void WriteOut()
    {
        if (_buffered == 0) return;
        file.Write(_length, _buffer.AsSpan(0, _buffered));
        _length += _buffered;
        _buffered = 0;
    }

    /// <summary>What can be read of an index file; entries that were damaged are left out.</summary>
    internal static List<IndexEntry> Read(IDiskFile file)
    {
        byte[] bytes = new byte[file.Length];
        int length = file.Read(0, bytes);
        var entries = new List<IndexEntry>();
        for (int at = 0; at + EntryBytes <= length; at += EntryBytes)
        {
            ReadOnlySpan<byte> entry = bytes.AsSpan(at, EntryBytes);
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]) != Crc32C.Of(entry[..20])) continue;
            entries.Add(new IndexEntry(
                Zxid.FromValue(BinaryPrimitives.ReadUInt64LittleEndian(entry)),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(entry[12..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[16..])));
        }

        return entries;
    }

    public void Dispose() => file.Dispose();
}
