using Xunit;
using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>What one server's disk holds for sure: the effect of every write that has completed.</summary>
internal sealed class ModelDisk(ServerId server, ulong incarnation)
{
    private SnapshotInfo? _side;
    private Ensemble? _baseConfig;

    internal HardState HardState { get; private set; } = new() { ServerId = server, Incarnation = new Incarnation(incarnation) };

    internal HistoryPoint Base { get; private set; }

    internal List<Entry> Log { get; private set; } = [];

    internal SnapshotInfo? Snapshot { get; private set; }

    internal HistoryPoint Last => Log.Count > 0 ? Log[^1].Point : Base;

    internal static ModelDisk With(ServerId server, ulong incarnation, HardState state, IEnumerable<Entry> log) =>
        new(server, incarnation) { HardState = state, Log = [.. log] };

    internal void Do(Output.Write write)
    {
        switch (write)
        {
            case Output.SaveHardState w: HardState = w.State; break;
            case Output.Append w:
                foreach (Entry entry in w.Entries)
                {
                    Assert.True(entry.Follows(Last), $"server {HardState.ServerId} writes {entry} after {Last}");
                    Log.Add(entry);
                }

                break;
            case Output.Truncate w:
                Assert.True(Holds(w.Target), $"server {HardState.ServerId} truncates to {w.Target}, which it does not hold");
                Log.RemoveAll(entry => entry.Zxid > w.Target.Zxid);
                break;
            case Output.BeginSnapshot w: _side = w.Snapshot; break;
            case Output.StoreSnapshotChunk: break;
            case Output.InstallSnapshot w:
                Assert.Equal(_side, w.Snapshot);
                Snapshot = w.Snapshot;
                Base = w.Snapshot.Point;
                _baseConfig = w.Snapshot.Config;
                Log.Clear();
                break;
            case Output.CompactLog w:
                if (w.Through <= Base.Zxid) break;
                _baseConfig = ConfigAt(w.Through);
                Base = Log.Find(entry => entry.Zxid == w.Through)!.Point;
                Log.RemoveAll(entry => entry.Zxid <= w.Through);
                break;
            default: throw new InvalidOperationException(write.ToString());
        }
    }

    /// <summary>The configuration in force at an entry of the log.</summary>
    internal Ensemble ConfigAt(Zxid zxid) =>
        Log.FindLast(entry => entry.Zxid <= zxid && entry.Type == EntryType.Config) is { } entry
            ? Ensemble.Decode(entry.Payload.Span).At(entry.Zxid)
            : _baseConfig ?? HardState.Founding!;

    internal void Take(SnapshotInfo snapshot) => Snapshot = snapshot;

    internal bool Holds(HistoryPoint point) => point == Base || point.Zxid < Base.Zxid || Log.Exists(entry => entry.Point == point);

    internal RecoveredState Recover()
    {
        HardState = HardState with { Generation = HardState.Generation + 1 };
        var history = new History(Base);
        foreach (Entry entry in Log) history.Append(entry.Point);
        var configs = new List<Ensemble>();
        if ((_baseConfig ?? HardState.Founding) is { } first) configs.Add(first);
        configs.AddRange(Log.Where(static entry => entry.Type == EntryType.Config).Select(static entry => Ensemble.Decode(entry.Payload.Span).At(entry.Zxid)));
        return new RecoveredState(HardState, history, [.. configs], Snapshot, Log.Count > 0 ? Log[^1].UtcTicks : Snapshot?.UtcTicks ?? 0, Damage: null);
    }

    /// <summary>Up to <paramref name="count"/> entries after this zxid.</summary>
    internal Entry[] Read(Zxid after, Zxid through, int count)
    {
        if (after < Base.Zxid) return [];
        return [.. Log.Where(entry => entry.Zxid > after && entry.Zxid <= through).Take(count)];
    }
}
