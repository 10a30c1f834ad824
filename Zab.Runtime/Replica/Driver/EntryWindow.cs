using Zab.Core;

namespace Zab.Replica;

/// <summary>The newest entries of the log, kept in memory until they are applied. The loop adds and cuts, the applier takes.</summary>
/// <remarks>Invariant: contiguous. An entry that is not here, because the bound was reached, is read from the log.</remarks>
internal sealed class EntryWindow(long bytesMax)
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private int _head;                          // Those before it were applied.
    private long _bytes;

    internal void Append(Entry[] entries)
    {
        lock (_gate)
        {
            foreach (Entry entry in entries)
            {
                if (_head < _entries.Count && _entries[^1].Zxid != entry.PrevZxid) RemoveAll();     // The log goes on elsewhere: after a snapshot.
                _entries.Add(entry);
                _bytes += entry.SizeBytes;
            }

            while (_bytes > bytesMax) DropFirst();
            Compact();
        }
    }

    internal void TruncateAfter(Zxid target)
    {
        lock (_gate)
        {
            while (_entries.Count > _head && _entries[^1].Zxid > target)
            {
                _bytes -= _entries[^1].SizeBytes;
                _entries.RemoveAt(_entries.Count - 1);
            }
        }
    }

    internal void Clear()
    {
        lock (_gate) RemoveAll();
    }

    /// <summary>Adds the entries after <paramref name="after"/>, which was applied, up to <paramref name="through"/>; none where the first of them is not here.</summary>
    internal void Take(Zxid after, Zxid through, int entriesMax, List<Entry> into)
    {
        lock (_gate)
        {
            while (_head < _entries.Count && _entries[_head].Zxid <= after) DropFirst();
            Compact();
            if (_head == _entries.Count || _entries[_head].PrevZxid != after) return;
            for (int i = _head; i < _entries.Count && i - _head < entriesMax && _entries[i].Zxid <= through; i++) into.Add(_entries[i]);
        }
    }

    private void DropFirst()
    {
        _bytes -= _entries[_head].SizeBytes;
        _entries[_head++] = null!;              // Free for the collector; nothing looks before the head.
    }

    private void RemoveAll()
    {
        _entries.Clear();
        _head = 0;
        _bytes = 0;
    }

    /// <summary>Moves the entries to the front when more than half of the list is spent, so that an entry moves once on average.</summary>
    private void Compact()
    {
        if (_head <= _entries.Count / 2) return;
        _entries.RemoveRange(0, _head);
        _head = 0;
    }
}
