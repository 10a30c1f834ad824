namespace Zab.Core;

/// <summary>The entries of one epoch in a history, without a gap: (epoch, First) … (epoch, First + count - 1), with their chain hashes.</summary>
internal sealed class EpochRun(uint epoch, uint first)
{
    private readonly List<ulong> _chains = [];

    internal uint Epoch { get; } = epoch;

    internal uint First { get; private set; } = first;

    internal int Count => _chains.Count;

    internal uint Last => First + (uint)_chains.Count - 1;

    internal bool Contains(uint counter) => counter >= First && counter - First < (uint)_chains.Count;

    internal ulong ChainAt(uint counter) => _chains[(int)(counter - First)];

    internal void Add(ulong chain) => _chains.Add(chain);

    internal void KeepThrough(uint counter) => _chains.RemoveRange((int)(counter - First) + 1, (int)(Last - counter));

    internal void DropThrough(uint counter)
    {
        _chains.RemoveRange(0, (int)(counter - First) + 1);
        First = counter + 1;
    }
}

/// <summary>The last zxid that a history holds of one epoch.</summary>
internal readonly record struct EpochEnd(uint Epoch, Zxid Last);

/// <summary>What this server knows of its own log: which zxids it holds, and the chain hash at each. The entries themselves are on disk.</summary>
/// <remarks>Invariant: contiguous from <see cref="Base"/> to <see cref="Last"/>; runs in ascending order of epoch, none empty.</remarks>
internal sealed class History
{
    private readonly List<EpochRun> _runs = [];

    internal History(HistoryPoint @base) => Base = Last = @base;

    /// <summary>What stands before the first entry of the log: the point of a snapshot, or empty.</summary>
    internal HistoryPoint Base { get; private set; }

    /// <summary>The last entry, or <see cref="Base"/> where there is none.</summary>
    internal HistoryPoint Last { get; private set; }

    internal long Count => _runs.Sum(static run => (long)run.Count);

    internal void Append(HistoryPoint point)
    {
        Invariant.Require(Entry.IsNext(Last.Zxid, point.Zxid), $"history would have a gap: {point.Zxid} after {Last.Zxid}");
        if (_runs.Count == 0 || _runs[^1].Epoch != point.Zxid.Epoch) _runs.Add(new EpochRun(point.Zxid.Epoch, point.Zxid.Counter));
        _runs[^1].Add(point.Chain);
        Last = point;
    }

    /// <summary>The chain hash at <paramref name="zxid"/>, if it is the base or an entry of this history.</summary>
    internal bool TryGet(Zxid zxid, out HistoryPoint point)
    {
        point = Base;
        if (zxid == Base.Zxid) return true;
        if (Find(zxid.Epoch) is not { } run || !run.Contains(zxid.Counter)) return false;
        point = new HistoryPoint(zxid, run.ChainAt(zxid.Counter));
        return true;
    }

    internal bool Contains(HistoryPoint point) => TryGet(point.Zxid, out HistoryPoint own) && own.Chain == point.Chain;

    /// <summary>The entry after <paramref name="zxid"/>, which is the base or an entry of this history; false at the end.</summary>
    internal bool TryNext(Zxid zxid, out Zxid next)
    {
        next = new Zxid(zxid.Epoch, zxid.Counter + 1);
        if (zxid.Counter != uint.MaxValue && Find(zxid.Epoch) is { } run && run.Contains(next.Counter)) return true;
        foreach (EpochRun later in _runs)
        {
            if (later.Epoch <= zxid.Epoch) continue;
            next = new Zxid(later.Epoch, later.First);
            return true;
        }

        next = zxid;
        return false;
    }

    /// <summary>The last zxid of each epoch, ascending; the base counts as the end of its epoch where the log holds nothing of it.</summary>
    internal EpochEnd[] EpochEnds()
    {
        var ends = new List<EpochEnd>(_runs.Count + 1);
        if (Base.Zxid != Zxid.None && (_runs.Count == 0 || _runs[0].Epoch != Base.Zxid.Epoch)) ends.Add(new EpochEnd(Base.Zxid.Epoch, Base.Zxid));
        foreach (EpochRun run in _runs) ends.Add(new EpochEnd(run.Epoch, new Zxid(run.Epoch, run.Last)));
        return [.. ends];
    }

    /// <summary>Drops every entry after <paramref name="zxid"/>, which must be the base or an entry.</summary>
    internal void TruncateAfter(Zxid zxid)
    {
        Invariant.Require(TryGet(zxid, out HistoryPoint point), $"history cannot be truncated to {zxid}, which it does not hold");
        while (_runs.Count > 0 && (_runs[^1].Epoch > zxid.Epoch || (_runs[^1].Epoch == zxid.Epoch && _runs[^1].First > zxid.Counter))) _runs.RemoveAt(_runs.Count - 1);
        if (_runs.Count > 0 && _runs[^1].Epoch == zxid.Epoch) _runs[^1].KeepThrough(zxid.Counter);
        Last = point;
    }

    /// <summary>Forgets everything: the history is now what a snapshot at <paramref name="base"/> stands for.</summary>
    internal void Reset(HistoryPoint @base)
    {
        _runs.Clear();
        Base = Last = @base;
    }

    /// <summary>Makes <paramref name="zxid"/>, an entry of this history, its base: the entries up to it are only in a snapshot from now on.</summary>
    internal void CompactThrough(Zxid zxid)
    {
        Invariant.Require(TryGet(zxid, out HistoryPoint point), $"history cannot be compacted to {zxid}, which it does not hold");
        while (_runs.Count > 0 && (_runs[0].Epoch < zxid.Epoch || (_runs[0].Epoch == zxid.Epoch && _runs[0].Last <= zxid.Counter))) _runs.RemoveAt(0);
        if (_runs.Count > 0 && _runs[0].Epoch == zxid.Epoch && _runs[0].First <= zxid.Counter) _runs[0].DropThrough(zxid.Counter);
        Base = point;
    }

    private EpochRun? Find(uint epoch)
    {
        for (int i = _runs.Count - 1; i >= 0; i--)
            if (_runs[i].Epoch == epoch) return _runs[i];
        return null;
    }
}
