using System.Collections.Concurrent;

namespace Zab.Simulator.Explore;

/// <summary>Contents of channels in one direction: each a number, 0 for the empty one. Safe for concurrent use.</summary>
internal sealed class MessageQueues
{
    /// <summary>The channel is open at the other end.</summary>
    internal const int Up = 0;

    /// <summary>Nothing comes any more.</summary>
    internal const int Down = 1;

    private const int FirstMessage = 2;

    private readonly SharedTable _shared;
    private readonly GrowingList<Content> _all = new();
    private readonly ConcurrentDictionary<(int Queue, int Item), int> _longer = [];
    private readonly Lock _lock = new();

    internal MessageQueues(SharedTable shared)
    {
        _shared = shared;
        _all.Add(new Content(Head: -1, Tail: 0, Last: -1, Before: 0, Hash: Mixer.Start));
    }

    /// <summary>The item that stands for a message of the table of shared objects.</summary>
    internal static int ItemOf(int message) => message + FirstMessage;

    internal static int MessageOf(int item) => item - FirstMessage;

    internal int Head(int queue) => _all[queue].Head;

    internal int Tail(int queue) => _all[queue].Tail;

    internal ulong Hash(int queue) => _all[queue].Hash;

    /// <summary>Whether the end of the channel is the last thing in it.</summary>
    internal bool IsEnded(int queue) => _all[queue].Last == Down;

    internal int Push(int queue, int item)
    {
        if (_longer.TryGetValue((queue, item), out int known)) return known;
        int tail = queue == 0 ? 0 : Push(_all[queue].Tail, item);
        lock (_lock)
        {
            if (_longer.TryGetValue((queue, item), out known)) return known;
            ulong hash = Mixer.Add(_all[queue].Hash, item < FirstMessage ? (ulong)item : _shared.HashOf(MessageOf(item)));
            int id = _all.Add(new Content(queue == 0 ? item : _all[queue].Head, tail, item, queue, hash));
            _longer[(queue, item)] = id;
            return id;
        }
    }

    internal IEnumerable<int> Items(int queue) => queue == 0 ? [] : Items(_all[queue].Before).Append(_all[queue].Last);

    private readonly record struct Content(int Head, int Tail, int Last, int Before, ulong Hash);
}
