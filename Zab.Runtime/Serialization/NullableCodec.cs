namespace Zab.Serialization;

/// <summary>Writes and reads a <see cref="Nullable{T}"/>.</summary>
/// <remarks>
/// Without references: its memory, which is a flag, zeros up to the alignment, and the value, which is zeros where absent. With references: an object of one member, or null.
/// </remarks>
/// <typeparam name="T">The type of the value.</typeparam>
/// <typeparam name="TCodec">Its codec.</typeparam>
public readonly struct NullableCodec<T, TCodec> : ICodec<T?>
    where T : struct
    where TCodec : struct, ICodec<T>
{
    /// <inheritdoc/>
    public static int MinimumSize => TCodec.RawAlignment == 0 ? 1 : TCodec.RawAlignment + TCodec.MinimumSize;

    /// <inheritdoc/>
    public static int RawAlignment => TCodec.RawAlignment;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in T? value)
    {
        if (TCodec.RawAlignment == 0)
        {
            if (value is not { } content)
            {
                writer.WriteNullObject();
                return;
            }

            writer.WriteObjectHeader(1);
            TCodec.Write(ref writer, in content);
        }
        else if (value is { } content)
        {
            writer.WriteBoolean(true);
            writer.WritePadding(TCodec.RawAlignment - 1);
            TCodec.Write(ref writer, in content);
        }
        else
        {
            writer.WritePadding(MinimumSize);
        }
    }

    /// <inheritdoc/>
    public static T? Read(ref ZabReader reader)
    {
        if (TCodec.RawAlignment == 0)
        {
            int members = reader.ReadNullableObjectHeader(1);
            if (members < 0) return null;
            if (members == 0) reader.Fail("a nullable value without its value", 1);
            return TCodec.Read(ref reader);
        }

        bool hasValue = reader.ReadBoolean();
        reader.SkipPadding(TCodec.RawAlignment - 1);
        if (hasValue) return TCodec.Read(ref reader);
        reader.SkipPadding(TCodec.MinimumSize);
        return null;
    }
}
