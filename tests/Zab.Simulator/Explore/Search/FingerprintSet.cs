namespace Zab.Simulator.Explore;

/// <summary>A set of 64-bit fingerprints, none of them 0: open addressing, eight bytes a place. Safe for concurrent use.</summary>
internal sealed class FingerprintSet
{
    private const int ShardBits = 10;
    private const int FirstCapacity = 1 << 8;

    private readonly Shard[] _shards = [.. Enumerable.Range(0, 1 << ShardBits).Select(static _ => new Shard())];

    internal long Count => _shards.Sum(static shard => (long)shard.Count);

    internal long Bytes => _shards.Sum(static shard => (long)shard.Capacity * sizeof(ulong));

    /// <summary>False where it was there already.</summary>
    internal bool Add(ulong fingerprint) => _shards[fingerprint >> (64 - ShardBits)].Add(fingerprint);

    private sealed class Shard
    {
        private readonly Lock _lock = new();
        private ulong[] _places = new ulong[FirstCapacity];

        internal int Count { get; private set; }

        internal int Capacity => _places.Length;

        internal bool Add(ulong fingerprint)
        {
            lock (_lock)
            {
                if (Count * 4L >= _places.Length * 3L) Grow();
                if (!Put(_places, fingerprint)) return false;
                Count++;
                return true;
            }
        }

        private void Grow()
        {
            var places = new ulong[_places.Length * 2];
            foreach (ulong fingerprint in _places)
                if (fingerprint != 0) Put(places, fingerprint);
            _places = places;
        }

        private static bool Put(ulong[] places, ulong fingerprint)
        {
            for (ulong at = fingerprint; ; at++)
            {
                ref ulong place = ref places[at & (ulong)(places.Length - 1)];
                if (place == fingerprint) return false;
                if (place != 0) continue;
                place = fingerprint;
                return true;
            }
        }
    }
}
