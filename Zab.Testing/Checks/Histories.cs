using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>Every history that there ever was, as one tree. A zxid has one chain hash for ever, which stands for all before it: it names a history.</summary>
/// <remarks>That a zxid never has two is I11, checked wherever one is seen. A branch of the tree is an epoch; it begins where its leader began.</remarks>
internal sealed class Histories
{
    private readonly Dictionary<uint, EpochRecord> _epochs = [];
    private readonly List<EpochRecord> _established = [];       // Ascending by epoch.
    private EpochRecord _last = new(0);

    /// <summary>The record of an epoch; made where there is none.</summary>
    internal EpochRecord At(uint epoch)
    {
        if (_last.Epoch == epoch) return _last;
        if (!_epochs.TryGetValue(epoch, out EpochRecord? record)) _epochs.Add(epoch, record = new EpochRecord(epoch));
        return _last = record;
    }

    internal bool TryChain(Zxid zxid, out ulong chain) => At(zxid.Epoch).TryChain(zxid.Counter, out chain);

    internal bool IsKnown(Zxid zxid) => zxid == Zxid.None || TryChain(zxid, out _);

    /// <summary>Notes an entry, or the base of a log, of which <paramref name="previous"/> is not known.</summary>
    internal void Add(HistoryPoint point, Zxid? previous) => At(point.Zxid.Epoch).Add(point, previous);

    /// <summary>The last entry that two histories share, each named by its last entry.</summary>
    internal Zxid Common(Zxid a, Zxid b)
    {
        while (a.Epoch != b.Epoch)
        {
            if (a.Epoch < b.Epoch) (a, b) = (b, a);
            if (At(a.Epoch).Parent is not { } parent) return b;     // It begins with a snapshot: nothing is known of what stands before.
            a = parent;
        }

        return a < b ? a : b;
    }

    /// <summary>Whether the history that ends with <paramref name="last"/> holds <paramref name="zxid"/>.</summary>
    internal bool Contains(Zxid last, Zxid zxid) => last.Epoch == zxid.Epoch ? zxid.Counter <= last.Counter : last > zxid && Common(last, zxid) == zxid;

    /// <summary>Whether one of two histories is the beginning of the other.</summary>
    internal bool IsOneOrder(Zxid a, Zxid b) => a < b ? Contains(b, a) : Contains(a, b);

    internal void Establish(EpochRecord epoch, ServerRecord leader, Zxid initialEnd)
    {
        epoch.Establish(leader, initialEnd);
        _established.Insert(CountThrough(epoch.Epoch), epoch);
    }

    /// <summary>The last epoch below this one in which a leader was established.</summary>
    internal EpochRecord? EstablishedBefore(uint epoch)
    {
        int count = CountThrough(epoch - 1);
        return count == 0 ? null : _established[count - 1];
    }

    /// <summary>The first epoch above this one in which a leader was established.</summary>
    internal EpochRecord? EstablishedAfter(uint epoch)
    {
        int count = CountThrough(epoch);
        return count == _established.Count ? null : _established[count];
    }

    internal int EstablishedCount => _established.Count;

    /// <summary>How many of the established epochs are at most this one.</summary>
    private int CountThrough(uint epoch)
    {
        int low = 0, high = _established.Count;
        if (high > 0 && _established[^1].Epoch <= epoch) return high;       // Mostly it is the last one.
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_established[middle].Epoch <= epoch) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
