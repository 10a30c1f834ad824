namespace Zab.Testing;

/// <summary>Something that happens at one moment of simulated time.</summary>
internal abstract class Occurrence
{
    internal abstract void Happen();
}

/// <summary>Simulated time: what is to happen, in order. Of two at one moment, the one that was planned first comes first.</summary>
internal sealed class Timeline
{
    private readonly record struct Planned(long At, long Order, Occurrence What);

    private Planned[] _heap = new Planned[1024];
    private int _count;
    private long _order;

    /// <summary>In ticks of 100 ns, from the beginning of the simulation.</summary>
    internal long Now { get; private set; }

    internal int Count => _count;

    /// <summary>What happens next; null where nothing will.</summary>
    internal long? Next => _count > 0 ? _heap[0].At : null;

    internal void After(long ticks, Occurrence what) => At(Now + Math.Max(0, ticks), what);

    internal void After(long ticks, Action what) => After(ticks, new Call(what));

    internal void At(long at, Occurrence what)
    {
        if (_count == _heap.Length) Array.Resize(ref _heap, _heap.Length * 2);
        var planned = new Planned(Math.Max(at, Now), ++_order, what);
        int place = _count++;
        while (place > 0 && IsBefore(planned, _heap[(place - 1) / 2]))
        {
            _heap[place] = _heap[(place - 1) / 2];
            place = (place - 1) / 2;
        }

        _heap[place] = planned;
    }

    /// <summary>Moves time to the next occurrence and gives it; it is for the caller to let it happen.</summary>
    internal Occurrence Take()
    {
        Planned first = _heap[0];
        Planned last = _heap[--_count];
        _heap[_count] = default;
        int place = 0;
        while ((2 * place) + 1 is var child && child < _count)
        {
            if (child + 1 < _count && IsBefore(_heap[child + 1], _heap[child])) child++;
            if (!IsBefore(_heap[child], last)) break;
            _heap[place] = _heap[child];
            place = child;
        }

        if (_count > 0) _heap[place] = last;
        Now = first.At;
        return first.What;
    }

    /// <summary>Nothing happens until then.</summary>
    internal void Skip(long to) => Now = Math.Max(Now, to);

    private static bool IsBefore(in Planned left, in Planned right) => left.At < right.At || (left.At == right.At && left.Order < right.Order);

    private sealed class Call(Action what) : Occurrence
    {
        internal override void Happen() => what();
    }
}
