using System.Buffers;

namespace Zab.Replica;

/// <summary>Where one result at a time is written before it is known to be whole. Its memory is reused, and bounded.</summary>
internal sealed class ReplyBuffer : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[256];
    private int _written;

    internal ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _written);

    internal void Clear() => _written = 0;

    /// <exception cref="ResultTooLargeException">More than <see cref="SessionLimits.ResultBytesMax"/> bytes were written.</exception>
    public void Advance(int count)
    {
        if (count > SessionLimits.ResultBytesMax - _written) throw new ResultTooLargeException();
        _written += count;
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        // A writer may ask for up to three bytes a character and then use one; beyond four times the bound it must overrun it.
        if (sizeHint > 4 * SessionLimits.ResultBytesMax) throw new ResultTooLargeException();
        int needed = _written + Math.Max(sizeHint, 256);
        if (needed > _bytes.Length) Array.Resize(ref _bytes, Math.Max(needed, Math.Min(2 * _bytes.Length, SessionLimits.ResultBytesMax)));
        return _bytes.AsMemory(_written);
    }
}

/// <summary>A result is larger than may be returned; becomes <see cref="FailureReply.ResultTooLarge"/>.</summary>
internal sealed class ResultTooLargeException() : Exception(Text)
{
    internal static string Text { get; } = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the result is larger than {SessionLimits.ResultBytesMax} bytes");
}
