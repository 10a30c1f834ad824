namespace Zab.Simulator.Explore;

/// <summary>Worlds that were found and not followed yet, packed into blocks of bytes. One thread fills a block, another may empty it.</summary>
internal sealed class Frontier
{
    private const int BlockBytes = 1 << 18;

    private readonly List<(byte[] Bytes, int Length)> _full = [];
    private readonly Lock _lock = new();
    private int _next;

    /// <summary>Bytes of all that waits.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Whether it is not worth another thread.</summary>
    internal bool IsSmall => _full.Count < 2;

    internal Filler NewFiller() => new(this);

    /// <summary>A block that nobody else empties; null where none is left.</summary>
    internal (byte[] Bytes, int Length)? Take()
    {
        lock (_lock)
        {
            if (_next == _full.Count) return null;
            (byte[], int) block = _full[_next];
            _full[_next++] = default;          // What was followed needs no memory any more.
            return block;
        }
    }

    private void Add(byte[] bytes, int length)
    {
        lock (_lock)
        {
            _full.Add((bytes, length));
            Bytes += length;
        }
    }

    /// <summary>Fills blocks for one thread.</summary>
    internal sealed class Filler(Frontier frontier)
    {
        private byte[]? _block;
        private int _length;

        internal void Add(long number, World world)
        {
            if (_block is not null && _length + World.BytesMax + 10 > _block.Length) Finish();
            _block ??= new byte[BlockBytes];
            _length += VarInt.Put(_block.AsSpan(_length), (ulong)number);
            _length += world.Write(_block.AsSpan(_length));
        }

        /// <summary>What was put in can be taken out from now on.</summary>
        internal void Finish()
        {
            if (_block is not null) frontier.Add(_length < BlockBytes / 2 ? _block[.._length] : _block, _length);
            (_block, _length) = (null, 0);
        }
    }
}
