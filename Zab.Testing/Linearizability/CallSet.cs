namespace Zab.Testing.Linearizability;

/// <summary>A set of calls by number.</summary>
internal sealed class CallSet(int count)
{
    private readonly ulong[] _words = new ulong[(count + 63) / 64];

    internal bool Contains(int call) => (_words[call >> 6] & (1UL << call)) != 0;

    internal void Add(int call) => _words[call >> 6] |= 1UL << call;

    internal void Remove(int call) => _words[call >> 6] &= ~(1UL << call);

    /// <summary>The set as bits, without the zeros at its end: equal sets are equal here.</summary>
    internal ReadOnlySpan<ulong> Words
    {
        get
        {
            int length = _words.Length;
            while (length > 0 && _words[length - 1] == 0) length--;
            return _words.AsSpan(0, length);
        }
    }
}
