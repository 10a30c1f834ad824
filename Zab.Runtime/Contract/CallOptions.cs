namespace Zab;

/// <summary>What a call learned: its place in the order, and how old a local read was. One receipt serves one call at a time.</summary>
public sealed class Receipt
{
    /// <summary>Of a command: the zxid it was applied at, the first one where an answer was repeated. Of a query: the last zxid applied to the state it read.</summary>
    public Zxid Zxid { get; internal set; }

    /// <summary>Of a query: how long ago this server last heard that its state was current; zero for a linearizable one.</summary>
    public TimeSpan Age { get; internal set; }
}

/// <summary>How a client bound by <c>With</c> calls.</summary>
public readonly record struct CallOptions
{
    /// <summary>The session that the call speaks for; where not given, the session of this process.</summary>
    public Session? Session { get; init; }

    /// <summary>The number of a command within <see cref="Session"/>: 1, 2, 3 … A repeated number is executed once and answered alike each time. Needs <see cref="Session"/>.</summary>
    public ulong? Request { get; init; }

    /// <summary>How fresh a query that names no level must be.</summary>
    public Read Read { get; init; }

    /// <summary>Filled in when the call completes.</summary>
    public Receipt? Receipt { get; init; }
}
