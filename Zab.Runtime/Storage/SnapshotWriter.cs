using System.Buffers;

namespace Zab.Storage;

/// <summary>Takes the content of a snapshot as it is made, and writes it chunk by chunk: memory stays small however large the state is.</summary>
internal sealed class SnapshotWriter(IDiskFile file) : IBufferWriter<byte>
{
    private const int FirstBytes = 4 * 1024;

    private byte[] _buffer = new byte[FirstBytes];
    private int _used;

    /// <summary>The bytes of content that were written.</summary>
    internal long Length { get; private set; }

    internal ulong Checksum { get; private set; }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _used);
        _used += count;
        int at = 0;
        for (; _used - at >= SnapshotChecksum.ChunkBytes; at += SnapshotChecksum.ChunkBytes) WriteChunk(_buffer.AsSpan(at, SnapshotChecksum.ChunkBytes));
        if (at == 0) return;
        _buffer.AsSpan(at, _used - at).CopyTo(_buffer);
        _used -= at;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        int free = Math.Max(sizeHint, 1);
        if (_buffer.Length - _used < free) Array.Resize(ref _buffer, Math.Max(_used + free, Math.Min(_buffer.Length * 2, SnapshotChecksum.ChunkBytes * 2)));
        return _buffer.AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Writes what is left. The content is complete.</summary>
    internal void Complete()
    {
        if (_used > 0) WriteChunk(_buffer.AsSpan(0, _used));
        _used = 0;
    }

    private void WriteChunk(ReadOnlySpan<byte> chunk)
    {
        file.Write(SnapshotFile.HeaderBytes + Length, chunk);
        Checksum = SnapshotChecksum.Next(Checksum, chunk);
        Length += chunk.Length;
    }
}
