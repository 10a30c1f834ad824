using Zab.Core;

namespace Zab.Replica;

/// <summary>The configurations that entries made, so that a snapshot can name the one at its zxid.</summary>
/// <remarks>Invariant: ascending by version.</remarks>
internal sealed class ConfigHistory(IEnumerable<Ensemble> recovered, Zxid applied)
{
    // Those of entries that are still to be applied come when they are: until then they may be truncated.
    private readonly List<Ensemble> _configs = [.. recovered.Where(config => config.Version <= applied)];

    /// <summary>What this server goes by, before any entry says so; later ones come as entries.</summary>
    internal void Base(Ensemble ensemble)
    {
        if (_configs.Count == 0) _configs.Add(ensemble);
    }

    internal void Applied(Entry entry)
    {
        Ensemble ensemble = Ensemble.Decode(entry.Payload.Span).At(entry.Zxid);
        _configs.RemoveAll(config => config.Version >= ensemble.Version);       // A base that was learned from a leader that is ahead of us.
        _configs.Add(ensemble);
    }

    internal void Reset(Ensemble ensemble)
    {
        _configs.Clear();
        _configs.Add(ensemble);
    }

    /// <summary>The last one up to <paramref name="zxid"/>; the oldest known where all are later; null where none is known.</summary>
    internal Ensemble? At(Zxid zxid) => _configs.FindLast(config => config.Version <= zxid) ?? (_configs.Count > 0 ? _configs[0] : null);
}
