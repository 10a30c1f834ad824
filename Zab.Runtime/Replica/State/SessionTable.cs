using Zab.Core;

namespace Zab.Replica;

/// <summary>A session and how long it may be silent.</summary>
internal readonly record struct SessionTimeout(SessionId Id, TimeSpan Timeout);

/// <summary>The sessions that live. A session that is not here has ended, or never was, and its requests are refused for ever: ids are zxids, never given twice.</summary>
internal sealed class SessionTable
{
    private readonly Dictionary<SessionId, SessionState> _sessions = [];

    /// <summary>Bytes of all answers kept. Invariant: ≤ <see cref="SessionLimits.TotalReplyBytesMax"/>.</summary>
    internal long Bytes { get; private set; }

    internal int Count => _sessions.Count;

    /// <summary>Every session, ascending by id; a dictionary has no order of its own that snapshots could have.</summary>
    internal IEnumerable<SessionState> Ascending => _sessions.Values.OrderBy(static session => session.Id.Value);

    internal bool IsFull => _sessions.Count >= SessionLimits.SessionsMax;

    /// <summary>Null where the session does not live, or this is not its secret.</summary>
    internal SessionState? Find(SessionId id, ulong secret) => _sessions.TryGetValue(id, out SessionState? session) && session.Secret == secret ? session : null;

    /// <summary>Null where the session does not live.</summary>
    internal SessionState? Find(SessionId id) => _sessions.GetValueOrDefault(id);

    /// <summary>Adds a new session, or one that a snapshot held.</summary>
    internal void Add(SessionState session)
    {
        Invariant.Require(_sessions.TryAdd(session.Id, session), $"session {session.Id} is created twice");
        Bytes += session.Bytes;
        Invariant.Require(Bytes <= SessionLimits.TotalReplyBytesMax, $"{Bytes} bytes of answers are kept");
    }

    internal void Close(SessionState session)
    {
        Invariant.Require(_sessions.Remove(session.Id), $"session {session.Id} is closed twice");
        Bytes -= session.Bytes;
    }

    /// <summary>Forgets the answers that the caller has.</summary>
    internal void Forget(SessionState session, ulong answeredThrough)
    {
        int before = session.Bytes;
        session.DropThrough(answeredThrough);
        Bytes += session.Bytes - before;
    }

    /// <summary>Takes the next number of the session. Over the bound of all sessions together it is this session that loses its oldest answers, and its newest last.</summary>
    internal void Take(SessionState session, in CachedReply reply)
    {
        int before = session.Bytes;
        session.Take(reply);
        Bytes += session.Bytes - before;
        while (Bytes > SessionLimits.TotalReplyBytesMax)
        {
            before = session.Bytes;
            session.DropOldest();
            Bytes += session.Bytes - before;
        }
    }
}
