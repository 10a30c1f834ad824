namespace Zab.Core;

/// <summary>The newest entries of the log, kept in memory for learners that are nearly up to date, and until they are durable.</summary>
/// <remarks>Invariant: contiguous, and its last entry is the last of the history; or empty.</remarks>
internal sealed class RecentEntries
{
    private readonly List<Entry> _entries = [];
    private int _head;
    private long _bytes;

    internal void Add(Entry entry)
    {
        Invariant.Require(_head == _entries.Count || _entries[^1].Zxid == entry.PrevZxid, $"recent entries would have a gap before {entry.Zxid}");
        _entries.Add(entry);
        _bytes += entry.SizeBytes;
    }

    /// <summary>Forgets the oldest entries beyond the bound, as long as they can be read from disk.</summary>
    internal void Trim(Zxid lastDurable)
    {
        while (_bytes > Limits.RecentBytesMax && _head < _entries.Count && _entries[_head].Zxid <= lastDurable)
        {
            _bytes -= _entries[_head].SizeBytes;
            _entries[_head++] = null!;
        }

        if (_head < 1024 || _head < _entries.Count / 2) return;
        _entries.RemoveRange(0, _head);
        _head = 0;
    }

    internal void TruncateAfter(Zxid zxid)
    {
        while (_entries.Count > _head && _entries[^1].Zxid > zxid)
        {
            _bytes -= _entries[^1].SizeBytes;
            _entries.RemoveAt(_entries.Count - 1);
        }
    }

    internal void Clear()
    {
        _entries.Clear();
        _head = 0;
        _bytes = 0;
    }

    /// <summary>The entries after <paramref name="after"/> up to <paramref name="through"/>, as many as one PROPOSAL takes; null where the first of them is not kept any more.</summary>
    internal Entry[]? Batch(Zxid after, Zxid through)
    {
        int first = IndexAfter(after);
        if (first == _entries.Count || _entries[first].PrevZxid != after) return null;
        int end = first;
        for (int bytes = 0; end < _entries.Count && _entries[end].Zxid <= through && end - first < Limits.BatchEntriesMax && bytes < Limits.BatchBytes; end++)
            bytes += _entries[end].SizeBytes;
        return end == first ? null : [.. _entries[first..end]];
    }

    /// <summary>The index of the first entry above <paramref name="zxid"/>.</summary>
    private int IndexAfter(Zxid zxid)
    {
        int low = _head, high = _entries.Count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (_entries[middle].Zxid <= zxid) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
