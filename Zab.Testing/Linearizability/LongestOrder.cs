namespace Zab.Testing.Linearizability;

/// <summary>The order of calls, of all that a search went along, that placed the most required calls. Copies only what changed since the last copy.</summary>
internal sealed class LongestOrder
{
    private readonly List<int> _calls = [];
    private int _same;                                      // So many calls at the beginning are those of the search's path. Invariant: ≤ _calls.Count.
    private int _required = -1;

    /// <summary>The calls in their order, open ones among them.</summary>
    internal IReadOnlyList<int> Calls => _calls;

    /// <summary>The search is at the end of a path on which so many required calls are placed.</summary>
    internal void Note(List<Node> path, int required)
    {
        if (required <= _required) return;
        _required = required;
        _calls.RemoveRange(_same, _calls.Count - _same);
        for (int i = _same; i < path.Count - 1; i++) _calls.Add(path[i].Placed);
        _same = _calls.Count;
    }

    /// <summary>The search took back all calls but so many at the beginning.</summary>
    internal void Leave(int calls) => _same = Math.Min(_same, calls);
}
