using System.Buffers;
using Xunit;
using Zab.Core;
using Zab.Wire;

namespace Zab.Tests.Wire;

public class FrameTests
{
    [Theory]
    [InlineData("", 0x00000000u)]
    [InlineData("123456789", 0xE3069283u)]                       // the check value of the CRC catalogue
    [InlineData("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 0x8A9136AAu)]   // RFC 3720, B.4
    public void The_checksum_is_CRC_32C(string text, uint checksum) => Assert.Equal(checksum, Crc32C.Of(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void A_checksum_goes_on_where_it_ended()
    {
        byte[] data = Messages.Bytes(new Random(1), 100);
        for (int split = 0; split <= data.Length; split++) Assert.Equal(Crc32C.Of(data), Crc32C.Append(Crc32C.Of(data.AsSpan(0, split)), data.AsSpan(split)));
    }

    [Fact]
    public void The_bytes_of_a_frame_never_change()
    {
        // Computed by a program that shares nothing with this one. length, header checksum, body checksum, type, cluster, incarnation, epoch; then the body.
        Assert.Equal("29000000" + "5509A301" + "0F9416C9" + "26" + "C100000000000000" + "1C00000000000000" + "02000000" + "0700000002000000", Hex(new Message.Ack(2, new Zxid(2, 7))));
        Assert.Equal(
            "55000000" + "1C56D928" + "B1918EE0" + "37" + "C100000000000000" + "1C00000000000000" + "02000000" + "0600000002000000" + "01000000"
                + "0700000002000000" + "0600000002000000" + "CDAB000000000000" + "0500000000000000" + "01" + "03000000" + "616263",
            Hex(new Message.Proposal(2, [Entry.FromParts(new Zxid(2, 7), new Zxid(2, 6), 0xABCD, 5, EntryType.Request, "abc"u8.ToArray())], new Zxid(2, 6))));
        Assert.Equal(
            "5B000000" + "D78124DA" + "80541737" + "10" + "C100000000000000" + "1C00000000000000" + "00000000" + "01" + "0900000000000000"
                + "04000000" + "0200000004000000" + "03000000" + "01" + "1100000000000000" + "1200000000000000" + "0100000004000000" + "0000000000000000",
            Hex(new Message.Vote(VoteState.Looking, 9, new Candidate(4, new Zxid(4, 2), new ServerId(3)), true, new Incarnation(0x11), 0x12, new Zxid(4, 1), Zxid.None)));
    }

    [Fact]
    public void A_frame_that_is_not_complete_is_waited_for()
    {
        byte[] frame = Sample();
        for (int length = 0; length < frame.Length; length++)
        {
            var input = new ReadOnlySequence<byte>(frame, 0, length);
            Assert.False(Frame.TryRead(ref input, Limits.FrameBytesMax, out _));
            Assert.Equal(length, input.Length);
        }
    }

    [Fact]
    public void Every_flipped_bit_is_found()
    {
        byte[] frame = Sample();
        for (int bit = 0; bit < frame.Length * 8; bit++)
        {
            byte[] damaged = [.. frame];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<WireException>(() => Read(damaged));
        }
    }

    [Fact]
    public void Random_bytes_are_never_a_frame()
    {
        var random = new Random(5);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] garbage = Messages.Bytes(random, Frame.HeaderBytes + random.Next(100));
            Assert.Throws<WireException>(() => Read(garbage));
        }
    }

    [Fact]
    public void A_length_over_the_bound_is_refused_before_the_body_arrives()
    {
        byte[] header = new byte[Frame.HeaderBytes];
        Frame.WriteHeader(header, FrameType.Ack, default, 0, 0, bodyBytes: 1000, bodyChecksum: 0);
        Assert.Contains("a frame of 1033 bytes", Assert.Throws<WireException>(() => Read(header, frameBytesMax: 1032)).Message);
        Assert.Null(Read(header, frameBytesMax: 1033));

        Frame.WriteHeader(header, FrameType.Ack, default, 0, 0, bodyBytes: -1, bodyChecksum: 0);
        Assert.Contains("a frame of 32 bytes", Assert.Throws<WireException>(() => Read(header)).Message);
        Frame.WriteHeader(header, FrameType.Ack, default, 0, 0, bodyBytes: int.MinValue, bodyChecksum: 0);
        Assert.Contains("a frame of 2147483681 bytes", Assert.Throws<WireException>(() => Read(header)).Message);
    }

    [Fact]
    public void Frames_are_found_however_their_bytes_arrive()
    {
        var random = new Random(11);
        byte[][] frames = [.. Enumerable.Range(0, 20).Select(_ => MessageCodecTests.FrameOf(Messages.Any(random)))];
        byte[] all = [.. frames.SelectMany(frame => frame)];
        foreach (int size in (int[])[1, 7, 33, 64, 1000])
        {
            ReadOnlySequence<byte> input = InSegmentsOf(all, size);
            foreach (byte[] expected in frames)
            {
                Assert.True(Frame.TryRead(ref input, Limits.FrameBytesMax, out Frame frame));
                Assert.Equal(expected, MessageCodecTests.FrameOf(MessageCodec.Read(frame)));
            }

            Assert.True(input.IsEmpty);
        }
    }

    [Fact]
    public void One_encoding_serves_many_connections()
    {
        EncodedMessage encoded = EncodedMessage.Of(new Message.Commit(3, new Zxid(3, 9)));
        foreach (ulong incarnation in (ulong[])[5, 6])
        {
            var output = new ArrayBufferWriter<byte>();
            encoded.WriteTo(output, new ClusterId(8), incarnation);
            Frame frame = Read(output.WrittenSpan.ToArray())!.Value;
            Assert.Equal((FrameType.Commit, new ClusterId(8), incarnation, 3u), (frame.Type, frame.ClusterId, frame.Incarnation, frame.Epoch));
            Assert.Equal(new Message.Commit(3, new Zxid(3, 9)), MessageCodec.Read(frame));
            Assert.Equal(encoded.FrameBytes, output.WrittenCount);
        }
    }

    [Fact]
    public void The_largest_payload_fits_a_frame_with_a_full_batch_around_it_and_what_does_not_fit_is_refused_here()
    {
        Entry largest = Entry.FromParts(new Zxid(1, 1), default, 0, 0, EntryType.Request, new byte[Limits.PayloadBytesMax]);
        Entry[] batch = [.. Enumerable.Repeat(Entry.FromParts(new Zxid(1, 1), default, 0, 0, EntryType.Request, new byte[Limits.BatchBytes / Limits.BatchEntriesMax]), Limits.BatchEntriesMax - 1), largest];
        Assert.InRange(EncodedMessage.Of(new Message.Proposal(1, batch, Zxid.None)).FrameBytes, Limits.PayloadBytesMax, Limits.FrameBytesMax);

        Assert.Throws<WireException>(() => EncodedMessage.Of(new Message.Proposal(1, [largest, largest, largest, largest], Zxid.None)));
    }

    private static byte[] Sample() => MessageCodecTests.FrameOf(new Message.Proposal(2, [Messages.Entry(new Random(1)), Messages.Entry(new Random(2))], new Zxid(2, 1)));

    private static string Hex(Message message) => Convert.ToHexString(MessageCodecTests.FrameOf(message));

    private static Frame? Read(byte[] bytes, int frameBytesMax = Limits.FrameBytesMax)
    {
        var input = new ReadOnlySequence<byte>(bytes);
        return Frame.TryRead(ref input, frameBytesMax, out Frame frame) ? frame : null;
    }

    private static ReadOnlySequence<byte> InSegmentsOf(byte[] bytes, int size)
    {
        Segment? first = null, last = null;
        foreach (byte[] chunk in bytes.Chunk(size)) last = last is null ? first = new Segment(chunk, 0) : last.Then(chunk);
        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        internal Segment(ReadOnlyMemory<byte> memory, long at) => (Memory, RunningIndex) = (memory, at);

        internal Segment Then(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
