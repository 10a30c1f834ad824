using System.Buffers;
using Zab.Core;

namespace Zab.Wire;

/// <summary>What a connection is for.</summary>
internal enum ConnectionKind : byte
{
    /// <summary>Votes and founding from the server that dialed; nothing but receipts comes back.</summary>
    Peer = 1,

    /// <summary>One channel between a learner, which dialed, and a leader.</summary>
    Channel = 2,
}

/// <summary>The first frame of a connection, from the server that dialed: what this is, and who speaks to whom.</summary>
/// <param name="Version">The version of this protocol.</param>
/// <param name="From">The server that dialed.</param>
/// <param name="To">The server that it means to reach.</param>
/// <param name="Kind">What the connection is for.</param>
/// <param name="Channel">The channel; of a peer connection, a random number.</param>
internal sealed record Hello(int Version, ServerId From, ServerId To, ConnectionKind Kind, ChannelId Channel)
{
    internal const int CurrentVersion = 1;

    /// <summary>No server reads more than this before it knows whom it speaks to.</summary>
    internal const int FrameBytesMax = Frame.HeaderBytes + 64;

    /// <summary>"ZabPeer" and a line feed, which tools that change line ends would damage.</summary>
    private const ulong Magic = 0x0A_72_65_65_50_62_61_5A;

    internal EncodedMessage Encode()
    {
        var output = new ArrayBufferWriter<byte>(29);
        var body = new BodyWriter(output);
        body.UInt64(Magic);
        body.Int32(Version);
        body.UInt32(From.Value);
        body.UInt32(To.Value);
        body.Byte((byte)Kind);
        body.UInt64(Channel.Value);
        body.Flush();
        return EncodedMessage.Control(FrameType.Hello, output.WrittenMemory);
    }

    /// <exception cref="WireException">The frame is no hello.</exception>
    internal static Hello Decode(in Frame frame)
    {
        if (frame.Type != FrameType.Hello || frame.Epoch != 0) throw new WireException($"the first frame is {frame.Type}, not Hello");
        try
        {
            var body = new BodyReader(frame.Body);
            if (body.UInt64() != Magic) throw body.Malformed("another magic number");
            var hello = new Hello(body.Int32(), new ServerId(body.UInt32()), new ServerId(body.UInt32()), (ConnectionKind)body.Byte(), new ChannelId(body.UInt64()));
            body.End();
            if (hello.Kind is not (ConnectionKind.Peer or ConnectionKind.Channel)) throw body.Malformed("an unknown kind of connection");
            return hello;
        }
        catch (ZabFormatException malformed)
        {
            throw new WireException($"the hello is malformed: {malformed.Message}", malformed);
        }
    }
}
