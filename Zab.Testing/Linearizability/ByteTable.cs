using System.Diagnostics.CodeAnalysis;
using Zab.Core;

namespace Zab.Testing.Linearizability;

/// <summary>Gives equal byte strings the same number: 0, 1, 2 … in the order in which they come.</summary>
internal sealed class ByteTable
{
    private readonly List<byte[]> _content = [];
    private readonly Dictionary<byte[], int> _numbers;
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    internal ByteTable()
    {
        _numbers = new Dictionary<byte[], int>(ByContent.Instance);
        _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    internal int Count => _content.Count;

    internal ReadOnlySpan<byte> this[int number] => _content[number];

    /// <summary>The number of these bytes, a new one where they are new.</summary>
    internal int Add(ReadOnlySpan<byte> bytes)
    {
        if (_lookup.TryGetValue(bytes, out int number)) return number;
        byte[] content = bytes.ToArray();
        _numbers.Add(content, _content.Count);
        _content.Add(content);
        return _content.Count - 1;
    }

    /// <summary>The number of these bytes; −1 where they never came.</summary>
    internal int Find(ReadOnlySpan<byte> bytes) => _lookup.TryGetValue(bytes, out int number) ? number : -1;

    private sealed class ByContent : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        internal static readonly ByContent Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode((ReadOnlySpan<byte>)obj);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => unchecked((int)XxHash64.Hash(alternate));

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
