namespace Zab.Simulator.Explore;

/// <summary>Writes an object graph into a canonical form: bytes, equal for equal graphs, and a hash of them that is the same in every run. Used again and again by one thread.</summary>
/// <remarks>Immutable objects are not taken apart: the bytes hold their number in the table of shared ones, and the hash what they contain.</remarks>
internal sealed class Freezer(SharedTable? shared)
{
    private readonly List<object> _met = [];
    private byte[] _bytes = new byte[1024];
    private int _length;

    /// <summary>How names that mean nothing by themselves are written.</summary>
    internal Renaming Names { get; } = new();

    /// <summary>Of everything written since <see cref="Begin"/>.</summary>
    internal ulong Hash { get; private set; }

    internal ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    internal void Begin()
    {
        _met.Clear();
        _length = 0;
        Hash = Mixer.Start;
    }

    internal void Number(ulong value)
    {
        Hash = Mixer.Add(Hash, value);
        Put(value);
    }

    /// <summary>The length of a collection, if there is one; false where there is none.</summary>
    internal bool Count(int? count)
    {
        Number(count is { } present ? (ulong)present + 1 : 0);
        return count is not null;
    }

    /// <summary>True where nothing more has to be written: the object is null, or was met before.</summary>
    internal bool Reference(object? value)
    {
        if (value is null)
        {
            Number(0);
            return true;
        }

        for (int i = 0; i < _met.Count; i++)
        {
            if (!ReferenceEquals(_met[i], value)) continue;
            Number((ulong)i + 2);
            return true;
        }

        if (shared is not null) _met.Add(value);        // What is immutable is what it contains, however often one object stands in it.
        Number(1);
        return false;
    }

    internal void Shared(object? value)
    {
        if (value is null)
        {
            Number(0);
            return;
        }

        int id = shared!.IdOf(value);
        Hash = Mixer.Add(Hash, shared.HashOf(id));
        Put((ulong)id + 1);
    }

    private void Put(ulong value)
    {
        if (_length + 10 > _bytes.Length) Array.Resize(ref _bytes, _bytes.Length * 2);
        _length += VarInt.Put(_bytes.AsSpan(_length), value);
    }
}

/// <summary>Builds an object graph from its frozen form. Used again and again by one thread.</summary>
internal sealed class Thawer(SharedTable shared)
{
    private readonly List<object> _met = [];
    private byte[] _bytes = [];
    private int _at;

    internal void Begin(byte[] bytes)
    {
        _met.Clear();
        _bytes = bytes;
        _at = 0;
    }

    internal ulong Number() => VarInt.Take(_bytes, ref _at);

    internal bool Count(out int count)
    {
        ulong number = Number();
        count = (int)number - 1;
        return number != 0;
    }

    /// <summary>True where the object is null or was met before; else its fields follow.</summary>
    internal bool Reference(out object? known)
    {
        ulong number = Number();
        known = number >= 2 ? _met[(int)number - 2] : null;
        return number != 1;
    }

    internal void Met(object value) => _met.Add(value);

    internal object? Shared()
    {
        ulong number = Number();
        return number == 0 ? null : shared[(int)number - 1];
    }
}

/// <summary>Numbers in as few bytes as they need, seven bits in each.</summary>
internal static class VarInt
{
    internal static int Put(Span<byte> to, ulong value)
    {
        int length = 0;
        for (; value >= 0x80; value >>= 7) to[length++] = (byte)(value | 0x80);
        to[length++] = (byte)value;
        return length;
    }

    internal static ulong Take(ReadOnlySpan<byte> from, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = from[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }
}

/// <summary>A 64-bit hash of a sequence of numbers: the finalizer of MurmurHash3 between any two.</summary>
internal static class Mixer
{
    internal const ulong Start = 0x9E3779B97F4A7C15;

    internal static ulong Add(ulong hash, ulong value)
    {
        ulong x = hash ^ (value * 0xBF58476D1CE4E5B9);
        x = (x ^ (x >> 33)) * 0xFF51AFD7ED558CCD;
        x = (x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53;
        return (x ^ (x >> 33)) + Start;
    }
}
