namespace Zab.Serialization;

// The codecs of the types that the format knows by itself. Each has the size and the alignment of the type's memory; IsMemory stands where every
// bit pattern is a value and stays as it is: not for booleans, floating point (NaN), decimals and dates, which are checked one by one.

/// <summary>Writes and reads <see cref="bool"/>.</summary>
public readonly struct BooleanCodec : ICodec<bool>
{
    /// <inheritdoc/>
    public static int MinimumSize => 1;

    /// <inheritdoc/>
    public static int RawAlignment => 1;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in bool value) => writer.WriteBoolean(value);

    /// <inheritdoc/>
    public static bool Read(ref ZabReader reader) => reader.ReadBoolean();
}

/// <summary>Writes and reads <see cref="byte"/>.</summary>
public readonly struct ByteCodec : ICodec<byte>
{
    /// <inheritdoc/>
    public static int MinimumSize => 1;

    /// <inheritdoc/>
    public static int RawAlignment => 1;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in byte value) => writer.WriteByte(value);

    /// <inheritdoc/>
    public static byte Read(ref ZabReader reader) => reader.ReadByte();
}

/// <summary>Writes and reads <see cref="sbyte"/>.</summary>
public readonly struct SByteCodec : ICodec<sbyte>
{
    /// <inheritdoc/>
    public static int MinimumSize => 1;

    /// <inheritdoc/>
    public static int RawAlignment => 1;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in sbyte value) => writer.WriteSByte(value);

    /// <inheritdoc/>
    public static sbyte Read(ref ZabReader reader) => reader.ReadSByte();
}

/// <summary>Writes and reads <see cref="char"/>.</summary>
public readonly struct CharCodec : ICodec<char>
{
    /// <inheritdoc/>
    public static int MinimumSize => 2;

    /// <inheritdoc/>
    public static int RawAlignment => 2;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in char value) => writer.WriteChar(value);

    /// <inheritdoc/>
    public static char Read(ref ZabReader reader) => reader.ReadChar();
}

/// <summary>Writes and reads <see cref="short"/>.</summary>
public readonly struct Int16Codec : ICodec<short>
{
    /// <inheritdoc/>
    public static int MinimumSize => 2;

    /// <inheritdoc/>
    public static int RawAlignment => 2;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in short value) => writer.WriteInt16(value);

    /// <inheritdoc/>
    public static short Read(ref ZabReader reader) => reader.ReadInt16();
}

/// <summary>Writes and reads <see cref="ushort"/>.</summary>
public readonly struct UInt16Codec : ICodec<ushort>
{
    /// <inheritdoc/>
    public static int MinimumSize => 2;

    /// <inheritdoc/>
    public static int RawAlignment => 2;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in ushort value) => writer.WriteUInt16(value);

    /// <inheritdoc/>
    public static ushort Read(ref ZabReader reader) => reader.ReadUInt16();
}

/// <summary>Writes and reads <see cref="int"/>.</summary>
public readonly struct Int32Codec : ICodec<int>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    /// <inheritdoc/>
    public static int RawAlignment => 4;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in int value) => writer.WriteInt32(value);

    /// <inheritdoc/>
    public static int Read(ref ZabReader reader) => reader.ReadInt32();
}

/// <summary>Writes and reads <see cref="uint"/>.</summary>
public readonly struct UInt32Codec : ICodec<uint>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    /// <inheritdoc/>
    public static int RawAlignment => 4;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in uint value) => writer.WriteUInt32(value);

    /// <inheritdoc/>
    public static uint Read(ref ZabReader reader) => reader.ReadUInt32();
}

/// <summary>Writes and reads <see cref="long"/>.</summary>
public readonly struct Int64Codec : ICodec<long>
{
    /// <inheritdoc/>
    public static int MinimumSize => 8;

    /// <inheritdoc/>
    public static int RawAlignment => 8;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in long value) => writer.WriteInt64(value);

    /// <inheritdoc/>
    public static long Read(ref ZabReader reader) => reader.ReadInt64();
}

/// <summary>Writes and reads <see cref="ulong"/>.</summary>
public readonly struct UInt64Codec : ICodec<ulong>
{
    /// <inheritdoc/>
    public static int MinimumSize => 8;

    /// <inheritdoc/>
    public static int RawAlignment => 8;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in ulong value) => writer.WriteUInt64(value);

    /// <inheritdoc/>
    public static ulong Read(ref ZabReader reader) => reader.ReadUInt64();
}

/// <summary>Writes and reads <see cref="Int128"/>.</summary>
public readonly struct Int128Codec : ICodec<Int128>
{
    /// <inheritdoc/>
    public static int MinimumSize => 16;

    /// <inheritdoc/>
    public static int RawAlignment => 16;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in Int128 value) => writer.WriteInt128(value);

    /// <inheritdoc/>
    public static Int128 Read(ref ZabReader reader) => reader.ReadInt128();
}

/// <summary>Writes and reads <see cref="UInt128"/>.</summary>
public readonly struct UInt128Codec : ICodec<UInt128>
{
    /// <inheritdoc/>
    public static int MinimumSize => 16;

    /// <inheritdoc/>
    public static int RawAlignment => 16;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in UInt128 value) => writer.WriteUInt128(value);

    /// <inheritdoc/>
    public static UInt128 Read(ref ZabReader reader) => reader.ReadUInt128();
}

/// <summary>Writes and reads <see cref="Half"/>.</summary>
public readonly struct HalfCodec : ICodec<Half>
{
    /// <inheritdoc/>
    public static int MinimumSize => 2;

    /// <inheritdoc/>
    public static int RawAlignment => 2;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in Half value) => writer.WriteHalf(value);

    /// <inheritdoc/>
    public static Half Read(ref ZabReader reader) => reader.ReadHalf();
}

/// <summary>Writes and reads <see cref="float"/>.</summary>
public readonly struct SingleCodec : ICodec<float>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    /// <inheritdoc/>
    public static int RawAlignment => 4;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in float value) => writer.WriteSingle(value);

    /// <inheritdoc/>
    public static float Read(ref ZabReader reader) => reader.ReadSingle();
}

/// <summary>Writes and reads <see cref="double"/>.</summary>
public readonly struct DoubleCodec : ICodec<double>
{
    /// <inheritdoc/>
    public static int MinimumSize => 8;

    /// <inheritdoc/>
    public static int RawAlignment => 8;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in double value) => writer.WriteDouble(value);

    /// <inheritdoc/>
    public static double Read(ref ZabReader reader) => reader.ReadDouble();
}

/// <summary>Writes and reads <see cref="decimal"/>.</summary>
public readonly struct DecimalCodec : ICodec<decimal>
{
    /// <inheritdoc/>
    public static int MinimumSize => 16;

    /// <inheritdoc/>
    public static int RawAlignment => 8;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in decimal value) => writer.WriteDecimal(value);

    /// <inheritdoc/>
    public static decimal Read(ref ZabReader reader) => reader.ReadDecimal();
}

/// <summary>Writes and reads <see cref="Guid"/>.</summary>
public readonly struct GuidCodec : ICodec<Guid>
{
    /// <inheritdoc/>
    public static int MinimumSize => 16;

    /// <inheritdoc/>
    public static int RawAlignment => 4;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in Guid value) => writer.WriteGuid(value);

    /// <inheritdoc/>
    public static Guid Read(ref ZabReader reader) => reader.ReadGuid();
}

/// <summary>Writes and reads <see cref="DateTime"/>.</summary>
public readonly struct DateTimeCodec : ICodec<DateTime>
{
    /// <inheritdoc/>
    public static int MinimumSize => 8;

    /// <inheritdoc/>
    public static int RawAlignment => 8;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in DateTime value) => writer.WriteDateTime(value);

    /// <inheritdoc/>
    public static DateTime Read(ref ZabReader reader) => reader.ReadDateTime();
}

/// <summary>Writes and reads <see cref="DateTimeOffset"/>.</summary>
public readonly struct DateTimeOffsetCodec : ICodec<DateTimeOffset>
{
    /// <inheritdoc/>
    public static int MinimumSize => 16;

    /// <inheritdoc/>
    public static int RawAlignment => 8;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in DateTimeOffset value) => writer.WriteDateTimeOffset(value);

    /// <inheritdoc/>
    public static DateTimeOffset Read(ref ZabReader reader) => reader.ReadDateTimeOffset();
}

/// <summary>Writes and reads <see cref="TimeSpan"/>.</summary>
public readonly struct TimeSpanCodec : ICodec<TimeSpan>
{
    /// <inheritdoc/>
    public static int MinimumSize => 8;

    /// <inheritdoc/>
    public static int RawAlignment => 8;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in TimeSpan value) => writer.WriteTimeSpan(value);

    /// <inheritdoc/>
    public static TimeSpan Read(ref ZabReader reader) => reader.ReadTimeSpan();
}

/// <summary>Writes and reads <see cref="DateOnly"/>.</summary>
public readonly struct DateOnlyCodec : ICodec<DateOnly>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    /// <inheritdoc/>
    public static int RawAlignment => 4;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in DateOnly value) => writer.WriteDateOnly(value);

    /// <inheritdoc/>
    public static DateOnly Read(ref ZabReader reader) => reader.ReadDateOnly();
}

/// <summary>Writes and reads <see cref="TimeOnly"/>.</summary>
public readonly struct TimeOnlyCodec : ICodec<TimeOnly>
{
    /// <inheritdoc/>
    public static int MinimumSize => 8;

    /// <inheritdoc/>
    public static int RawAlignment => 8;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in TimeOnly value) => writer.WriteTimeOnly(value);

    /// <inheritdoc/>
    public static TimeOnly Read(ref ZabReader reader) => reader.ReadTimeOnly();
}

/// <summary>Writes and reads <see cref="string"/>; null is refused.</summary>
public readonly struct StringCodec : ICodec<string>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in string value) => writer.WriteString(value);

    /// <inheritdoc/>
    public static string Read(ref ZabReader reader) => reader.ReadString();
}

/// <summary>Writes and reads <see cref="string"/>, or null.</summary>
public readonly struct NullableStringCodec : ICodec<string?>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in string? value) => writer.WriteNullableString(value);

    /// <inheritdoc/>
    public static string? Read(ref ZabReader reader) => reader.ReadNullableString();
}

/// <summary>Writes and reads an array of <see cref="byte"/>; null is refused.</summary>
public readonly struct BytesCodec : ICodec<byte[]>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in byte[] value) => writer.WriteBytes(value);

    /// <inheritdoc/>
    public static byte[] Read(ref ZabReader reader) => reader.ReadBytes();
}

/// <summary>Writes and reads an array of <see cref="byte"/>, or null.</summary>
public readonly struct NullableBytesCodec : ICodec<byte[]?>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in byte[]? value) => writer.WriteNullableBytes(value);

    /// <inheritdoc/>
    public static byte[]? Read(ref ZabReader reader) => reader.ReadNullableBytes();
}
