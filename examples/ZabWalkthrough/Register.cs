using Zab;

namespace ZabWalkthrough;

/// <summary>One value by key, as in the stories that are told of ZooKeeper.</summary>
[Replicated]
public sealed partial class Register
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    [Command] public void Set(string key, string value) => _values[key] = value;
    [Query] public string? Get(string key) => _values.GetValueOrDefault(key);
}
