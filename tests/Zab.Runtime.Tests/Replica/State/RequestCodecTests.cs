using System.Buffers;
using Xunit;
using Zab.Replica;
using Zab.Serialization;

namespace Zab.Tests.Replica;

public sealed class RequestCodecTests
{
    private static readonly Session _session = new(new SessionId(0x0102), 0x0304);

    /// <summary>One payload of each kind, and its bytes as docs/FORMAT.md says them.</summary>
    public static TheoryData<byte[], string> Payloads => new()
    {
        { Run.Command(_session, 7, 0x0A, 0x0B, [0xEE, 0xFF], answeredThrough: 5), "01 0201000000000000 0403000000000000 0700000000000000 0500000000000000 0A000000 0B000000 EEFF" },
        { RequestCodec.CreateSession(0x11, 0x12, TimeSpan.FromTicks(0x13)), "02 1100000000000000 1200000000000000 1300000000000000" },
        { RequestCodec.CloseSession(_session), "03 0201000000000000 0403000000000000" },
        { RequestCodec.ExpireSession(_session.Id), "04 0201000000000000" },
        { RequestCodec.Fill(_session, 7, 5), "05 0201000000000000 0403000000000000 0700000000000000 0500000000000000" },
        { RequestCodec.AddClass(ReplicatedClass.Of<Map>()), "06 0A000000 A000000000000000 F6FFFFFF 09000000 54657374732E4D6170" },
    };

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Each_kind_has_the_documented_bytes_and_decodes_to_what_was_written(byte[] payload, string hex)
    {
        Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(payload));
        Assert.Equal(payload, Encode(RequestCodec.Decode(payload)));
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void A_payload_that_is_cut_is_refused(byte[] payload, string hex)
    {
        int least = hex.StartsWith("01", StringComparison.Ordinal) ? RequestCodec.CommandHeadBytes : payload.Length;     // Arguments have any length.
        for (int length = 0; length < least; length++)
        {
            byte[] cut = payload[..length];
            Assert.Throws<ZabFormatException>(() => { RequestCodec.Decode(cut); });
        }
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void A_payload_with_a_byte_too_many_is_refused_where_no_arguments_end_it(byte[] payload, string hex)
    {
        if (hex.StartsWith("01", StringComparison.Ordinal)) Assert.Equal(3, RequestCodec.Decode([.. payload, 0]).Arguments.Length);
        else Assert.Throws<ZabFormatException>(() => { RequestCodec.Decode([.. payload, 0]); });
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void A_payload_with_any_byte_changed_is_refused_or_says_exactly_what_stands_there(byte[] payload, string hex)
    {
        Assert.NotEmpty(hex);
        for (int i = 0; i < payload.Length; i++)
        {
            for (int value = 0; value < 256; value++)
            {
                byte[] changed = [.. payload];
                changed[i] = (byte)value;
                AssertStrict(changed);
            }
        }
    }

    [Fact]
    public void Random_bytes_are_refused_or_are_a_request()
    {
        var random = new DeterministicRandom(3);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = new byte[random.Next(60)];
            for (int j = 0; j < bytes.Length; j++) bytes[j] = (byte)random.NextUInt64();
            if (bytes.Length > 0) bytes[0] = (byte)random.Next(8);
            AssertStrict(bytes);
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 3)]
    [InlineData(3, 4)]
    public void A_number_that_is_confirmed_already_cannot_be_written(ulong number, ulong answeredThrough) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RequestCodec.Fill(_session, number, answeredThrough));

    [Fact]
    public void A_timeout_that_is_not_positive_cannot_be_written() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RequestCodec.CreateSession(1, 2, TimeSpan.Zero));

    [Theory]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("Größe \U0001F600")]
    public void A_text_comes_back(string text)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ZabWriter(output);
        new FailureReply(text, text).Write(ref writer);
        writer.Flush();

        Assert.Equal(new FailureReply(text, text), FailureReply.Read(output.WrittenSpan));
    }

    [Theory]
    [InlineData("FFFFFFFF", "-1 does not begin a text")]                          // null
    [InlineData("01000000 6100", "1 does not begin a text")]                      // UTF-16
    [InlineData("00000080 FFFFFFFF", "2147483647 bytes are needed, 0 remain")]    // A length that overflows where it is added to.
    [InlineData("FEFFFFFF 02000000 61", "a text says that it has 2 UTF-16 units and has 1")]
    [InlineData("FEFFFFFF 01000000 FF", "a text is not UTF-8")]
    public void A_text_in_another_form_is_refused(string hex, string reason)
    {
        byte[] bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

        Assert.StartsWith(reason, Assert.Throws<ZabFormatException>(() => FailureReply.Read(bytes)).Message, StringComparison.Ordinal);
    }

    private static void AssertStrict(byte[] bytes)
    {
        byte[] again;
        try
        {
            again = Encode(RequestCodec.Decode(bytes));
        }
        catch (ZabFormatException e)
        {
            Assert.NotEmpty(e.Message);
            return;
        }

        Assert.Equal(bytes, again);
    }

    private static byte[] Encode(Request request)
    {
        var session = new Session(request.Session, request.Secret);
        return request.Kind switch
        {
            RequestKind.Command => Run.Command(session, request.Number, request.ClassId, request.CommandId, request.Arguments.ToArray(), request.AnsweredThrough),
            RequestKind.CreateSession => RequestCodec.CreateSession(request.Nonce, request.Secret, request.Timeout),
            RequestKind.CloseSession => RequestCodec.CloseSession(session),
            RequestKind.ExpireSession => RequestCodec.ExpireSession(request.Session),
            RequestKind.Fill => RequestCodec.Fill(session, request.Number, request.AnsweredThrough),
            _ => AddClass(request),
        };
    }

    private static byte[] AddClass(Request request)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ZabWriter(output);
        writer.WriteByte((byte)RequestKind.AddClass);
        writer.WriteUInt32(request.ClassId);
        writer.WriteUInt64(request.StateShape);
        StateText.Write(ref writer, request.ClassName);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }
}
