namespace Zab.Replica;

/// <summary>At the leader: which sessions have been silent for their timeout. By monotonic time; a new leader gives every session its full timeout again.</summary>
/// <remarks>Not safe for concurrent use. Only what was committed ends a session: what is due here is proposed, and stays due until <see cref="Closed"/>.</remarks>
internal sealed class SessionClock(TimeProvider time)
{
    /// <summary>An expiry that was proposed and not heard of is proposed again after this time.</summary>
    internal static readonly TimeSpan ProposeAgain = TimeSpan.FromSeconds(2);

    private readonly Dictionary<SessionId, Watched> _sessions = [];
    private readonly PriorityQueue<SessionId, long> _order = new();     // By a time at or before the session's own: a touch moves nothing here.

    internal int Count => _sessions.Count;

    /// <summary>This server has become the leader; these sessions live.</summary>
    internal void Start(IEnumerable<SessionTimeout> sessions)
    {
        _sessions.Clear();
        _order.Clear();
        foreach (SessionTimeout session in sessions) Created(session);
    }

    /// <summary>A session was created.</summary>
    internal void Created(SessionTimeout session)
    {
        long due = Now() + session.Timeout.Ticks;
        if (due < 0) due = long.MaxValue;                               // A timeout of millennia.
        if (_sessions.TryAdd(session.Id, new Watched(session.Timeout.Ticks) { Due = due })) _order.Enqueue(session.Id, due);
    }

    /// <summary>A session has ended.</summary>
    internal void Closed(SessionId session) => _sessions.Remove(session);

    /// <summary>These sessions were heard from; those that do not live are ignored.</summary>
    internal void Touch(ReadOnlySpan<SessionId> sessions)
    {
        long now = Now();
        foreach (SessionId session in sessions)
            if (_sessions.TryGetValue(session, out Watched? watched)) watched.Due = Math.Max(watched.Due, watched.Timeout > long.MaxValue - now ? long.MaxValue : now + watched.Timeout);
    }

    /// <summary>At most so many sessions whose expiry is to be proposed now.</summary>
    internal SessionId[] Due(int max)
    {
        long now = Now();
        var due = new List<SessionId>();
        while (due.Count < max && _order.TryPeek(out SessionId session, out long at) && at <= now)
        {
            if (!_sessions.TryGetValue(session, out Watched? watched))
            {
                _order.Dequeue();                                       // It has ended.
                continue;
            }

            if (watched.Due <= now)
            {
                due.Add(session);
                watched.Due = now + ProposeAgain.Ticks;
            }

            _order.DequeueEnqueue(session, watched.Due);
        }

        return [.. due];
    }

    private long Now() => time.GetElapsedTime(0).Ticks;

    private sealed class Watched(long timeout)
    {
        internal long Timeout => timeout;

        internal long Due { get; set; }
    }
}
