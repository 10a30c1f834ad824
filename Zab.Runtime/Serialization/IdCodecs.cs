namespace Zab.Serialization;

/// <summary>Writes and reads <see cref="SessionId"/>.</summary>
public readonly struct SessionIdCodec : ICodec<SessionId>
{
    /// <inheritdoc/>
    public static int MinimumSize => 8;

    /// <inheritdoc/>
    public static int RawAlignment => 8;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in SessionId value) => writer.WriteUInt64(value.Value);

    /// <inheritdoc/>
    public static SessionId Read(ref ZabReader reader) => new(reader.ReadUInt64());
}

/// <summary>Writes and reads <see cref="Zxid"/>: the epoch, then the counter.</summary>
public readonly struct ZxidCodec : ICodec<Zxid>
{
    /// <inheritdoc/>
    public static int MinimumSize => 8;

    /// <inheritdoc/>
    public static int RawAlignment => 4;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in Zxid value)
    {
        writer.WriteUInt32(value.Epoch);
        writer.WriteUInt32(value.Counter);
    }

    /// <inheritdoc/>
    public static Zxid Read(ref ZabReader reader) => new(reader.ReadUInt32(), reader.ReadUInt32());
}
