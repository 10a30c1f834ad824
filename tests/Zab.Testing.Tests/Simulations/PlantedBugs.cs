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

/// <summary>Keeps the value that was read last in a field, and forgets to renew it: each server answers with a past of its own.</summary>
[Replicated]
public sealed partial class CachesAField
{
    private readonly Dictionary<string, int> _values = [];
    private string? _cachedKey;
    private int _cached;

    [Command] public void Set(string key, int value) => _values[key] = value;

    [Query]
    public int Get(string key)
    {
        if (_cachedKey != key) (_cachedKey, _cached) = (key, _values.GetValueOrDefault(key));
        return _cached;
    }
}
