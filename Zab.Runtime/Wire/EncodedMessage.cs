using System.Buffers;
using Zab.Core;

namespace Zab.Wire;

/// <summary>A message as bytes, all but the frame header: immutable, made once and written to as many connections as it goes to.</summary>
internal sealed class EncodedMessage
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly uint _checksum;

    private EncodedMessage(FrameType type, uint epoch, ReadOnlyMemory<byte> body)
    {
        Type = type;
        Epoch = epoch;
        _body = body;
        _checksum = Crc32C.Of(body.Span);
    }

    internal FrameType Type { get; }

    internal uint Epoch { get; }

    internal int FrameBytes => Frame.HeaderBytes + _body.Length;

    /// <exception cref="WireException">The message does not fit a frame.</exception>
    internal static EncodedMessage Of(Message message)
    {
        FrameType type = MessageCodec.TypeOf(message);
        var output = new ArrayBufferWriter<byte>(MessageCodec.SizeHint(message));
        MessageCodec.Write(message, output);
        int bytes = Frame.HeaderBytes + output.WrittenCount;
        if (bytes > Limits.FrameBytesMax) throw new WireException($"a {type} of {bytes} bytes does not fit a frame of {Limits.FrameBytesMax}; send it in parts");
        return new EncodedMessage(type, MessageCodec.EpochOf(message), output.WrittenMemory);
    }

    /// <summary>A frame of the transport's own.</summary>
    internal static EncodedMessage Control(FrameType type, ReadOnlyMemory<byte> body) => new(type, epoch: 0, body);

    internal void WriteTo(IBufferWriter<byte> output, ClusterId cluster, ulong incarnation)
    {
        Frame.WriteHeader(output.GetSpan(Frame.HeaderBytes), Type, cluster, incarnation, Epoch, _body.Length, _checksum);
        output.Advance(Frame.HeaderBytes);
        output.Write(_body.Span);
    }
}
