namespace Zab.Serialization;

/// <summary>Writes and reads an array of one dimension, or null: the number of elements, then the elements.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
/// <typeparam name="TCodec">Their codec.</typeparam>
public readonly struct ArrayCodec<T, TCodec> : ICodec<T[]?>
    where TCodec : struct, ICodec<T>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in T[]? value)
    {
        writer.WriteCount(value?.Length ?? -1);
        Elements.Write<T, TCodec>(ref writer, value);
    }

    /// <inheritdoc/>
    public static T[]? Read(ref ZabReader reader)
    {
        int count = reader.ReadCount(TCodec.MinimumSize);
        return count < 0 ? null : Elements.Read<T, TCodec>(ref reader, count);
    }
}
