using System.Runtime.InteropServices;

namespace Zab.Serialization;

/// <summary>Writes and reads a <see cref="List{T}"/>, or null: the number of elements, then the elements.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
/// <typeparam name="TCodec">Their codec.</typeparam>
public readonly struct ListCodec<T, TCodec> : ICodec<List<T>?>, IRefillable<List<T>>
    where TCodec : struct, ICodec<T>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in List<T>? value)
    {
        writer.WriteCount(value?.Count ?? -1);
        Elements.Write<T, TCodec>(ref writer, CollectionsMarshal.AsSpan(value));
    }

    /// <inheritdoc/>
    public static List<T>? Read(ref ZabReader reader)
    {
        int count = reader.ReadCount(TCodec.MinimumSize);
        if (count < 0) return null;
        var list = new List<T>();
        Fill(ref reader, list, count);
        return list;
    }

    /// <inheritdoc/>
    public static bool Refill(ref ZabReader reader, List<T> target)
    {
        int count = reader.ReadCount(TCodec.MinimumSize);
        target.Clear();
        if (count < 0) return false;
        Fill(ref reader, target, count);
        return true;
    }

    private static void Fill(ref ZabReader reader, List<T> target, int count)
    {
        target.EnsureCapacity(Math.Min(count, ZabLimits.InitialCapacityMax));
        for (int i = 0; i < count; i++) target.Add(Elements.ReadOne<T, TCodec>(ref reader, i));
    }
}
