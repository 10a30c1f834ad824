namespace Zab.Serialization;

/// <summary>Writes and reads a <see cref="Dictionary{TKey, TValue}"/>, or null: the number of entries, then key and value of each in the canonical order of keys.</summary>
/// <remarks>Where neither key nor value holds a reference, an entry is the memory of a <see cref="KeyValuePair{TKey, TValue}"/>, its padding zero.</remarks>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="TValue">The type of the values.</typeparam>
/// <typeparam name="TKeyCodec">The codec of the keys.</typeparam>
/// <typeparam name="TValueCodec">The codec of the values.</typeparam>
public readonly struct DictionaryCodec<TKey, TValue, TKeyCodec, TValueCodec> : ICodec<Dictionary<TKey, TValue>?>, IRefillable<Dictionary<TKey, TValue>>
    where TKey : notnull
    where TKeyCodec : struct, ICodec<TKey>
    where TValueCodec : struct, ICodec<TValue>
{
    /// <inheritdoc/>
    public static int MinimumSize => 4;

    private static bool IsRaw => TKeyCodec.RawAlignment > 0 && TValueCodec.RawAlignment > 0;

    private static int PaddingAfterKey => IsRaw ? Padding(TKeyCodec.MinimumSize, TValueCodec.RawAlignment) : 0;

    private static int PaddingAfterValue =>
        IsRaw ? Padding(TKeyCodec.MinimumSize + PaddingAfterKey + TValueCodec.MinimumSize, Math.Max(TKeyCodec.RawAlignment, TValueCodec.RawAlignment)) : 0;

    private static int EntryMinimumSize => TKeyCodec.MinimumSize + PaddingAfterKey + TValueCodec.MinimumSize + PaddingAfterValue;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in Dictionary<TKey, TValue>? value)
    {
        writer.WriteCount(value?.Count ?? -1);
        if (value is not { Count: > 0 }) return;

        using var order = new KeyOrder<TKey, TKeyCodec>(value.Count);
        TValue[] values = new TValue[value.Count];
        int count = 0;
        foreach ((TKey key, TValue content) in value)
        {
            order.Add(in key);
            values[count++] = content;
        }

        order.Sort();
        foreach (KeyOrder<TKey, TKeyCodec>.Entry entry in order.Entries)
        {
            writer.WriteRaw(order.Bytes(entry));
            writer.WritePadding(PaddingAfterKey);
            TValueCodec.Write(ref writer, in values[entry.Index]);
            writer.WritePadding(PaddingAfterValue);
        }
    }

    /// <inheritdoc/>
    public static Dictionary<TKey, TValue>? Read(ref ZabReader reader)
    {
        int count = reader.ReadCount(EntryMinimumSize);
        if (count < 0) return null;
        var dictionary = new Dictionary<TKey, TValue>();
        Fill(ref reader, dictionary, count);
        return dictionary;
    }

    /// <inheritdoc/>
    public static bool Refill(ref ZabReader reader, Dictionary<TKey, TValue> target)
    {
        int count = reader.ReadCount(EntryMinimumSize);
        target.Clear();
        if (count < 0) return false;
        Fill(ref reader, target, count);
        return true;
    }

    private static void Fill(ref ZabReader reader, Dictionary<TKey, TValue> target, int count)
    {
        target.EnsureCapacity(Math.Min(count, ZabLimits.InitialCapacityMax));
        for (int i = 0; i < count; i++)
        {
            TKey key = Elements.ReadOne<TKey, TKeyCodec>(ref reader, i);
            if (key is null) reader.FailNull(TKeyCodec.MinimumSize);
            reader.SkipPadding(PaddingAfterKey);
            TValue value = Elements.ReadOne<TValue, TValueCodec>(ref reader, i);
            reader.SkipPadding(PaddingAfterValue);
            if (!target.TryAdd(key, value)) reader.Fail($"the key of entry {i} stands in the dictionary twice");
        }
    }

    private static int Padding(int size, int alignment) => (alignment - (size % alignment)) % alignment;
}
