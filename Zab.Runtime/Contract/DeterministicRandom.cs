using System.Buffers.Binary;

namespace Zab;

/// <summary>A random number generator whose algorithm (SplitMix64) is part of the contract: the same seed gives the same numbers on every server and every runtime.</summary>
/// <remarks>Not safe for concurrent use, and predictable: never use it for a secret.</remarks>
public sealed class DeterministicRandom
{
    private ulong _state;

    /// <summary>A generator that begins at <paramref name="seed"/>.</summary>
    public DeterministicRandom(ulong seed) => _state = seed;

    internal void Reseed(ulong seed) => _state = seed;

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 up to, not including, <paramref name="exclusiveMax"/>; every one is equally likely.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMax"/> is not positive.</exception>
    public long NextInt64(long exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        ulong bound = (ulong)exclusiveMax;
        ulong refuse = unchecked(0 - bound) % bound;            // The first 2^64 mod bound values would favour the small results.
        ulong bits;
        do { bits = NextUInt64(); } while (bits < refuse);
        return (long)(bits % bound);
    }

    /// <summary>A number from 0 up to, not including, <paramref name="exclusiveMax"/>; every one is equally likely.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMax"/> is not positive.</exception>
    public int Next(int exclusiveMax) => (int)NextInt64(exclusiveMax);

    /// <summary>A number from <paramref name="min"/> up to, not including, <paramref name="exclusiveMax"/>; every one is equally likely.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMax"/> is not greater than <paramref name="min"/>.</exception>
    public int Next(int min, int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(exclusiveMax, min);
        return (int)(min + NextInt64((long)exclusiveMax - min));
    }

    /// <summary>Puts the items into a random order.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    /// <summary>The next version 4 <see cref="Guid"/>.</summary>
    public Guid NextGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, NextUInt64());
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], NextUInt64());
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);            // version 4
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);            // variant of RFC 9562
        return new Guid(bytes, bigEndian: true);
    }
}
