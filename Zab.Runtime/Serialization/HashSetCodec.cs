namespace Zab.Serialization;

/// <summary>Writes and reads a <see cref="HashSet{T}"/>, or null: the number of elements, then the elements in the canonical order of keys.</summary>
/// <typeparam name="T">The type of the elements.</typeparam>
/// <typeparam name="TCodec">Their codec.</typeparam>
public readonly struct HashSetCodec<T, TCodec> : ICodec<HashSet<T>?>, IRefillable<HashSet<T>>
    where TCodec : struct, ICodec<T>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in HashSet<T>? value)
    {
        writer.WriteCount(value?.Count ?? -1);
        if (value is not { Count: > 0 }) return;

        using var order = new KeyOrder<T, TCodec>(value.Count);
        foreach (T element in value) order.Add(in element);
        order.Sort();
        foreach (KeyOrder<T, TCodec>.Entry entry in order.Entries) writer.WriteRaw(order.Bytes(entry));
    }

    /// <inheritdoc/>
    public static HashSet<T>? Read(ref ZabReader reader)
    {
        int count = reader.ReadCount(TCodec.MinimumSize);
        if (count < 0) return null;
        var set = new HashSet<T>();
        Fill(ref reader, set, count);
        return set;
    }

    /// <inheritdoc/>
    public static bool Refill(ref ZabReader reader, HashSet<T> target)
    {
        int count = reader.ReadCount(TCodec.MinimumSize);
        target.Clear();
        if (count < 0) return false;
        Fill(ref reader, target, count);
        return true;
    }

    private static void Fill(ref ZabReader reader, HashSet<T> target, int count)
    {
        target.EnsureCapacity(Math.Min(count, ZabLimits.InitialCapacityMax));
        for (int i = 0; i < count; i++)
        {
            if (!target.Add(Elements.ReadOne<T, TCodec>(ref reader, i))) reader.Fail($"element {i} of a set stands in it twice");
        }
    }
}
