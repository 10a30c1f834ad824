using System.Buffers;
using Zab.Core;

namespace Zab.Wire;

/// <summary>The answer to a hello: welcome, with the incarnation that every later frame of this connection carries, or the reason why not.</summary>
/// <remarks>The server that accepted chooses the incarnation at random, so that no recorded connection can be played to it again, hello and all.</remarks>
internal sealed record HelloReply(ulong Incarnation, string? Refusal)
{
    internal const int FrameBytesMax = Frame.HeaderBytes + 4 + BodyWriter.TextBytesMax;

    internal EncodedMessage Encode()
    {
        var output = new ArrayBufferWriter<byte>(64);
        var body = new BodyWriter(output);
        if (Refusal is null) body.UInt64(Incarnation);
        else body.Text(Refusal);
        body.Flush();
        return EncodedMessage.Control(Refusal is null ? FrameType.Welcome : FrameType.Refused, output.WrittenMemory);
    }

    /// <exception cref="WireException">The frame is no answer to a hello.</exception>
    internal static HelloReply Decode(in Frame frame)
    {
        try
        {
            var body = new BodyReader(frame.Body);
            HelloReply reply = frame.Type switch
            {
                FrameType.Welcome => new HelloReply(body.UInt64(), Refusal: null),
                FrameType.Refused => new HelloReply(Incarnation: 0, body.Text()),
                _ => throw new WireException($"the hello was answered with {frame.Type}"),
            };
            body.End();
            return reply;
        }
        catch (ZabFormatException malformed)
        {
            throw new WireException($"the answer to the hello is malformed: {malformed.Message}", malformed);
        }
    }
}
