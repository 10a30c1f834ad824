using System.Collections.Concurrent;

namespace Zab.Simulator.Explore;

/// <summary>Immutable objects, one of each content: what is equal has one number. Safe for concurrent use.</summary>
/// <remarks>Content is compared by its 64-bit hash, texts aside. A search meets some ten thousand contents, so two with one hash are less likely than a flipped bit in memory.</remarks>
internal sealed class SharedTable
{
    private readonly ConcurrentDictionary<object, int> _byReference = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ulong, int> _byContent = [];
    private readonly GrowingList<(object Value, ulong Hash)> _all = new();
    private readonly ThreadLocal<Freezer> _freezer = new(static () => new Freezer(shared: null));
    private readonly Lock _lock = new();
    private readonly AnyCodec<object> _any = new();

    internal SharedTable() => _any.Prepare(new CodecTable(new ContentRules()));

    internal int Count => _all.Count;

    internal object this[int id] => _all[id].Value;

    internal ulong HashOf(int id) => _all[id].Hash;

    /// <summary>All contents that were met, in the order they were.</summary>
    internal IEnumerable<object> All() => Enumerable.Range(0, Count).Select(id => this[id]);

    internal int IdOf(object value)
    {
        if (_byReference.TryGetValue(value, out int known)) return known;
        ulong hash = ContentHash(value);
        lock (_lock)
        {
            if (_byContent.TryGetValue(hash, out int same)) return same;
            int id = _all.Add((value, hash));
            _byContent.Add(hash, id);
            _byReference.TryAdd(value, id);      // Only the one object that stands for its content: others are short-lived.
            return id;
        }
    }

    private ulong ContentHash(object value)
    {
        Freezer freezer = _freezer.Value!;
        freezer.Begin();
        _any.Write(freezer, value);
        return freezer.Hash;
    }
}

/// <summary>Takes immutable objects apart to the last byte; texts say nothing, and a delegate is what its type is.</summary>
internal sealed class ContentRules : ICodecRules
{
    public Codec? ForField(System.Reflection.FieldInfo field) => null;

    public Codec? ForType(Type type) =>
        type == typeof(string) ? new TextCodec()
        : type.IsAssignableTo(typeof(Delegate)) ? Codec.Of(typeof(NothingCodec<>), type)
        : type is { IsClass: true, IsAbstract: true } ? Codec.Of(typeof(AnyCodec<>), type)
        : null;
}
