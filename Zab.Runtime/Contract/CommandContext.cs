namespace Zab;

/// <summary>What a command may know beyond its arguments and the state; the same on every server.</summary>
/// <remarks>It cannot be captured or stored; copy first: <c>DateTimeOffset now = context.Now;</c>.</remarks>
public readonly ref struct CommandContext
{
    private readonly ApplyScope _scope;

    internal CommandContext(ApplyScope scope) => _scope = scope;

    /// <summary>The place of this command in the order.</summary>
    public Zxid Zxid => _scope.Zxid;

    /// <summary>The time in UTC, stamped by the leader as part of the proposal; it never goes back from one zxid to the next.</summary>
    public DateTimeOffset Now => _scope.Now;

    /// <summary>The session that the command was called in.</summary>
    public SessionId Session => _scope.Session;

    /// <summary>Random numbers, the same on every server. Predictable: never use them for a secret.</summary>
    public DeterministicRandom Random => _scope.Random;

    /// <summary>A new version 4 <see cref="Guid"/>, the same on every server. Predictable: never use it for a secret.</summary>
    public Guid NewGuid() => _scope.Random.NextGuid();

    /// <summary>A context for a unit test that calls a command directly.</summary>
    /// <param name="now">What <see cref="Now"/> gives.</param>
    /// <param name="session">What <see cref="Session"/> gives.</param>
    /// <param name="zxid">What <see cref="Zxid"/> gives; 1/1 where it is not given.</param>
    public static CommandContext ForTest(DateTimeOffset now, SessionId session = default, Zxid? zxid = null)
    {
        var scope = new ApplyScope();
        scope.Begin(zxid ?? new Zxid(1, 1), now, session, seed: (zxid ?? new Zxid(1, 1)).Value);
        return new CommandContext(scope);
    }
}

/// <summary>What a query may know beyond its arguments and the state.</summary>
public readonly ref struct QueryContext
{
    internal QueryContext(Zxid zxid, DateTimeOffset now) => (Zxid, Now) = (zxid, now);

    /// <summary>The last zxid applied to the state that is read.</summary>
    public Zxid Zxid { get; }

    /// <summary>The leader's time, in UTC, of the last applied entry.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>A context for a unit test that calls a query directly.</summary>
    public static QueryContext ForTest(DateTimeOffset now, Zxid? zxid = null) => new(zxid ?? new Zxid(1, 1), now);
}

/// <summary>What the copies of one <see cref="CommandContext"/> share: one object for each applier, begun again for each entry.</summary>
internal sealed class ApplyScope
{
    internal Zxid Zxid { get; private set; }

    internal DateTimeOffset Now { get; private set; }

    internal SessionId Session { get; private set; }

    internal DeterministicRandom Random { get; } = new(0);

    internal void Begin(Zxid zxid, DateTimeOffset now, SessionId session, ulong seed)
    {
        Zxid = zxid;
        Now = now;
        Session = session;
        Random.Reseed(seed);
    }
}
