using System.Buffers;
using System.Reflection;
using Xunit;
using Zab.Core;
using Zab.Wire;

namespace Zab.Tests.Wire;

public class MessageCodecTests
{
    public static TheoryData<int> Kinds => [.. Enumerable.Range(0, Messages.Kinds.Length)];

    [Fact]
    public void Every_message_type_has_a_generator_and_a_frame_type_of_its_own()
    {
        var random = new Random(1);
        Message[] samples = [.. Messages.Kinds.Select(kind => kind(random))];

        Type[] declared = typeof(Message).GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public);
        Assert.Equal(declared.OrderBy(type => type.Name), samples.Select(sample => sample.GetType()).OrderBy(type => type.Name));
        Assert.Equal(samples.Length, samples.Select(MessageCodec.TypeOf).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_was_written_is_read_again(int kind)
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Message message = Messages.Kinds[kind](new Random(seed));
            byte[] written = FrameOf(message);

            Message read = ReadAll(written);

            Assert.Equal(message.GetType(), read.GetType());
            AssertSame(message, read);
            Assert.Equal(written, FrameOf(read));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_body_with_one_byte_more_or_less_is_refused(int kind)
    {
        for (int seed = 0; seed < 50; seed++)
        {
            Message message = Messages.Kinds[kind](new Random(seed));
            byte[] body = BodyOf(message);

            Refused(message, [.. body, 0]);
            for (int length = 0; length < body.Length; length++) Refused(message, body[..length]);
        }
    }

    [Fact]
    public void Any_body_at_all_is_read_or_refused_but_nothing_else_happens()
    {
        var random = new Random(7);
        FrameType[] types = Enum.GetValues<FrameType>();
        int refused = 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++)
        {
            byte[] body = Messages.Bytes(random, random.Next(200));
            if (i % 2 == 0 && body.Length > 4) body.AsSpan(random.Next(body.Length - 3), 3).Clear();   // small counts get further
            try
            {
                MessageCodec.Read(new Frame(types[random.Next(types.Length)], default, 0, Epoch: (uint)random.Next(2), body));
            }
            catch (WireException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 50_000, 99_999);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000L * 8_000);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_body_with_a_bit_flipped_is_refused_or_is_another_message_but_never_the_same(int kind)
    {
        Message message = Messages.Kinds[kind](new Random(3));
        byte[] body = BodyOf(message);
        for (int bit = 0; bit < body.Length * 8; bit++)
        {
            byte[] damaged = [.. body];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Message read = MessageCodec.Read(new Frame(MessageCodec.TypeOf(message), default, 0, MessageCodec.EpochOf(message), damaged));
                Assert.Equal(damaged, BodyOf(read));   // canonical: other bytes, other message
            }
            catch (WireException refusal)
            {
                Assert.Contains(MessageCodec.TypeOf(message).ToString(), refusal.Message);
            }
        }
    }

    [Theory]
    [InlineData(nameof(FrameType.Touch))]
    [InlineData(nameof(FrameType.Request))]
    [InlineData(nameof(FrameType.RequestRefused))]
    public void A_count_beyond_what_follows_costs_no_memory(string name)
    {
        FrameType type = Enum.Parse<FrameType>(name);
        foreach (int count in (int[])[int.MaxValue, -1, 1_000_000])
        {
            byte[] body = [.. BitConverter.GetBytes(count), .. new byte[8]];
            long before = GC.GetAllocatedBytesForCurrentThread();
            var refusal = Assert.Throws<WireException>(() => MessageCodec.Read(new Frame(type, default, 0, 0, body)));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 * 1024);
            Assert.Contains($"{count} items", refusal.Message);
        }
    }

    [Fact]
    public void A_type_without_an_epoch_may_not_name_one()
    {
        byte[] body = BodyOf(new Message.ReadIndex(1));
        Assert.Throws<WireException>(() => MessageCodec.Read(new Frame(FrameType.ReadIndex, default, 0, Epoch: 2, body)));
    }

    [Fact]
    public void A_long_reason_is_cut_at_a_whole_character()
    {
        var read = (Message.Goodbye)ReadAll(FrameOf(new Message.Goodbye("x" + string.Concat(Enumerable.Repeat("😀", 1000)))));
        Assert.Equal("x" + string.Concat(Enumerable.Repeat("😀", 255)), read.Reason);
    }

    [Fact]
    public void Entries_lie_in_the_body_of_their_frame_without_another_copy()
    {
        byte[] body = BodyOf(new Message.Proposal(2, [Entry.After(default, new Zxid(2, 1), 5, EntryType.Request, new byte[] { 1, 2, 3 })], Zxid.None));
        var read = (Message.Proposal)MessageCodec.Read(new Frame(FrameType.Proposal, default, 0, 2, body));
        body[^1] = 9;
        Assert.Equal([1, 2, 9], read.Entries[0].Payload.ToArray());
    }

    private static void Refused(Message like, byte[] body) =>
        Assert.Throws<WireException>(() => MessageCodec.Read(new Frame(MessageCodec.TypeOf(like), default, 0, MessageCodec.EpochOf(like), body)));

    private static byte[] BodyOf(Message message)
    {
        var output = new ArrayBufferWriter<byte>();
        MessageCodec.Write(message, output);
        return output.WrittenSpan.ToArray();
    }

    internal static byte[] FrameOf(Message message)
    {
        var output = new ArrayBufferWriter<byte>();
        EncodedMessage.Of(message).WriteTo(output, new ClusterId(0xC1), incarnation: 0x1C);
        return output.WrittenSpan.ToArray();
    }

    private static Message ReadAll(byte[] bytes)
    {
        var input = new ReadOnlySequence<byte>(bytes);
        Assert.True(Frame.TryRead(ref input, Limits.FrameBytesMax, out Frame frame));
        Assert.True(input.IsEmpty);
        return MessageCodec.Read(frame);
    }

    /// <summary>Records compare their arrays and entries by reference; here they are compared by content.</summary>
    private static void AssertSame(object? expected, object? actual)
    {
        switch (expected)
        {
            case Ensemble ensemble: Assert.Equal(ensemble.Encode(), ((Ensemble)actual!).Encode()); break;
            case ReadOnlyMemory<byte> memory: Assert.Equal(memory.ToArray(), ((ReadOnlyMemory<byte>)actual!).ToArray()); break;
            case Array array:
                Assert.Equal(array.Length, ((Array)actual!).Length);
                for (int i = 0; i < array.Length; i++) AssertSame(array.GetValue(i), ((Array)actual).GetValue(i));
                break;
            case Message or Entry or SnapshotInfo or ProposalRequest:
                foreach (PropertyInfo property in expected.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
                    if (property.Name != "EqualityContract") AssertSame(property.GetValue(expected), property.GetValue(actual));
                break;
            default: Assert.Equal(expected, actual); break;
        }
    }
}
