using System.Buffers;
using System.Buffers.Binary;

namespace Zab.Serialization;

/// <summary>Writes values in the binary format of <c>docs/FORMAT.md</c>, little endian. Call <see cref="Flush"/> when done.</summary>
public ref struct ZabWriter
{
    private readonly IBufferWriter<byte> _output;
    private Span<byte> _buffer;
    private int _used;

    /// <summary>A writer that appends to <paramref name="output"/>.</summary>
    public ZabWriter(IBufferWriter<byte> output)
    {
        _output = output;
        _buffer = default;
        _used = 0;
    }

    /// <summary>Hands what was written to the output.</summary>
    public void Flush()
    {
        if (_used > 0) _output.Advance(_used);
        _buffer = default;
        _used = 0;
    }

    /// <summary>Writes one byte.</summary>
    public void WriteByte(byte value) => Take(1)[0] = value;

    /// <summary>Writes 4 bytes.</summary>
    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    /// <summary>Writes 4 bytes.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    /// <summary>Writes 8 bytes.</summary>
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    /// <summary>Writes 8 bytes.</summary>
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    /// <summary>Writes the bytes as they are, without a length.</summary>
    public void WriteRaw(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            if (_used == _buffer.Length) Grow(Math.Min(bytes.Length, 65536));
            int n = Math.Min(bytes.Length, _buffer.Length - _used);
            bytes[..n].CopyTo(_buffer[_used..]);
            _used += n;
            bytes = bytes[n..];
        }
    }

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - _used < count) Grow(count);
        Span<byte> taken = _buffer.Slice(_used, count);
        _used += count;
        return taken;
    }

    private void Grow(int atLeast)
    {
        Flush();
        _buffer = _output.GetSpan(atLeast);
    }
}
