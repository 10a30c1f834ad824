namespace Zab.Testing;

/// <summary>A file with what the disk holds of it, what the page cache holds, and how the one becomes the other when the power goes.</summary>
internal sealed class SimulatedFile(byte[] durable)
{
    private const int SectorBytes = 512;

    private readonly List<(long Offset, byte[] Data)> _writes = [];           // Since the last flush, in order.
    private readonly List<int> _lengths = [durable.Length];
    private byte[] _durable = durable;
    private byte[] _cache = [.. durable];
    private int _length = durable.Length;

    internal ReadOnlySpan<byte> Content => _cache.AsSpan(0, _length);

    internal void Write(long offset, ReadOnlySpan<byte> data)
    {
        if (offset + data.Length > _length) Resize((int)offset + data.Length);
        data.CopyTo(_cache.AsSpan((int)offset));
        _writes.Add((offset, data.ToArray()));
    }

    internal void SetLength(long length) => Resize((int)length);

    internal void Flush()
    {
        foreach ((long offset, byte[] data) in _writes) Apply(ref _durable, offset, data);
        Array.Resize(ref _durable, _length);
        Forget();
    }

    /// <summary>The pages are clean now, and the disk does not have them.</summary>
    internal void FailFlush()
    {
        Array.Resize(ref _durable, _length);
        Forget();
    }

    internal void Replace(byte[] content)
    {
        _durable = content;
        _cache = [.. content];
        _length = content.Length;
        Forget();
    }

    internal void LosePower(DeterministicRandom random, int keepOf8)
    {
        int length = _lengths[random.Next(_lengths.Count)];
        byte[] kept = [.. _durable];
        foreach ((long offset, byte[] data) in _writes)
        {
            for (int at = 0; at < data.Length; )
            {
                int end = Math.Min(data.Length, at + SectorBytes - (int)((offset + at) % SectorBytes));
                if (random.Next(8) < keepOf8) Apply(ref kept, offset + at, data.AsSpan(at, end - at));
                at = end;
            }
        }

        Array.Resize(ref kept, length);
        Replace(kept);
    }

    private static void Apply(ref byte[] target, long offset, ReadOnlySpan<byte> data)
    {
        if (target.Length < offset + data.Length) Array.Resize(ref target, (int)offset + data.Length);
        data.CopyTo(target.AsSpan((int)offset));
    }

    private void Resize(int length)
    {
        if (length > _cache.Length) Array.Resize(ref _cache, Math.Max(length, _cache.Length * 2));
        if (length < _length) _cache.AsSpan(length, _length - length).Clear();
        _length = length;
        _lengths.Add(length);
    }

    private void Forget()
    {
        _writes.Clear();
        _lengths.Clear();
        _lengths.Add(_length);
    }
}
