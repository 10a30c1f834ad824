namespace Zab.Replica;

/// <summary>What taking from a <see cref="WorkQueue{T}"/> came to.</summary>
internal enum Taken : byte { Items, Nothing, Closed }

/// <summary>Hands work to one thread. The taker gets all that has gathered at once, so that a batch costs one wake-up.</summary>
internal sealed class WorkQueue<T>
{
    private readonly object _gate = new();      // Waited on, so no Lock.
    private readonly List<T> _items = [];
    private bool _isClosed;

    /// <summary>Called after something was posted, and after the close.</summary>
    internal Action? Woken { private get; set; }

    /// <summary>How long taking may have to wait: not at all, where something is there or the queue is closed.</summary>
    internal TimeSpan Patience(TimeSpan otherwise)
    {
        lock (_gate) return _items.Count > 0 || _isClosed ? TimeSpan.Zero : otherwise;
    }

    /// <summary>False where the queue is closed: then nobody will take the item.</summary>
    internal bool Post(T item)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            _items.Add(item);
            Monitor.Pulse(_gate);
        }

        Woken?.Invoke();
        return true;
    }

    /// <summary>All of them, to be taken together.</summary>
    internal bool Post(List<T> items)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            _items.AddRange(items);
            Monitor.Pulse(_gate);
        }

        Woken?.Invoke();
        return true;
    }

    /// <summary>Moves everything posted behind what <paramref name="into"/> holds; waits where there is nothing. What was posted before a close is still taken.</summary>
    internal Taken Take(List<T> into, TimeSpan timeout)
    {
        lock (_gate)
        {
            while (_items.Count == 0)
            {
                if (_isClosed) return Taken.Closed;
                if (timeout == TimeSpan.Zero || !Monitor.Wait(_gate, timeout)) return Taken.Nothing;
            }

            into.AddRange(_items);
            _items.Clear();
            return Taken.Items;
        }
    }

    /// <summary>Nothing can be posted any more.</summary>
    internal void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }

        Woken?.Invoke();
    }
}
