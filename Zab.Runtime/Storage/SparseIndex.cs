using Zab.Core;

namespace Zab.Storage;

/// <summary>The place of one entry in every so many bytes of a segment. One thread adds, others look up.</summary>
internal sealed class SparseIndex
{
    private readonly Lock _gate = new();
    private readonly int _everyBytes;
    private readonly List<(HistoryPoint Previous, long Offset)> _places = [];

    internal SparseIndex(HistoryPoint @base, long start, int everyBytes)
    {
        _everyBytes = everyBytes;
        _places.Add((@base, start));
    }

    internal void Note(HistoryPoint previous, long offset)
    {
        if (offset - _places[^1].Offset < _everyBytes) return;                  // Only the thread that adds gets here.
        lock (_gate) _places.Add((previous, offset));
    }

    /// <summary>The last place noted whose previous entry is not after <paramref name="zxid"/>; the first one, where each is.</summary>
    internal (HistoryPoint Previous, long Offset) Seek(Zxid zxid)
    {
        lock (_gate)
        {
            int low = 0, high = _places.Count;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (_places[middle].Previous.Zxid <= zxid) low = middle + 1;
                else high = middle;
            }

            return _places[Math.Max(0, low - 1)];
        }
    }
}
