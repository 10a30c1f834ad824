using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>Every configuration that stands, or stood, in some history.</summary>
internal sealed class Configs(Ensemble startList, Histories histories)
{
    private readonly List<Ensemble> _all = [];          // Ascending by version; without the founding one.

    /// <summary>The record of the founding; the start list until one is known.</summary>
    internal Ensemble Founding { get; private set; } = startList;

    private bool _isFounded;

    /// <summary>I25: there is one founding record.</summary>
    internal void Found(ServerRecord server, Ensemble record)
    {
        if (!_isFounded)
        {
            (_isFounded, Founding) = (true, record);
            return;
        }

        Rule.Require("I25", ReferenceEquals(record, Founding) || record.Members.AsSpan().SequenceEqual(Founding.Members.AsSpan()),
            $"server {server.Id} belongs to an ensemble founded as ({record}), and the others to one founded as ({Founding})");
    }

    internal void Add(Ensemble config)
    {
        int place = _all.Count;
        while (place > 0 && _all[place - 1].Version > config.Version) place--;
        if (place == 0 || _all[place - 1].Version != config.Version) _all.Insert(place, config);
    }

    /// <summary>The configuration at <paramref name="zxid"/>, in the history that ends there.</summary>
    internal Ensemble At(Zxid zxid)
    {
        for (int i = _all.Count - 1; i >= 0; i--)
            if (_all[i].Version <= zxid && histories.Contains(zxid, _all[i].Version)) return _all[i];
        return Founding;
    }

    /// <summary>The configuration before this one, in the same history.</summary>
    internal Ensemble Before(Ensemble config)
    {
        for (int i = _all.Count - 1; i >= 0; i--)
            if (_all[i].Version < config.Version && histories.Contains(config.Version, _all[i].Version)) return _all[i];
        return Founding;
    }

    /// <summary>Whether a configuration means this directory: one that does not know yet means any that was founded.</summary>
    internal static bool Names(Member voter, Incarnation incarnation, bool isFounded) => voter.Incarnation.IsNone ? isFounded : voter.Incarnation == incarnation;

    /// <summary>Whether every quorum of one meets every quorum of the other.</summary>
    internal static bool Meet(Ensemble a, Ensemble b)
    {
        int both = a.Voters.Count(voter => b.IsVoter(voter.Id));
        int leastOfA = Math.Max(0, a.QuorumSize - (a.Voters.Length - both));
        int leastOfB = Math.Max(0, b.QuorumSize - (b.Voters.Length - both));
        return leastOfA + leastOfB > both;
    }
}
