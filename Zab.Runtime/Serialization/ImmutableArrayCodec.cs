using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Zab.Serialization;

/// <summary>Writes and reads an <see cref="ImmutableArray{T}"/>: the number of elements, −1 where it is default, then the elements.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
/// <typeparam name="TCodec">Their codec.</typeparam>
public readonly struct ImmutableArrayCodec<T, TCodec> : ICodec<ImmutableArray<T>>
    where TCodec : struct, ICodec<T>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in ImmutableArray<T> value)
    {
        writer.WriteCount(value.IsDefault ? -1 : value.Length);
        if (!value.IsDefault) Elements.Write<T, TCodec>(ref writer, value.AsSpan());
    }

    /// <inheritdoc/>
    public static ImmutableArray<T> Read(ref ZabReader reader)
    {
        int count = reader.ReadCount(TCodec.MinimumSize);
        return count < 0 ? default : ImmutableCollectionsMarshal.AsImmutableArray(Elements.Read<T, TCodec>(ref reader, count));
    }
}
