using System.Buffers;
using Xunit;
using Zab.Core;
using Zab.Wire;

namespace Zab.Tests.Wire;

public class HelloTests
{
    private static readonly Hello Sample = new(Hello.CurrentVersion, new ServerId(2), new ServerId(3), ConnectionKind.Channel, new ChannelId(0x77));

    [Fact]
    public void The_bytes_of_a_hello_never_change() =>
        Assert.Equal(
            "3E000000" + "E0136C6D" + "5110BF72" + "01" + "0000000000000000" + "0000000000000000" + "00000000"
                + Convert.ToHexString("ZabPeer\n"u8) + "01000000" + "02000000" + "03000000" + "02" + "7700000000000000",
            Convert.ToHexString(Bytes(Sample.Encode())));

    [Fact]
    public void A_hello_and_its_answers_are_read_again_and_fit_the_bound()
    {
        Assert.Equal(Sample, Hello.Decode(Read(Sample.Encode())));
        Assert.Equal(new HelloReply(5, null), HelloReply.Decode(Read(new HelloReply(5, null).Encode())));
        Assert.Equal(new HelloReply(0, "no"), HelloReply.Decode(Read(new HelloReply(0, "no").Encode())));
        Assert.InRange(Sample.Encode().FrameBytes, 0, Hello.FrameBytesMax);
        Assert.InRange(new HelloReply(0, new string('x', 5000)).Encode().FrameBytes, 0, HelloReply.FrameBytesMax);
    }

    [Fact]
    public void Anything_else_is_refused()
    {
        byte[] body = Read(Sample.Encode()).Body.ToArray();
        for (int length = 0; length < body.Length; length++) Assert.Throws<WireException>(() => Hello.Decode(Of(FrameType.Hello, body[..length])));
        Assert.Throws<WireException>(() => Hello.Decode(Of(FrameType.Hello, [.. body, 0])));
        Assert.Throws<WireException>(() => Hello.Decode(Of(FrameType.Welcome, body)));
        Assert.Throws<WireException>(() => HelloReply.Decode(Of(FrameType.Hello, body)));
        Assert.Throws<WireException>(() => HelloReply.Decode(Of(FrameType.Welcome, body)));

        foreach (int at in (int[])[0, 7, 20])   // magic, magic, kind
        {
            byte[] damaged = [.. body];
            damaged[at] ^= 0x40;
            Assert.Throws<WireException>(() => Hello.Decode(Of(FrameType.Hello, damaged)));
        }
    }

    private static Frame Of(FrameType type, byte[] body) => new(type, default, 0, 0, body);

    private static byte[] Bytes(EncodedMessage encoded)
    {
        var output = new ArrayBufferWriter<byte>();
        encoded.WriteTo(output, default, 0);
        return output.WrittenSpan.ToArray();
    }

    private static Frame Read(EncodedMessage encoded)
    {
        var input = new ReadOnlySequence<byte>(Bytes(encoded));
        Assert.True(Frame.TryRead(ref input, 4096, out Frame frame));
        return frame;
    }
}
