namespace Zab.Tests.Simulations;

/// <summary>Answers with the order in which a Dictionary gives its keys: that of insertions and removals on one server, that of the snapshot on another.</summary>
[Replicated]
public sealed partial class IteratesADictionary
{
    private readonly Dictionary<string, int> _values = [];

    [Command] public void Add(string key, int value) => _values[key] = value;
    [Command] public bool Remove(string key) => _values.Remove(key);
    [Command] public string First() => _values.Keys.FirstOrDefault() ?? "";
}

/// <summary>Keeps a sum beside the values, and forgets to renew it. A server that has loaded a snapshot has no sum yet, and counts anew.</summary>
[Replicated]
public sealed partial class CachesASum
{
    private readonly Basket _basket = new();

    [Command] public void Add(int value) => _basket.Values.Add(value);
    [Command] public int Sum() => _basket.Sum();
}

public sealed class Basket
{
    private int? _sum;

    public List<int> Values { get; set; } = [];

    public int Sum() => _sum ??= Values.Sum();
}
