namespace Zab.Testing.Linearizability;

/// <summary>The check of one part: the order of zxids first, then a search.</summary>
internal sealed class PartCheck
{
    private readonly ISequentialModel _model;
    private readonly SearchLimits _limits;
    private readonly Witness _witness;
    private Search? _search;

    internal PartCheck(HistoryPart part, ISequentialModel model, SearchLimits limits)
    {
        (Part, _model, _limits) = (part, model, limits);
        _witness = Witness.Try(part, model);
        Kind = _witness.Order is null ? VerdictKind.Unknown : VerdictKind.Legal;
    }

    internal HistoryPart Part { get; }

    /// <summary>Unknown as long as it is not certain.</summary>
    internal VerdictKind Kind { get; private set; }

    internal long Steps => _search?.Steps ?? 0;

    /// <summary>Goes on with the search for so many steps; how many were taken.</summary>
    internal long Search(long steps)
    {
        _search ??= new Search(Part, _model, _limits.Bytes);
        long before = _search.Steps;
        Kind = _search.Run(steps);
        return _search.Steps - before;
    }

    /// <summary>Of a legal part: the order that explains it.</summary>
    internal Operation[] Order() => _witness.Order ?? [.. _search!.Longest.Calls.Select(call => Part[call])];

    internal string Explain() => new Explanation(Part, _model, _witness.Broken, Kind, _search!).ToString();
}
