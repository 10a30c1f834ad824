namespace Zab.Serialization;

/// <summary>Refuses null on both sides, for a reference that is not nullable.</summary>
/// <typeparam name="T">The type of the reference.</typeparam>
/// <typeparam name="TCodec">The codec that writes and reads it, or null.</typeparam>
public readonly struct NotNull<T, TCodec> : ICodec<T>
    where T : class
    where TCodec : struct, ICodec<T?>
{
    /// <inheritdoc/>
    public static int MinimumSize => TCodec.MinimumSize;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in T value)
    {
        if (value is null) ZabWriter.ThrowNull($"a value of type {typeof(T)}");
        TCodec.Write(ref writer, in value!);
    }

    /// <inheritdoc/>
    public static T Read(ref ZabReader reader)
    {
        T? value = TCodec.Read(ref reader);
        if (value is null) reader.FailNull(TCodec.MinimumSize);
        return value;
    }
}
