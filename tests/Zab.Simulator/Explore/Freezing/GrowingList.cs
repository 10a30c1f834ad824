namespace Zab.Simulator.Explore;

/// <summary>A list that only grows: items are read without a lock while others are added, and never move.</summary>
internal sealed class GrowingList<T>
{
    private const int BlockBits = 12;
    private const int BlockSize = 1 << BlockBits;

    private readonly Lock _lock = new();
    private T[][] _blocks = new T[16][];

    internal int Count { get; private set; }

    internal ref T this[int index] => ref Volatile.Read(ref _blocks)[index >> BlockBits][index & (BlockSize - 1)];

    internal int Add(T item)
    {
        int index = Reserve();
        this[index] = item;
        return index;
    }

    /// <summary>Makes room for one more; whoever asked for it sets it before it tells anybody the index.</summary>
    internal int Reserve()
    {
        lock (_lock)
        {
            int block = Count >> BlockBits;
            if (block == _blocks.Length)
            {
                var blocks = new T[_blocks.Length * 2][];
                Array.Copy(_blocks, blocks, _blocks.Length);
                Volatile.Write(ref _blocks, blocks);
            }

            _blocks[block] ??= new T[BlockSize];
            return Count++;
        }
    }
}
