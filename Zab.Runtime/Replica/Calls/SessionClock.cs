namespace Zab.Replica;

/// <summary>At the leader: which sessions have been silent for their timeout. By monotonic time; a new leader gives every session its full timeout again.</summary>
/// <remarks>Not safe for concurrent use. Only an entry ends a session: what is due here is proposed, and is due again until <see cref="Closed"/> is told.</remarks>
internal sealed class SessionClock(TimeProvider time) : ISessionClock
{
    /// <summary>A session that was due and has not ended is due again after this time.</summary>
    internal static readonly TimeSpan DueAgain = TimeSpan.FromSeconds(2);

    /// <summary>Sessions that are due at once; the others are so a moment later.</summary>
    internal const int DueMax = 1024;

    private readonly Dictionary<SessionId, Watched> _sessions = [];
    private readonly PriorityQueue<SessionId, long> _order = new();     // By a time at or before the session's own: a touch moves nothing here.

    internal int Count => _sessions.Count;

    public void Start(IReadOnlyList<SessionTimeout> sessions)
    {
        _sessions.Clear();
        _order.Clear();
        foreach (SessionTimeout session in sessions) Created(session.Id, session.Timeout);
    }

    public void Created(SessionId session, TimeSpan timeout)
    {
        long due = After(timeout.Ticks);
        if (_sessions.TryAdd(session, new Watched(timeout.Ticks) { Due = due })) _order.Enqueue(session, due);
    }

    public void Closed(SessionId session) => _sessions.Remove(session);

    /// <summary>The session was heard from; one that does not live is ignored.</summary>
    public void Touch(SessionId session)
    {
        if (_sessions.TryGetValue(session, out Watched? watched)) watched.Due = After(watched.Timeout);
    }

    public IReadOnlyList<SessionId> Due()
    {
        long now = Now();
        List<SessionId>? due = null;
        while (due is not { Count: >= DueMax } && _order.TryPeek(out SessionId session, out long at) && at <= now)
        {
            if (!_sessions.TryGetValue(session, out Watched? watched))
            {
                _order.Dequeue();                                       // It has ended.
                continue;
            }

            if (watched.Due <= now)
            {
                (due ??= []).Add(session);
                watched.Due = After(DueAgain.Ticks);
            }

            _order.DequeueEnqueue(session, watched.Due);
        }

        return due ?? (IReadOnlyList<SessionId>)[];
    }

    private long Now() => time.GetElapsedTime(0).Ticks;

    /// <summary>So long from now; a timeout of millennia never comes.</summary>
    private long After(long ticks) => Now() is var now && ticks > long.MaxValue - now ? long.MaxValue : now + ticks;

    private sealed class Watched(long timeout)
    {
        internal long Timeout => timeout;

        internal long Due { get; set; }
    }
}
