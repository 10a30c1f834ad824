using Zab.Core;
using Zab.Replica;
using Zab.Testing;

namespace Zab.Scenarios;

/// <summary>What became of sessions, as the entries that were applied tell it: which numbers were executed, in which order, and when a session ended.</summary>
internal sealed class SessionLog
{
    private readonly SortedSet<(Zxid Zxid, ulong Session, ulong Number)> _executed = [];
    private readonly SortedDictionary<ulong, (Zxid Zxid, long At)> _ended = [];
    private readonly SortedDictionary<Zxid, long> _times = [];

    internal SessionLog(World world)
    {
        world.OnExecuted = (session, number, zxid) => _executed.Add((zxid, session.Value, number));
        world.OnEntry = entry =>
        {
            _times.TryAdd(entry.Zxid, entry.UtcTicks);
            if (Ends(entry) is { } session) _ended.TryAdd(session.Value, (entry.Zxid, world.Time.Now));
        };
    }

    /// <summary>The leader's time of each entry that was applied, in the order of the entries.</summary>
    internal IReadOnlyCollection<long> EntryTimes => _times.Values;

    /// <summary>The numbers that were executed, in the order of their zxids; one that ran twice stands there twice.</summary>
    internal ulong[] Executed(Session session) => [.. _executed.Where(executed => executed.Session == session.Id.Value).Select(static executed => executed.Number)];

    /// <summary>When, in simulated ticks, the end of the session was first applied; null while it lives.</summary>
    internal long? EndedAt(Session session) => _ended.TryGetValue(session.Id.Value, out (Zxid, long At) ended) ? ended.At : null;

    /// <summary>Which session the entry is to end; null where it ends none.</summary>
    internal static SessionId? Ends(Entry entry)
    {
        if (entry.Type != EntryType.Request) return null;
        Request request = RequestCodec.Decode(entry.Payload.Span);
        return request.Kind is RequestKind.ExpireSession or RequestKind.CloseSession ? request.Session : null;
    }
}
