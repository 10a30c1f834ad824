using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>What a server's disk holds for sure: the effect of every write that has completed, in the semantics of <see cref="Output.Write"/>.</summary>
internal sealed class Disk
{
    private readonly List<Entry> _log = [];
    private SnapshotInfo? _side;
    private Ensemble? _baseConfig;

    internal Disk(HardState state) => HardState = state;

    internal HardState HardState { get; private set; }

    internal HistoryPoint Base { get; private set; }

    internal IReadOnlyList<Entry> Log => _log;

    internal SnapshotInfo? Snapshot { get; private set; }

    internal HistoryPoint Last => _log.Count > 0 ? _log[^1].Point : Base;

    /// <summary>Carries out a write; gives the rule that it breaks, if it breaks one.</summary>
    internal string? Do(Output.Write write)
    {
        switch (write)
        {
            case Output.SaveHardState w: return Save(w.State);
            case Output.Append w: return Append(w.Entries);
            case Output.Truncate w: return Truncate(w.Target);
            case Output.BeginSnapshot w:
                _side = w.Snapshot;
                return null;
            case Output.StoreSnapshotChunk: return null;
            case Output.InstallSnapshot w: return Install(w.Snapshot);
            case Output.CompactLog w:
                Compact(w.Through);
                return null;
            default: throw new InvalidOperationException(write.ToString());
        }
    }

    /// <summary>The first entries of an append that the power loss cut off.</summary>
    internal string? Tear(Output.Append append, int kept) => Append(append.Entries[..kept]);

    internal bool Holds(Zxid zxid) => zxid <= Base.Zxid || _log.Exists(entry => entry.Zxid == zxid);

    internal bool Holds(HistoryPoint point) => point == Base || point.Zxid < Base.Zxid || _log.Exists(entry => entry.Point == point);

    internal RecoveredState Recover()
    {
        HardState = HardState with { Generation = HardState.Generation + 1 };
        var history = new History(Base);
        foreach (Entry entry in _log) history.Append(entry.Point);
        Ensemble[] first = (_baseConfig ?? HardState.Founding) is { } config ? [config] : [];
        IEnumerable<Ensemble> later = _log.Where(static entry => entry.Type == EntryType.Config).Select(static entry => Ensemble.Decode(entry.Payload.Span).At(entry.Zxid));
        return new RecoveredState(HardState, history, [.. first, .. later], Snapshot, _log.Count > 0 ? _log[^1].UtcTicks : Snapshot?.UtcTicks ?? 0, Damage: null);
    }

    internal Entry[] Read(Zxid after, Zxid through) => after < Base.Zxid ? [] : [.. _log.Where(entry => entry.Zxid > after && entry.Zxid <= through)];

    /// <summary>A snapshot of what stands up to an entry of the log.</summary>
    internal SnapshotInfo TakeSnapshot(Zxid at)
    {
        Entry entry = _log.Find(entry => entry.Zxid == at)!;
        return Snapshot = new SnapshotInfo(entry.Point, ConfigAt(at), entry.UtcTicks, Length: 1, entry.Chain);
    }

    private Ensemble ConfigAt(Zxid zxid) =>
        _log.FindLast(entry => entry.Zxid <= zxid && entry.Type == EntryType.Config) is { } entry ? Ensemble.Decode(entry.Payload.Span).At(entry.Zxid) : _baseConfig ?? HardState.Founding!;

    private string? Save(HardState state)
    {
        HardState old = HardState;
        HardState = state;
        return state.AcceptedEpoch < old.AcceptedEpoch || state.CurrentEpoch < old.CurrentEpoch || state.Generation < old.Generation
            ? $"I30: the hard state goes back from {Text(old)} to {Text(state)}"
            : state.CurrentEpoch > state.AcceptedEpoch ? $"I30: the hard state is {Text(state)}: adopted what was not promised"
            : null;
    }

    private string? Append(ReadOnlySpan<Entry> entries)
    {
        foreach (Entry entry in entries)
        {
            if (!entry.Follows(Last)) return $"I17: {entry.Zxid} is written after {Last}";
            _log.Add(entry);
        }

        return null;
    }

    private string? Truncate(HistoryPoint target)
    {
        if (!Holds(target)) return $"I17: the log is cut at {target}, which it does not hold";
        _log.RemoveAll(entry => entry.Zxid > target.Zxid);
        return null;
    }

    private string? Install(SnapshotInfo snapshot)
    {
        if (_side != snapshot) return $"I27: the snapshot at {snapshot.Point} is installed, and {_side?.Point.ToString() ?? "none"} was received";
        Snapshot = snapshot;
        Base = snapshot.Point;
        _baseConfig = snapshot.Config;
        _side = null;
        _log.Clear();
        return null;
    }

    private void Compact(Zxid through)
    {
        if (through <= Base.Zxid) return;
        _baseConfig = ConfigAt(through);
        Base = _log.Find(entry => entry.Zxid == through)!.Point;
        _log.RemoveAll(entry => entry.Zxid <= through);
    }

    private static string Text(HardState state) => $"(accepted {state.AcceptedEpoch}, current {state.CurrentEpoch}, generation {state.Generation})";
}
