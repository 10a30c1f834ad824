using System.Buffers.Binary;

namespace Zab.Serialization;

/// <summary>Reads values in the binary format of <c>docs/FORMAT.md</c>, strictly: whatever the bytes are, the only exception is <see cref="ZabFormatException"/>.</summary>
public ref struct ZabReader
{
    private readonly ReadOnlySpan<byte> _input;
    private int _at;

    /// <summary>A reader of <paramref name="input"/>, from its beginning.</summary>
    public ZabReader(ReadOnlySpan<byte> input)
    {
        _input = input;
        _at = 0;
    }

    /// <summary>How many bytes are left.</summary>
    public readonly int Remaining => _input.Length - _at;

    /// <summary>How many bytes were read.</summary>
    public readonly int Offset => _at;

    /// <summary>Reads one byte.</summary>
    public byte ReadByte() => ReadRaw(1)[0];

    /// <summary>Reads 4 bytes.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadRaw(4));

    /// <summary>Reads 4 bytes.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadRaw(4));

    /// <summary>Reads 8 bytes.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadRaw(8));

    /// <summary>Reads 8 bytes.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadRaw(8));

    /// <summary>Takes the next <paramref name="count"/> bytes of the input, without a copy.</summary>
    public ReadOnlySpan<byte> ReadRaw(int count)
    {
        if ((uint)count > (uint)Remaining) throw new ZabFormatException($"{count} bytes are needed, {Remaining} remain", _at);
        ReadOnlySpan<byte> taken = _input.Slice(_at, count);
        _at += count;
        return taken;
    }

    /// <summary>Requires that everything was read.</summary>
    public readonly void End()
    {
        if (Remaining > 0) throw new ZabFormatException($"{Remaining} bytes are left over", _at);
    }
}
