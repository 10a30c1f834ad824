using System.Globalization;

namespace Zab.Tests.Linearizability;

/// <summary>One value, 0 at first.</summary>
internal sealed class Register : TextModel
{
    protected override string Initial => "0";

    protected override string[] Queries => ["read"];

    internal override string[] Samples => ["read()", "read()", "write(%)", "write(%)", "cas(%,%)"];

    protected override (string State, string Answer) Run(string state, string name, string[] with) => name switch
    {
        "read" => (state, state),
        "write" => (with[0], "ok"),
        "cas" => state == with[0] ? (with[1], "true") : (state, "false"),
        _ => throw new ArgumentException($"a register has no {name}"),
    };
}

/// <summary>A number, 0 at first.</summary>
internal sealed class Counter : TextModel
{
    protected override string Initial => "0";

    protected override string[] Queries => ["get"];

    internal override string[] Samples => ["get()", "add(%)", "add(1)", "bump(1)"];

    protected override (string State, string Answer) Run(string state, string name, string[] with)
    {
        if (name == "get") return (state, state);
        string sum = (int.Parse(state, CultureInfo.InvariantCulture) + int.Parse(with[0], CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture);
        return (sum, name == "bump" ? "ok" : sum);          // A bump does not say what it came to.
    }
}

/// <summary>First in, first out.</summary>
internal sealed class TextQueue : TextModel
{
    protected override string[] Queries => ["peek"];

    internal override string[] Samples => ["enqueue(%)", "enqueue(%)", "dequeue()", "peek()"];

    protected override (string State, string Answer) Run(string state, string name, string[] with)
    {
        string[] items = state.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string first = items.Length == 0 ? "empty" : items[0];
        return name switch
        {
            "enqueue" => (string.Join(' ', [.. items, with[0]]), "ok"),
            "peek" => (state, first),
            "dequeue" => (string.Join(' ', items.Skip(1)), first),
            _ => throw new ArgumentException($"a queue has no {name}"),
        };
    }
}

/// <summary>Elements without order; insert and remove say whether they changed anything.</summary>
internal sealed class TextSet : TextModel
{
    protected override string[] Queries => ["contains"];

    internal override string[] Samples => ["insert(%)", "remove(%)", "contains(%)"];

    protected override (string State, string Answer) Run(string state, string name, string[] with)
    {
        var items = new SortedSet<string>(state.Split(' ', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
        bool answer = name switch
        {
            "insert" => items.Add(with[0]),
            "remove" => items.Remove(with[0]),
            "contains" => items.Contains(with[0]),
            _ => throw new ArgumentException($"a set has no {name}"),
        };
        return (string.Join(' ', items), answer ? "true" : "false");
    }
}

/// <summary>Values by key; independent of each other.</summary>
internal sealed class Keys : TextModel
{
    protected override string[] Queries => ["get"];

    internal override string[] Samples => ["get(%)", "get(%)", "put(%,%)", "put(%,%)", "delete(%)"];

    protected override (string State, string Answer) Run(string state, string name, string[] with)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string[] pair in state.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static item => item.Split('='))) values.Add(pair[0], pair[1]);
        string answer = values.GetValueOrDefault(with[0], "none");
        if (name == "put") (values[with[0]], answer) = (with[1], "ok");
        else if (name == "delete") answer = values.Remove(with[0]) ? "true" : "false";
        else if (name != "get") throw new ArgumentException($"there is no {name}");
        return (string.Join(' ', values.Select(static pair => $"{pair.Key}={pair.Value}")), answer);
    }
}
