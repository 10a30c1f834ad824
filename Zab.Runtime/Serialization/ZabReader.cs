using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Zab.Serialization;

/// <summary>Reads values in the binary format of <c>docs/FORMAT.md</c>, strictly: whatever the bytes are, the only exception is <see cref="ZabFormatException"/>.</summary>
/// <remarks>A length is compared with what remains before anything is allocated for it. Not safe for concurrent use.</remarks>
public ref struct ZabReader
{
    private const int OffsetMinutesMax = 14 * 60;                                       // What DateTimeOffset itself allows.

    private readonly ReadOnlySpan<byte> _input;
    private int _at;                                                                    // Invariant: 0 ≤ _at ≤ _input.Length.
    private int _depth;                                                                 // Invariant: 0 ≤ _depth ≤ ZabLimits.DepthMax.

    /// <summary>A reader of <paramref name="input"/>, from its beginning.</summary>
    public ZabReader(ReadOnlySpan<byte> input)
    {
        _input = input;
        _at = 0;
        _depth = 0;
    }

    /// <summary>How many bytes are left.</summary>
    public readonly int Remaining => _input.Length - _at;

    /// <summary>How many bytes were read.</summary>
    public readonly int Offset => _at;

    /// <summary>Reads 1 byte, which must be 0 or 1.</summary>
    public bool ReadBoolean()
    {
        byte value = ReadByte();
        if (value > 1) Fail($"{value} is no boolean", 1);
        return value != 0;
    }

    /// <summary>Reads 1 byte.</summary>
    public byte ReadByte() => ReadRaw(1)[0];

    /// <summary>Reads 1 byte.</summary>
    public sbyte ReadSByte() => unchecked((sbyte)ReadRaw(1)[0]);

    /// <summary>Reads 2 bytes: one UTF-16 code unit, whichever it is.</summary>
    public char ReadChar() => (char)ReadUInt16();

    /// <summary>Reads 2 bytes.</summary>
    public short ReadInt16() => BinaryPrimitives.ReadInt16LittleEndian(ReadRaw(2));

    /// <summary>Reads 2 bytes.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(ReadRaw(2));

    /// <summary>Reads 4 bytes.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(ReadRaw(4));

    /// <summary>Reads 4 bytes.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(ReadRaw(4));

    /// <summary>Reads 8 bytes.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(ReadRaw(8));

    /// <summary>Reads 8 bytes.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(ReadRaw(8));

    /// <summary>Reads 16 bytes, the low half first.</summary>
    public Int128 ReadInt128() => BinaryPrimitives.ReadInt128LittleEndian(ReadRaw(16));

    /// <summary>Reads 16 bytes, the low half first.</summary>
    public UInt128 ReadUInt128() => BinaryPrimitives.ReadUInt128LittleEndian(ReadRaw(16));

    /// <summary>Reads 2 bytes; every NaN becomes <see cref="Half.NaN"/>.</summary>
    public Half ReadHalf()
    {
        Half value = BitConverter.UInt16BitsToHalf(ReadUInt16());
        return Half.IsNaN(value) ? BitConverter.UInt16BitsToHalf(CanonicalNaN.Half) : value;
    }

    /// <summary>Reads 4 bytes; every NaN becomes <see cref="float.NaN"/>.</summary>
    public float ReadSingle()
    {
        float value = BitConverter.UInt32BitsToSingle(ReadUInt32());
        return float.IsNaN(value) ? BitConverter.UInt32BitsToSingle(CanonicalNaN.Single) : value;
    }

    /// <summary>Reads 8 bytes; every NaN becomes <see cref="double.NaN"/>.</summary>
    public double ReadDouble()
    {
        double value = BitConverter.UInt64BitsToDouble(ReadUInt64());
        return double.IsNaN(value) ? BitConverter.UInt64BitsToDouble(CanonicalNaN.Double) : value;
    }

    /// <summary>Reads 16 bytes; the scale must be 0 to 28, and no other flag set.</summary>
    public decimal ReadDecimal()
    {
        ReadOnlySpan<byte> bytes = ReadRaw(16);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        uint scale = (flags >> 16) & 0xFF;
        if (scale > 28 || (flags & 0x7F00_FFFF) != 0) Fail($"0x{flags:X8} is no sign and scale of a decimal", 16);
        return new decimal(
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]),
            isNegative: (flags & 0x8000_0000) != 0,
            (byte)scale);
    }

    /// <summary>Reads 16 bytes, the first three fields little endian.</summary>
    public Guid ReadGuid() => new(ReadRaw(16));

    /// <summary>Reads 8 bytes: ticks, with the kind in the top two bits.</summary>
    public DateTime ReadDateTime()
    {
        ulong bits = ReadUInt64();
        long ticks = (long)(bits & 0x3FFF_FFFF_FFFF_FFFF);
        if (ticks > DateTime.MaxValue.Ticks) Fail($"{ticks} ticks are no date", 8);
        return new DateTime(ticks, (DateTimeKind)Math.Min(bits >> 62, 2));              // 3 is local too: the second of two equal hours.
    }

    /// <summary>Reads 16 bytes: offset in minutes, 4 that are ignored, ticks in UTC.</summary>
    public DateTimeOffset ReadDateTimeOffset()
    {
        ReadOnlySpan<byte> bytes = ReadRaw(16);
        int minutes = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        long utcTicks = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
        if (minutes is < -OffsetMinutesMax or > OffsetMinutesMax) Fail($"{minutes} minutes are no offset from UTC", 16);
        if (utcTicks < 0 || utcTicks > DateTime.MaxValue.Ticks) Fail($"{utcTicks} ticks are no date", 16);
        long ticks = utcTicks + (minutes * TimeSpan.TicksPerMinute);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) Fail($"{utcTicks} ticks with an offset of {minutes} minutes are no date", 16);
        return new DateTimeOffset(ticks, new TimeSpan(minutes * TimeSpan.TicksPerMinute));
    }

    /// <summary>Reads 8 bytes: ticks.</summary>
    public TimeSpan ReadTimeSpan() => new(ReadInt64());

    /// <summary>Reads 4 bytes: the number of the day.</summary>
    public DateOnly ReadDateOnly()
    {
        int day = ReadInt32();
        if (day < 0 || day > DateOnly.MaxValue.DayNumber) Fail($"{day} is no number of a day", 4);
        return DateOnly.FromDayNumber(day);
    }

    /// <summary>Reads 8 bytes: ticks since midnight.</summary>
    public TimeOnly ReadTimeOnly()
    {
        long ticks = ReadInt64();
        if (ticks < 0 || ticks > TimeOnly.MaxValue.Ticks) Fail($"{ticks} ticks are no time of day", 8);
        return new TimeOnly(ticks);
    }

    /// <summary>Reads a text in its UTF-8 or its UTF-16 form; null is refused.</summary>
    public string ReadString()
    {
        string? value = ReadNullableString();
        if (value is null) FailNull(4);
        return value;
    }

    /// <summary>Reads a text in its UTF-8 or its UTF-16 form, or null.</summary>
    public string? ReadNullableString()
    {
        int header = ReadInt32();
        return header switch
        {
            -1 => null,
            0 => "",
            > 0 => ReadUtf16(header),
            _ => ReadUtf8(~header),
        };
    }

    /// <summary>Reads a number of bytes, then the bytes; null is refused.</summary>
    public byte[] ReadBytes()
    {
        byte[]? value = ReadNullableBytes();
        if (value is null) FailNull(4);
        return value;
    }

    /// <summary>Reads a number of bytes, then the bytes, or null.</summary>
    public byte[]? ReadNullableBytes()
    {
        int count = ReadCount(1);
        return count < 0 ? null : ReadRaw(count).ToArray();
    }

    /// <summary>Reads the number of elements of a collection; −1 is a null collection. What it gives fits into what remains.</summary>
    /// <param name="minimumSize">The least number of bytes that an element takes.</param>
    public int ReadCount(int minimumSize)
    {
        int count = ReadInt32();
        if (count < -1) Fail($"{count} is no number of elements", 4);
        if ((long)count * minimumSize > Remaining) Fail($"{count} elements need {(long)count * minimumSize} bytes at least, {Remaining} remain", 4);
        return count;
    }

    /// <summary>Reads the number of members of an object that may be null, which is −1. Fewer than <paramref name="known"/> are an older shape; more are refused.</summary>
    public int ReadNullableObjectHeader(int known)
    {
        byte header = ReadByte();
        if (header == ObjectHeader.Null) return -1;
        if (header > ObjectHeader.MembersMax) Fail($"{header} is a reserved object header", 1);
        if (header > known) Fail($"{header} members, {known} are known; what wrote this is newer", 1);
        return header;
    }

    /// <summary>Reads the number of members of an object that is never null. Fewer than <paramref name="known"/> are an older shape; more are refused.</summary>
    public int ReadObjectHeader(int known)
    {
        int members = ReadNullableObjectHeader(known);
        if (members < 0) FailNull(1);
        return members;
    }

    /// <summary>Skips bytes whose content means nothing.</summary>
    public void SkipPadding(int count) => ReadRaw(count);

    /// <summary>Takes the next <paramref name="count"/> bytes of the input, without a copy.</summary>
    public ReadOnlySpan<byte> ReadRaw(int count)
    {
        if ((uint)count > (uint)Remaining) Fail($"{count} bytes are needed, {Remaining} remain", 0);
        ReadOnlySpan<byte> taken = _input.Slice(_at, count);
        _at += count;
        return taken;
    }

    /// <summary>Reads the arguments of a command or a query, and requires that nothing is left over.</summary>
    /// <typeparam name="TProposal">The proposal.</typeparam>
    public TProposal ReadProposal<TProposal>()
        where TProposal : struct, IProposal<TProposal>
    {
        try
        {
            TProposal proposal = TProposal.Read(ref this);
            End();
            return proposal;
        }
        catch (Exception exception) when (exception is not (ZabException or OutOfMemoryException or InsufficientExecutionStackException))
        {
            throw new ZabFormatException($"a constructor or setter refused what {TProposal.Name} carries: {exception.GetType()}", _at, TProposal.Name, exception);
        }
    }

    /// <summary>Goes one level down into an object of a recursive type; every call is matched by <see cref="Leave"/>.</summary>
    public void Enter()
    {
        if (_depth == ZabLimits.DepthMax) Fail($"objects are nested more than {ZabLimits.DepthMax} deep", 0);
        _depth++;
    }

    /// <summary>Comes back from an object.</summary>
    public void Leave() => _depth--;

    /// <summary>Requires that everything was read.</summary>
    public readonly void End()
    {
        if (Remaining > 0) throw new ZabFormatException($"{Remaining} bytes are left over", _at);
    }

    /// <summary>Refuses what was just read.</summary>
    /// <param name="message">What was found.</param>
    /// <param name="back">How many bytes before <see cref="Offset"/> it began.</param>
    [DoesNotReturn]
    public readonly void Fail(string message, int back = 0) => throw new ZabFormatException(message, _at - back);

    /// <summary>Refuses a null where the type does not allow one.</summary>
    [DoesNotReturn]
    internal readonly void FailNull(int back) => Fail("null, where a value is required", back);

    /// <summary>Refuses an object of an older shape, which lacks a member that has no default.</summary>
    /// <typeparam name="T">The type of the member.</typeparam>
    [DoesNotReturn]
    public readonly T Missing<T>()
    {
        Fail("the member is missing and has no default; what wrote this is older");
        return default;
    }

    private string ReadUtf8(int bytes)
    {
        int length = ReadInt32();
        if (bytes > Remaining) Fail($"a text of {bytes} bytes is announced, {Remaining} bytes remain", 8);
        ReadOnlySpan<byte> utf8 = ReadRaw(bytes);
        if (!Utf8.IsValid(utf8)) Fail("the text is not UTF-8", bytes);
        string value = Encoding.UTF8.GetString(utf8);
        if (length > 0 && length != value.Length) Fail($"a text of {length} chars is announced, it has {value.Length}", bytes + 8);   // 0 or less: not counted.
        return value;
    }

    private string ReadUtf16(int chars)
    {
        if (chars > Remaining / 2) Fail($"a text of {chars} chars is announced, {Remaining} bytes remain", 4);
        ReadOnlySpan<byte> bytes = ReadRaw(chars * 2);
        string value = string.Create(chars, bytes, static (target, source) =>
        {
            for (int i = 0; i < target.Length; i++) target[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(source[(2 * i)..]);
        });
        for (int i = 0; i < value.Length; )
        {
            if (!Rune.TryGetRuneAt(value, i, out Rune rune)) Fail($"half of a surrogate pair at char {i}", chars * 2);
            i += rune.Utf16SequenceLength;
        }

        return value;
    }
}
