namespace Zab.Simulator.Explore;

/// <summary>How each state was reached first: from which one, and by which of its moves. Eight bytes a state. Safe for concurrent use.</summary>
internal sealed class Ancestry
{
    /// <summary>Numbers that a thread takes at once.</summary>
    private const int BlockSize = 1 << 14;

    private const int MoveBits = 12;

    private readonly List<ulong[]> _blocks = [];
    private readonly Lock _lock = new();

    internal Numbers NewNumbers() => new(this);

    /// <summary>The moves from the start to this state, each by its place in the list of moves.</summary>
    internal int[] PathTo(long number)
    {
        var moves = new List<int>();
        while (_blocks[(int)(number / BlockSize)][number % BlockSize] is var link && link != 0)
        {
            moves.Add((int)(link & ((1 << MoveBits) - 1)));
            number = (long)(link >> MoveBits) - 1;
        }

        moves.Reverse();
        return [.. moves];
    }

    /// <summary>Gives numbers to states that one thread finds.</summary>
    internal sealed class Numbers(Ancestry ancestry)
    {
        private ulong[] _block = [];
        private long _first;
        private int _used = BlockSize;

        internal long Next(long parent, int move)
        {
            if (_used == BlockSize)
            {
                _block = new ulong[BlockSize];
                _used = 0;
                lock (ancestry._lock)
                {
                    _first = (long)ancestry._blocks.Count * BlockSize;
                    ancestry._blocks.Add(_block);
                }
            }

            _block[_used] = parent < 0 ? 0 : ((ulong)(parent + 1) << MoveBits) | (uint)move;
            return _first + _used++;
        }
    }
}
