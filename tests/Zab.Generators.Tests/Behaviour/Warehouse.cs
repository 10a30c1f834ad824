using System.Collections.Immutable;

namespace Zab.Generators.Tests.Behaviour;

/// <summary>A class with state of every kind that is encoded, kept in every way that a class can keep it.</summary>
[Replicated]
internal sealed partial class Warehouse
{
    private readonly Dictionary<string, Item> _items = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _tags = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Movement> _movements = [];
    private readonly Dictionary<Guid, List<int[]>> _deep = [];
    private ImmutableArray<DateOnly> _days = [];
    private Dictionary<string, int>? _optional;
    private Level _level;
    private decimal? _price;
    private Tree? _tree;
    private readonly int _fixed = 7;

    [ThreadStatic]
    private static int t_settersRun;                                                    // Other tests run beside this one.

    /// <summary>Set by the compiler's own field; the setter must not run on restore.</summary>
    public long Count
    {
        get;
        private set
        {
            SettersRun++;
            field = value;
        }
    }

    public string Name { get; } = "fresh";

    internal static int SettersRun { get => t_settersRun; private set => t_settersRun = value; }

    internal IEqualityComparer<string> ItemsComparer => _items.Comparer;

    internal int Fixed => _fixed;

    /// <summary>Stores an item.</summary>
    [Command]
    internal Movement? Store(CommandContext context, string key, Item item, Level level = Level.High)
    {
        if (item.Amount < 0) throw new CommandException("negative", "an item has no negative amount");
        _items[key] = item;
        _tags.UnionWith(item.Tags);
        var movement = new Movement(context.Zxid, context.Session, context.Now, context.NewGuid(), context.Random.Next(1000));
        _movements.Add(movement);
        _days = _days.Add(DateOnly.FromDateTime(context.Now.UtcDateTime));
        _level = level;
        _price = item.Price;
        _optional = new Dictionary<string, int> { [key] = item.Amount };
        _deep[movement.Id] = [[item.Amount], []];
        _tree = new Tree(key, [.. _tree is null ? [] : new[] { _tree }]);
        Count++;
        return movement;
    }

    [Command] internal void Remove(string key) => _items.Remove(key);

    [Command] internal void Forget() => _optional = null;

    [Query] internal Item? Find(string key) => _items.GetValueOrDefault(key);

    [Query] internal Item[] Cheapest(QueryContext context, int limit = 10) => context.Zxid == Zxid.None ? [] : [.. _items.Values.OrderBy(static i => i.Price).ThenBy(static i => i.Name, StringComparer.Ordinal).Take(limit)];
}

internal enum Level : byte
{
    Low,
    High,
}

internal sealed record Item(string Name, int Amount, decimal Price, ImmutableArray<string> Tags)
{
    public Size? Size { get; init; }
}

internal readonly record struct Size(byte Unit, double Width, double Height);

internal readonly record struct Movement(Zxid At, SessionId By, DateTimeOffset Time, Guid Id, int Lot);

internal sealed record Tree(string Key, Tree[] Children);
