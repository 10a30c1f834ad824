using System.Runtime.InteropServices;

namespace Zab.Testing.Linearizability;

/// <summary>The configurations that a search was in: which required calls are placed, which open ones, and the state.</summary>
/// <remarks>
/// <para>Exact: it compares content, and never takes a hash for it.</para>
/// <para>
/// The required calls placed are kept as the last one of them by invocation, and the ones before it that are not placed (holes). A hole was running when that
/// last one began, so there are never more holes than clients, however long the history is; a bit for each call would be thousands of times as large.
/// </para>
/// <para>
/// A configuration is dominated by another with the same required calls and state that has placed fewer open ones: whatever completes the first completes the
/// second, in as many calls. So nothing is lost by not going there.
/// </para>
/// </remarks>
internal sealed class ConfigurationMemory
{
    // Both kinds of record lie in one array of ints, and are named by their place in it; 0 is none.
    //   configuration: next of the same bucket, first set, state, last, number of holes, holes …
    //   set of open calls placed: next set of the same configuration, number of words, words …
    private const int FirstSet = 1, State = 2, Last = 3, Holes = 4, Head = 5;
    private const int SetHead = 2;
    private const int WithoutOpen = -1;                     // In place of the first set: one with no open call placed, which dominates all others.

    private int[] _records = new int[1024];
    private int _used = 1;
    private int[] _buckets = new int[256];                  // A power of two.
    private int _count;

    /// <summary>Bytes that this object holds.</summary>
    internal long Bytes => sizeof(int) * ((long)_records.Length + _buckets.Length);

    /// <summary>How many sets of open calls were compared so far: beside the calls tried, what the time of a search goes into.</summary>
    internal long Compared { get; private set; }

    /// <summary>Remembers a configuration; false where it, or one that dominates it, was there before.</summary>
    /// <param name="state">The number of the state.</param>
    /// <param name="last">The last required call, by invocation, that is placed; −1 where none is.</param>
    /// <param name="holes">The required calls before it that are not placed, ascending.</param>
    /// <param name="open">The open calls placed, as bits without zeros at the end.</param>
    internal bool Add(int state, int last, ReadOnlySpan<int> holes, ReadOnlySpan<ulong> open)
    {
        uint hash = Hash(state, last, holes);
        int found = Find(hash, state, last, holes);
        if (found == 0)
        {
            found = AddConfiguration(hash, state, last, holes);
        }
        else if (IsDominated(found, open))
        {
            return false;
        }

        int added = open.IsEmpty ? WithoutOpen : AddSet(open, next: _records[found + FirstSet]);
        _records[found + FirstSet] = added;                 // Not in one line: adding may move the records.
        return true;
    }

    private bool IsDominated(int configuration, ReadOnlySpan<ulong> open)
    {
        int first = _records[configuration + FirstSet];
        if (first == WithoutOpen) return true;
        for (int set = first; set != 0; set = _records[set])
        {
            Compared++;
            if (IsSubset(set, open)) return true;
        }

        return false;
    }

    private int Find(uint hash, int state, int last, ReadOnlySpan<int> holes)
    {
        int at = _buckets[hash & (_buckets.Length - 1)];
        while (at != 0 && !IsAt(at, state, last, holes)) at = _records[at];
        return at;
    }

    private bool IsAt(int at, int state, int last, ReadOnlySpan<int> holes) =>
        _records[at + State] == state && _records[at + Last] == last && _records.AsSpan(at + Head, _records[at + Holes]).SequenceEqual(holes);

    private bool IsSubset(int set, ReadOnlySpan<ulong> open)
    {
        ReadOnlySpan<ulong> words = Words(set);
        if (words.Length > open.Length) return false;       // Its highest call is not in the other.
        for (int i = 0; i < words.Length; i++)
            if ((words[i] & ~open[i]) != 0) return false;
        return true;
    }

    private ReadOnlySpan<ulong> Words(int set) => MemoryMarshal.Cast<int, ulong>(_records.AsSpan(set + SetHead, 2 * _records[set + 1]));

    private int AddConfiguration(uint hash, int state, int last, ReadOnlySpan<int> holes)
    {
        if (++_count > _buckets.Length) Widen();
        int at = Take(Head + holes.Length);
        ref int bucket = ref _buckets[hash & (_buckets.Length - 1)];
        (_records[at], bucket) = (bucket, at);
        (_records[at + FirstSet], _records[at + State], _records[at + Last], _records[at + Holes]) = (0, state, last, holes.Length);
        holes.CopyTo(_records.AsSpan(at + Head));
        return at;
    }

    private int AddSet(ReadOnlySpan<ulong> open, int next)
    {
        int at = Take(SetHead + (2 * open.Length));
        (_records[at], _records[at + 1]) = (next, open.Length);
        MemoryMarshal.Cast<ulong, int>(open).CopyTo(_records.AsSpan(at + SetHead));
        return at;
    }

    private int Take(int length)
    {
        int at = _used;
        _used += length;
        if (_used > _records.Length) Array.Resize(ref _records, Math.Max(_used, 2 * _records.Length));
        return at;
    }

    private void Widen()
    {
        int[] narrow = _buckets;
        _buckets = new int[2 * narrow.Length];
        foreach (int first in narrow)
        {
            for (int at = first, next; at != 0; at = next)
            {
                next = _records[at];
                uint hash = Hash(_records[at + State], _records[at + Last], _records.AsSpan(at + Head, _records[at + Holes]));
                ref int bucket = ref _buckets[hash & (_buckets.Length - 1)];
                (_records[at], bucket) = (bucket, at);
            }
        }
    }

    private static uint Hash(int state, int last, ReadOnlySpan<int> holes)
    {
        ulong hash = Mix((ulong)(uint)state | ((ulong)(uint)last << 32));
        foreach (int hole in holes) hash = Mix(hash ^ (uint)hole);
        return (uint)(hash >> 32);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 32)) * 0x9E3779B97F4A7C15;
        return value ^ (value >> 29);
    }
}
