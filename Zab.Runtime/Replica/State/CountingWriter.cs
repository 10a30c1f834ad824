using System.Buffers;

namespace Zab.Replica;

/// <summary>Hands everything on, and counts it.</summary>
internal sealed class CountingWriter(IBufferWriter<byte> output) : IBufferWriter<byte>
{
    internal long Count { get; private set; }

    public void Advance(int count)
    {
        output.Advance(count);
        Count += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => output.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => output.GetSpan(sizeHint);
}
