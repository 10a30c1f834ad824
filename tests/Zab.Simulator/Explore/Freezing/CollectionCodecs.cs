using System.Collections.Immutable;

namespace Zab.Simulator.Explore;

internal sealed class ListCodec<T> : Codec<List<T>?>
{
    private Codec<T> _item = null!;

    internal override void Prepare(CodecTable table) => _item = table.For<T>();

    internal override void Write(Freezer to, List<T>? list)
    {
        if (!to.Count(list?.Count)) return;
        foreach (T item in list!) _item.Write(to, item);
    }

    internal override List<T>? Read(Thawer from)
    {
        if (!from.Count(out int count)) return null;
        var list = new List<T>(count);
        for (int i = 0; i < count; i++) list.Add(_item.Read(from));
        return list;
    }
}

internal sealed class QueueCodec<T> : Codec<Queue<T>?>
{
    private Codec<T> _item = null!;

    internal override void Prepare(CodecTable table) => _item = table.For<T>();

    internal override void Write(Freezer to, Queue<T>? queue)
    {
        if (!to.Count(queue?.Count)) return;
        foreach (T item in queue!) _item.Write(to, item);
    }

    internal override Queue<T>? Read(Thawer from)
    {
        if (!from.Count(out int count)) return null;
        var queue = new Queue<T>(count);
        for (int i = 0; i < count; i++) queue.Enqueue(_item.Read(from));
        return queue;
    }
}

internal sealed class SortedSetCodec<T> : Codec<SortedSet<T>?>
{
    private Codec<T> _item = null!;

    internal override void Prepare(CodecTable table) => _item = table.For<T>();

    internal override void Write(Freezer to, SortedSet<T>? set)
    {
        if (!to.Count(set?.Count) || set!.Count == 0) return;
        foreach (T item in set) _item.Write(to, item);
    }

    internal override SortedSet<T>? Read(Thawer from)
    {
        if (!from.Count(out int count)) return null;
        var set = new SortedSet<T>();
        for (int i = 0; i < count; i++) set.Add(_item.Read(from));
        return set;
    }
}

internal sealed class SortedDictionaryCodec<TKey, TValue> : Codec<SortedDictionary<TKey, TValue>?> where TKey : notnull
{
    private Codec<TKey> _key = null!;
    private Codec<TValue> _value = null!;

    internal override void Prepare(CodecTable table) => (_key, _value) = (table.For<TKey>(), table.For<TValue>());

    internal override void Write(Freezer to, SortedDictionary<TKey, TValue>? dictionary)
    {
        if (!to.Count(dictionary?.Count) || dictionary!.Count == 0) return;
        foreach ((TKey key, TValue value) in dictionary)
        {
            _key.Write(to, key);
            _value.Write(to, value);
        }
    }

    internal override SortedDictionary<TKey, TValue>? Read(Thawer from)
    {
        if (!from.Count(out int count)) return null;
        var dictionary = new SortedDictionary<TKey, TValue>();
        for (int i = 0; i < count; i++) dictionary.Add(_key.Read(from), _value.Read(from));
        return dictionary;
    }
}

internal sealed class ArrayCodec<T> : Codec<T[]?>
{
    private Codec<T> _item = null!;

    internal override void Prepare(CodecTable table) => _item = table.For<T>();

    internal override void Write(Freezer to, T[]? array)
    {
        if (!to.Count(array?.Length)) return;
        foreach (T item in array!) _item.Write(to, item);
    }

    internal override T[]? Read(Thawer from)
    {
        if (!from.Count(out int count)) return null;
        var array = new T[count];
        for (int i = 0; i < count; i++) array[i] = _item.Read(from);
        return array;
    }
}

internal sealed class ImmutableArrayCodec<T> : Codec<ImmutableArray<T>>
{
    private Codec<T> _item = null!;

    internal override void Prepare(CodecTable table) => _item = table.For<T>();

    internal override void Write(Freezer to, ImmutableArray<T> array)
    {
        if (!to.Count(array.IsDefault ? null : array.Length)) return;
        foreach (T item in array) _item.Write(to, item);
    }

    internal override ImmutableArray<T> Read(Thawer from)
    {
        if (!from.Count(out int count)) return default;
        ImmutableArray<T>.Builder array = ImmutableArray.CreateBuilder<T>(count);
        for (int i = 0; i < count; i++) array.Add(_item.Read(from));
        return array.MoveToImmutable();
    }
}

internal sealed class MemoryCodec<T> : Codec<ReadOnlyMemory<T>>
{
    private Codec<T> _item = null!;

    internal override void Prepare(CodecTable table) => _item = table.For<T>();

    internal override void Write(Freezer to, ReadOnlyMemory<T> memory)
    {
        to.Count(memory.Length);
        foreach (T item in memory.Span) _item.Write(to, item);
    }

    internal override ReadOnlyMemory<T> Read(Thawer from)
    {
        from.Count(out int count);
        var array = new T[count];
        for (int i = 0; i < count; i++) array[i] = _item.Read(from);
        return array;
    }
}
