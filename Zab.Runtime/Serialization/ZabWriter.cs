using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Zab.Serialization;

/// <summary>Writes values in the binary format of <c>docs/FORMAT.md</c>, little endian, canonically: equal content gives equal bytes. Call <see cref="Flush"/> when done.</summary>
/// <remarks>Not safe for concurrent use. What an output receives before an exception is to be thrown away.</remarks>
public ref struct ZabWriter
{
    private const int ShortStringLength = 256;                                          // Three bytes a char are reserved for these without counting first.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly IBufferWriter<byte> _output;
    private Span<byte> _buffer;
    private int _used;                                                                  // Invariant: 0 ≤ _used ≤ _buffer.Length.
    private int _depth;                                                                 // Invariant: 0 ≤ _depth ≤ ZabLimits.DepthMax.

    /// <summary>A writer that appends to <paramref name="output"/>.</summary>
    public ZabWriter(IBufferWriter<byte> output)
    {
        _output = output;
        _buffer = default;
        _used = 0;
        _depth = 0;
    }

    /// <summary>Hands what was written to the output.</summary>
    public void Flush()
    {
        if (_used > 0) _output.Advance(_used);
        _buffer = default;
        _used = 0;
    }

    /// <summary>Writes 1 byte: 0 or 1.</summary>
    public void WriteBoolean(bool value) => Take(1)[0] = value ? (byte)1 : (byte)0;

    /// <summary>Writes 1 byte.</summary>
    public void WriteByte(byte value) => Take(1)[0] = value;

    /// <summary>Writes 1 byte.</summary>
    public void WriteSByte(sbyte value) => Take(1)[0] = unchecked((byte)value);

    /// <summary>Writes 2 bytes: one UTF-16 code unit, surrogates included.</summary>
    public void WriteChar(char value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    /// <summary>Writes 2 bytes.</summary>
    public void WriteInt16(short value) => BinaryPrimitives.WriteInt16LittleEndian(Take(2), value);

    /// <summary>Writes 2 bytes.</summary>
    public void WriteUInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    /// <summary>Writes 4 bytes.</summary>
    public void WriteInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    /// <summary>Writes 4 bytes.</summary>
    public void WriteUInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    /// <summary>Writes 8 bytes.</summary>
    public void WriteInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    /// <summary>Writes 8 bytes.</summary>
    public void WriteUInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    /// <summary>Writes 16 bytes, the low half first.</summary>
    public void WriteInt128(Int128 value) => BinaryPrimitives.WriteInt128LittleEndian(Take(16), value);

    /// <summary>Writes 16 bytes, the low half first.</summary>
    public void WriteUInt128(UInt128 value) => BinaryPrimitives.WriteUInt128LittleEndian(Take(16), value);

    /// <summary>Writes 2 bytes; every NaN is written as <see cref="Half.NaN"/>.</summary>
    public void WriteHalf(Half value) => WriteUInt16(Half.IsNaN(value) ? CanonicalNaN.Half : BitConverter.HalfToUInt16Bits(value));

    /// <summary>Writes 4 bytes; every NaN is written as <see cref="float.NaN"/>.</summary>
    public void WriteSingle(float value) => WriteUInt32(float.IsNaN(value) ? CanonicalNaN.Single : BitConverter.SingleToUInt32Bits(value));

    /// <summary>Writes 8 bytes; every NaN is written as <see cref="double.NaN"/>. Negative zero stays itself.</summary>
    public void WriteDouble(double value) => WriteUInt64(double.IsNaN(value) ? CanonicalNaN.Double : BitConverter.DoubleToUInt64Bits(value));

    /// <summary>Writes 16 bytes: sign and scale, then the high 32 bits, then the low 64 bits. The scale is content: 1.0 is not 1.00.</summary>
    public void WriteDecimal(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);                                                   // low, middle, high, flags
        Span<byte> taken = Take(16);
        BinaryPrimitives.WriteInt32LittleEndian(taken, bits[3]);
        BinaryPrimitives.WriteInt32LittleEndian(taken[4..], bits[2]);
        BinaryPrimitives.WriteInt32LittleEndian(taken[8..], bits[0]);
        BinaryPrimitives.WriteInt32LittleEndian(taken[12..], bits[1]);
    }

    /// <summary>Writes 16 bytes, the first three fields little endian.</summary>
    public void WriteGuid(Guid value) => value.TryWriteBytes(Take(16));

    /// <summary>Writes 8 bytes: ticks, with the kind in the top two bits. A local time is written as it stands, not converted.</summary>
    public void WriteDateTime(DateTime value) => WriteUInt64((ulong)value.Ticks | ((ulong)value.Kind << 62));

    /// <summary>Writes 16 bytes: offset in minutes, 4 zeros, ticks in UTC.</summary>
    public void WriteDateTimeOffset(DateTimeOffset value)
    {
        Span<byte> taken = Take(16);
        BinaryPrimitives.WriteInt32LittleEndian(taken, value.TotalOffsetMinutes);
        BinaryPrimitives.WriteInt32LittleEndian(taken[4..], 0);
        BinaryPrimitives.WriteInt64LittleEndian(taken[8..], value.UtcTicks);
    }

    /// <summary>Writes 8 bytes: ticks.</summary>
    public void WriteTimeSpan(TimeSpan value) => WriteInt64(value.Ticks);

    /// <summary>Writes 4 bytes: the number of the day.</summary>
    public void WriteDateOnly(DateOnly value) => WriteInt32(value.DayNumber);

    /// <summary>Writes 8 bytes: ticks since midnight.</summary>
    public void WriteTimeOnly(TimeOnly value) => WriteInt64(value.Ticks);

    /// <summary>Writes a text: complement of its length in UTF-8 bytes, its length in UTF-16 units, the UTF-8 bytes; 0 alone where it is empty.</summary>
    /// <exception cref="ArgumentException">The text is null, or holds half of a surrogate pair.</exception>
    public void WriteString(string value)
    {
        if (value is null) ThrowNull("a string");
        WriteText(value);
    }

    /// <summary>Writes a text as <see cref="WriteString"/> does, or −1 for null.</summary>
    /// <exception cref="ArgumentException">The text holds half of a surrogate pair.</exception>
    public void WriteNullableString(string? value)
    {
        if (value is null) WriteInt32(-1);
        else WriteText(value);
    }

    /// <summary>Writes bytes: their number, then themselves.</summary>
    /// <exception cref="ArgumentException">The array is null.</exception>
    public void WriteBytes(byte[] value)
    {
        if (value is null) ThrowNull("a byte[]");
        WriteInt32(value.Length);
        WriteRaw(value);
    }

    /// <summary>Writes bytes as <see cref="WriteBytes"/> does, or −1 for null.</summary>
    public void WriteNullableBytes(byte[]? value)
    {
        if (value is null) WriteInt32(-1);
        else WriteBytes(value);
    }

    /// <summary>Writes the number of elements that follow, or −1 for a collection that is null.</summary>
    public void WriteCount(int count) => WriteInt32(count);

    /// <summary>Writes the number of members that follow, 0 to 249.</summary>
    public void WriteObjectHeader(int members) => WriteByte((byte)members);

    /// <summary>Writes the header of an object that is null.</summary>
    public void WriteNullObject() => WriteByte(ObjectHeader.Null);

    /// <summary>Writes zeros.</summary>
    public void WritePadding(int count) => Take(count).Clear();

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

    /// <summary>Goes one level down into an object of a recursive type; every call is matched by <see cref="Leave"/>.</summary>
    /// <exception cref="ArgumentException">More than 1000 levels: most likely a cycle.</exception>
    public void Enter()
    {
        if (_depth == ZabLimits.DepthMax) throw new ArgumentException($"objects are nested more than {ZabLimits.DepthMax} deep; break the cycle, or keep long chains in a list");
        _depth++;
    }

    /// <summary>Comes back from an object.</summary>
    public void Leave() => _depth--;

    /// <summary>Refuses an object of a derived class: what it adds to the declared type would be lost.</summary>
    /// <exception cref="ArgumentException">The object is of another type than <typeparamref name="T"/>.</exception>
    public readonly void RequireExactType<T>(T value)
        where T : class
    {
        if (value.GetType() != typeof(T)) ThrowDerived(typeof(T), value.GetType());
    }

    private void WriteText(string value)
    {
        if (value.Length == 0)
        {
            WriteInt32(0);
            return;
        }

        int bytesMax = value.Length <= ShortStringLength ? value.Length * 3 : CountBytes(value);
        if (_buffer.Length - _used < bytesMax + 8) Grow(bytesMax + 8);
        Span<byte> target = _buffer[_used..];
        OperationStatus status = Utf8.FromUtf16(value, target[8..], out _, out int written, replaceInvalidSequences: false);
        if (status != OperationStatus.Done) ThrowNotUnicode(value);
        BinaryPrimitives.WriteInt32LittleEndian(target, ~written);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], value.Length);
        _used += written + 8;
    }

    private static int CountBytes(string value)
    {
        try
        {
            return StrictUtf8.GetByteCount(value);
        }
        catch (EncoderFallbackException)
        {
            ThrowNotUnicode(value);
            throw;
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

    [DoesNotReturn]
    internal static void ThrowNull(string what) => throw new ArgumentException($"{what} is null where its type does not allow null");

    [DoesNotReturn]
    private static void ThrowDerived(Type declared, Type actual) =>
        throw new ArgumentException($"a {actual} stands where {declared} is declared; what it adds would not be written: seal {declared}, or declare {actual}");

    [DoesNotReturn]
    private static void ThrowNotUnicode(string value)
    {
        int at = 0;
        while (at < value.Length && Rune.TryGetRuneAt(value, at, out Rune rune)) at += rune.Utf16SequenceLength;
        throw new ArgumentException($"a string of {value.Length} chars holds half of a surrogate pair at index {at}; cut texts between whole characters only");
    }
}
