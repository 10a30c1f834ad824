using System.Buffers;

namespace Zab.Serialization;

/// <summary>The canonical order of keys: texts by their unsigned UTF-8 bytes, everything else by its encoded bytes, a shorter one before what it begins.</summary>
/// <remarks>Holds each key encoded, so that it is written as it was compared. The comparer of the collection plays no part: two servers may hold the same keys in different hash orders.</remarks>
internal ref struct KeyOrder<TKey, TCodec>
    where TCodec : struct, ICodec<TKey>
{
    private const int TextHeader = 8;                                                   // Two lengths stand before the UTF-8 bytes; null and the empty text are shorter.

    private readonly ArrayBufferWriter<byte> _encoded;
    private readonly Entry[] _entries;
    private int _count;

    internal KeyOrder(int capacity)
    {
        _encoded = new ArrayBufferWriter<byte>(Math.Max(256, Math.Min(capacity, 1 << 20) * TCodec.MinimumSize));
        _entries = ArrayPool<Entry>.Shared.Rent(Math.Max(1, capacity));
        _count = 0;
    }

    /// <summary>The position at which the key was added, and where its bytes are.</summary>
    internal readonly record struct Entry(int Index, int Offset, int Length);

    /// <summary>What was added, in canonical order after <see cref="Sort"/>.</summary>
    internal readonly ReadOnlySpan<Entry> Entries => _entries.AsSpan(0, _count);

    internal void Add(in TKey key)
    {
        int offset = _encoded.WrittenCount;
        var writer = new ZabWriter(_encoded);
        TCodec.Write(ref writer, in key);
        writer.Flush();
        _entries[_count] = new Entry(_count, offset, _encoded.WrittenCount - offset);
        _count++;
    }

    internal readonly void Sort()
    {
        ReadOnlyMemory<byte> encoded = _encoded.WrittenMemory;
        int header = typeof(TKey) == typeof(string) ? TextHeader : 0;
        _entries.AsSpan(0, _count).Sort((x, y) =>
        {
            ReadOnlySpan<byte> bytes = encoded.Span;
            int order = Content(bytes, x, header).SequenceCompareTo(Content(bytes, y, header));
            return order != 0 ? order : bytes[x.Offset].CompareTo(bytes[y.Offset]) * -1;                       // Null (FF…) before the empty text (00…).
        });
    }

    /// <summary>The bytes of a key, as they are written.</summary>
    internal readonly ReadOnlySpan<byte> Bytes(Entry entry) => _encoded.WrittenSpan.Slice(entry.Offset, entry.Length);

    internal readonly void Dispose() => ArrayPool<Entry>.Shared.Return(_entries);

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> bytes, Entry entry, int header) =>
        bytes.Slice(entry.Offset + Math.Min(header, entry.Length), Math.Max(0, entry.Length - header));
}
