using System.Collections.Concurrent;
using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>A history, as its last point and the history before it. There is one object for each, as the chain hash in a point stands for all that is before it.</summary>
internal sealed class HistoryPath
{
    private readonly ConcurrentDictionary<HistoryPoint, HistoryPath> _next = [];

    private HistoryPath(HistoryPath? before, HistoryPoint last)
    {
        Before = before;
        Last = last;
        Count = before is null ? 0 : before.Count + 1;
    }

    internal HistoryPath? Before { get; }

    internal HistoryPoint Last { get; }

    internal Zxid Zxid => Last.Zxid;

    internal int Count { get; }

    internal static HistoryPath NewEmpty() => new(null, default);

    internal HistoryPath Then(HistoryPoint point) => _next.TryGetValue(point, out HistoryPath? known) ? known : _next.GetOrAdd(point, static (p, before) => new HistoryPath(before, p), this);

    /// <summary>Whether this history begins with the other one, or is it.</summary>
    internal bool StartsWith(HistoryPath other)
    {
        HistoryPath? at = this;
        while (at is not null && at.Count > other.Count) at = at.Before;
        return at == other;
    }

    /// <summary>This history up to the entry with that zxid; null where it holds none.</summary>
    internal HistoryPath? Through(Zxid zxid)
    {
        HistoryPath? at = this;
        while (at is not null && at.Zxid > zxid) at = at.Before;
        return at?.Zxid == zxid ? at : null;
    }

    /// <summary>A zxid that stands in both histories, for different entries.</summary>
    internal Zxid? Conflict(HistoryPath other)
    {
        HistoryPath? a = this, b = other;
        while (a is not null && b is not null && a != b)
        {
            if (a.Zxid == b.Zxid && a.Last != b.Last) return a.Zxid;
            if (a.Zxid >= b.Zxid) a = a.Before;
            else b = b.Before;
        }

        return null;
    }

    /// <summary>The points from the first to the last.</summary>
    internal IEnumerable<HistoryPoint> Points() => Before is null ? [] : Before.Points().Append(Last);

    public override string ToString() => Before is null ? "empty" : string.Join(' ', Points().Select(static point => point.Zxid));
}

/// <summary>Finds the path of any point that stood in a history once: a server whose log begins at a snapshot still stands for all before it.</summary>
internal sealed class HistoryPaths
{
    private readonly ConcurrentDictionary<HistoryPoint, HistoryPath> _all = [];

    internal HistoryPaths() => _all[Empty.Last] = Empty;

    internal HistoryPath Empty { get; } = HistoryPath.NewEmpty();

    internal HistoryPath At(HistoryPoint point) => _all[point];

    internal HistoryPath Then(HistoryPath before, HistoryPoint point)
    {
        HistoryPath path = before.Then(point);
        _all.TryAdd(point, path);
        return path;
    }
}
