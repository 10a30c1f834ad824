using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>One epoch that a leader completed the discovery of.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="Leader">The place of its leader.</param>
/// <param name="IsEstablished">Whether a quorum took over its initial history.</param>
/// <param name="Initial">That history.</param>
internal sealed record EpochFact(uint Epoch, int Leader, bool IsEstablished, HistoryPath Initial);

/// <summary>What the checks remember of a path, and no server does. Immutable.</summary>
internal sealed record Ghost(HistoryPath Committed, IReadOnlyList<EpochFact> Epochs, int Reader, Zxid ReadFrom)
{
    /// <summary>Nothing is being read.</summary>
    internal const int NoReader = -1;

    internal EpochFact? Of(uint epoch)
    {
        foreach (EpochFact fact in Epochs)
            if (fact.Epoch == epoch) return fact;
        return null;
    }

    internal Ghost With(EpochFact fact) => this with { Epochs = [.. Epochs.Where(other => other.Epoch != fact.Epoch), fact] };

    internal ulong ContentHash()
    {
        ulong hash = Add(Mixer.Start, Committed.Last);
        foreach (EpochFact fact in Epochs) hash = Add(Mixer.Add(hash, ((ulong)fact.Epoch << 8) | ((ulong)fact.Leader << 1) | (fact.IsEstablished ? 1UL : 0)), fact.Initial.Last);
        return Mixer.Add(Mixer.Add(hash, (ulong)(Reader + 1)), ReadFrom.Value);
    }

    private static ulong Add(ulong hash, HistoryPoint point) => Mixer.Add(Mixer.Add(hash, point.Zxid.Value), point.Chain);
}

/// <summary>All that was remembered on any path: each content a number. Safe for concurrent use.</summary>
internal sealed class Ghosts
{
    private readonly GrowingList<(Ghost Ghost, ulong Hash)> _all = new();
    private readonly Dictionary<ulong, int> _byHash = [];
    private readonly Lock _lock = new();

    internal Ghost this[int id] => _all[id].Ghost;

    internal ulong Hash(int id) => _all[id].Hash;

    internal int IdOf(Ghost ghost)
    {
        ulong hash = ghost.ContentHash();
        lock (_lock)
        {
            if (_byHash.TryGetValue(hash, out int known)) return known;
            int id = _all.Add((ghost, hash));
            _byHash.Add(hash, id);
            return id;
        }
    }
}
