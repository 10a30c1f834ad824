using System.Buffers.Binary;
using Xunit;
using Zab.Core;
using Zab.Transport;
using Zab.Wire;

namespace Zab.Tests.Transport;

/// <summary>Bytes that no server sends close the connection that they came on, and nothing else: after each case, a channel that was open before still carries messages.</summary>
public sealed class HostileBytesTests : IAsyncLifetime
{
    private static readonly TcpTransportOptions _hasty = new() { HelloTimeout = TimeSpan.FromMilliseconds(500) };

    private readonly TestNet _net = new();
    private TestServer _leader = null!;
    private TestServer _learner = null!;
    private ChannelId _channel;
    private int _count;

    public async Task InitializeAsync()
    {
        _leader = await _net.StartAsync(1);
        _learner = await _net.StartAsync(2);
        _net.AddNobody(3);   // Played by the test.
        _channel = await _net.ConnectAsync(_learner, _leader);
    }

    public async Task DisposeAsync() => await _net.DisposeAsync();

    public static TheoryData<string, byte[]> BeforeTheHello() => new()
    {
        { "text of another protocol", "GET / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: something\r\n\r\n"u8.ToArray() },
        { "random bytes", Sample.Bytes(4096) },
        { "zeros", new byte[1000] },
        { "a frame larger than a hello", Header(FrameType.Hello, 0, Hello.FrameBytesMax + 1) },
        { "a frame of 2 GiB", Header(FrameType.Hello, 0, int.MaxValue) },
        { "a frame of negative length", Header(FrameType.Hello, 0, -1) },
        { "a message first", RawConnection.BytesOf(EncodedMessage.Of(Sample.Ack(1))) },
        { "a hello for another connection", RawConnection.BytesOf(HelloOf(3, 1).Encode(), default, 5) },
        { "a hello that goes on before the answer", [.. RawConnection.BytesOf(HelloOf(3, 1).Encode()), .. RawConnection.BytesOf(EncodedMessage.Of(Sample.Info))] },
    };

    [Theory]
    [MemberData(nameof(BeforeTheHello))]
    public async Task Instead_of_a_hello(string what, byte[] bytes)
    {
        using RawConnection connection = await RawConnection.DialAsync(_leader);
        await connection.SendAsync(bytes);
        Assert.True(await connection.ClosedAsync() == 0, what);
        await OthersGoOnAsync();
    }

    public static TheoryData<string, Func<ulong, byte[]>> OnAChannel() => new()
    {
        { "random bytes", _ => Sample.Bytes(4096) },
        { "another incarnation", incarnation => RawConnection.BytesOf(EncodedMessage.Of(Sample.Ack(1)), default, incarnation ^ 1) },
        { "another cluster", incarnation => RawConnection.BytesOf(EncodedMessage.Of(Sample.Ack(1)), new ClusterId(6), incarnation) },
        { "a message of a leader", incarnation => RawConnection.BytesOf(EncodedMessage.Of(Sample.Commit(1)), default, incarnation) },
        { "a vote", incarnation => RawConnection.BytesOf(EncodedMessage.Of(Sample.Vote(1)), default, incarnation) },
        { "another hello", incarnation => RawConnection.BytesOf(HelloOf(3, 1).Encode(), default, incarnation) },
        { "an unknown type", incarnation => RawConnection.BytesOf(EncodedMessage.Control((FrameType)0x2F, new byte[8]), default, incarnation) },
        { "a body that is too short", incarnation => RawConnection.BytesOf(EncodedMessage.Control(FrameType.Ack, new byte[7]), default, incarnation) },
        { "a body that is too long", incarnation => RawConnection.BytesOf(EncodedMessage.Control(FrameType.Ack, new byte[9]), default, incarnation) },
        { "a count that the body cannot hold", incarnation => RawConnection.BytesOf(EncodedMessage.Control(FrameType.Request, new byte[] { 255, 255, 255, 127 }), default, incarnation) },
        { "a frame over the bound", incarnation => Header(FrameType.Request, incarnation, Limits.FrameBytesMax + 1) },
    };

    [Theory]
    [MemberData(nameof(OnAChannel))]
    public async Task On_an_open_channel(string what, Func<ulong, byte[]> bytes)
    {
        _leader.Transport.SetCluster(new ClusterId(5));
        using RawConnection connection = await OpenAsync();
        await connection.SendAsync(bytes(connection.Incarnation));

        Input.ChannelDown down = await _leader.Inbox.NextAsync<Input.ChannelDown>(down => down.Channel == new ChannelId(300));
        await connection.ClosedAsync();
        Assert.True(down.Reason.Length > 10, $"{what}: {down.Reason}");
        Assert.DoesNotContain("failed on it", down.Reason, StringComparison.Ordinal);
        await OthersGoOnAsync();
    }

    [Fact]
    public async Task A_frame_that_ends_in_the_middle_closes_its_channel()
    {
        byte[] frame = RawConnection.BytesOf(EncodedMessage.Of(Sample.Ack(1)));
        foreach (int length in (int[])[1, Frame.HeaderBytes - 1, Frame.HeaderBytes, frame.Length - 1])
        {
            ulong channel = 300 + (ulong)length;
            using RawConnection connection = await OpenAsync(channel);
            await connection.SendAsync(frame[..length]);
            connection.EndSending();
            Input.ChannelDown down = await _leader.Inbox.NextAsync<Input.ChannelDown>(down => down.Channel == new ChannelId(channel));
            Assert.Equal($"the connection ended {length} bytes into a frame", down.Reason);
        }

        await OthersGoOnAsync();
    }

    [Fact]
    public async Task No_flipped_bit_gets_through()
    {
        int length = RawConnection.BytesOf(EncodedMessage.Of(Sample.Ack(1))).Length;
        for (int bit = 0; bit < length * 8; bit++)
        {
            ulong channel = 300 + (ulong)bit;
            using RawConnection connection = await OpenAsync(channel);
            byte[] frame = RawConnection.BytesOf(EncodedMessage.Of(Sample.Ack(1)), default, connection.Incarnation);
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
            await connection.SendAsync(frame);
            await _leader.Inbox.NextAsync<Input.ChannelDown>(down => down.Channel == new ChannelId(channel));
        }

        Assert.DoesNotContain(_leader.Inbox.All(), input => input is Input.Received);
        await OthersGoOnAsync();
    }

    [Fact]
    public async Task A_first_frame_larger_than_a_stranger_may_send_opens_nothing()
    {
        using RawConnection connection = await RawConnection.DialAsync(_leader, 3, ConnectionKind.Channel, 300);
        await connection.SendAsync(Header(FrameType.Request, connection.Incarnation, Limits.SmallFrameBytesMax + 1));
        await connection.ClosedAsync();
        Assert.Empty(_leader.Inbox.All());
    }

    [Fact]
    public async Task Whoever_does_not_speak_in_time_is_closed()
    {
        TestServer hasty = await _net.StartAsync(4, _hasty);
        using RawConnection silent = await RawConnection.DialAsync(hasty);
        using RawConnection half = await RawConnection.DialAsync(hasty);
        await half.SendAsync(RawConnection.BytesOf(HelloOf(3, 4).Encode())[..20]);
        using RawConnection welcomed = await RawConnection.DialAsync(hasty, 3, ConnectionKind.Channel, 300);

        await silent.ClosedAsync();
        await half.ClosedAsync();
        await welcomed.ClosedAsync();
        Assert.Empty(hasty.Inbox.All());
    }

    [Fact]
    public async Task Silent_connections_keep_nobody_out()
    {
        TestServer patient = await _net.StartAsync(4, new TcpTransportOptions { HelloTimeout = Inbox.Patience * 10 });
        var silent = new List<RawConnection>();
        for (int i = 0; i < Limits.HandshakesMax + 20; i++) silent.Add(await RawConnection.DialAsync(patient));
        await _net.ConnectAsync(_learner, patient);
        foreach (RawConnection oldest in silent.Take(20)) Assert.Equal(0, await oldest.ClosedAsync());
        foreach (RawConnection connection in silent) connection.Dispose();
    }

    public static TheoryData<string, byte[], string> Answers() => new()
    {
        { "text of another protocol", "220 mail.example.org ESMTP ready, and more than a header\r\n"u8.ToArray(), "header checksum" },
        { "a refusal", RawConnection.BytesOf(new HelloReply(0, "not today").Encode()), "refused: not today" },
        { "its own hello", RawConnection.BytesOf(HelloOf(2, 3).Encode()), "answered with Hello" },
        { "a welcome of another cluster", RawConnection.BytesOf(new HelloReply(77, null).Encode(), new ClusterId(6)), "belongs to cluster" },
        { "a welcome and a message at once", [.. RawConnection.BytesOf(new HelloReply(77, null).Encode()), 1], "follow the first frame" },
        { "nothing", [], "closed without a word" },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task As_the_answer_to_our_hello(string what, byte[] answer, string reason)
    {
        using var server = new RawServer(_net, 3);
        _learner.Transport.SetCluster(new ClusterId(5));
        var channel = new ChannelId(301);
        _learner.Transport.Open(channel, new ServerId(3));
        using RawConnection connection = await server.AcceptAsync();
        await connection.FrameAsync();
        if (answer.Length > 0) await connection.SendAsync(answer);
        connection.EndSending();

        Input.ChannelDown down = await _learner.Inbox.NextAsync<Input.ChannelDown>(down => down.Channel == channel);
        Assert.True(down.Reason.Contains(reason, StringComparison.Ordinal), $"{what}: {down.Reason}");
        Assert.Contains("connecting to server 3 at 127.0.0.1:", down.Reason, StringComparison.Ordinal);
        await OthersGoOnAsync();
    }

    [Fact]
    public async Task A_server_that_accepts_and_says_nothing_is_given_up()
    {
        using var server = new RawServer(_net, 3);
        TestServer hasty = await _net.StartAsync(4, _hasty);
        hasty.Transport.Open(new ChannelId(301), new ServerId(3));
        Input.ChannelDown down = await hasty.Inbox.NextAsync<Input.ChannelDown>();
        Assert.Contains("saying hello: no answer within 500 ms", down.Reason, StringComparison.Ordinal);
    }

    private static Hello HelloOf(uint from, uint to) => new(Hello.CurrentVersion, new ServerId(from), new ServerId(to), ConnectionKind.Channel, new ChannelId(300));

    /// <summary>A header whose checksum is right and whose length is not.</summary>
    private static byte[] Header(FrameType type, ulong incarnation, int length)
    {
        byte[] header = new byte[Frame.HeaderBytes];
        Frame.WriteHeader(header, type, default, incarnation, 0, unchecked(length - Frame.HeaderBytes), 0);
        Assert.Equal(length, BinaryPrimitives.ReadInt32LittleEndian(header));
        return header;
    }

    /// <summary>Opens a channel from server 3; like a learner, never one that it had before.</summary>
    private async Task<RawConnection> OpenAsync(ulong channel = 300)
    {
        RawConnection connection = await RawConnection.DialAsync(_leader, 3, ConnectionKind.Channel, channel);
        await connection.SendAsync(Sample.Info);
        await _leader.Inbox.NextAsync<Input.ChannelUp>(up => up.Channel == new ChannelId(channel));
        await _leader.Inbox.NextAsync<Input.Received>(received => received.Channel == new ChannelId(channel));
        return connection;
    }

    private async Task OthersGoOnAsync()
    {
        _count++;
        _learner.Transport.Send(_channel, Sample.Ack(_count));
        Assert.Equal(Sample.Ack(_count), (await _leader.Inbox.NextAsync<Input.Received>()).Message);
        _leader.Transport.Send(_channel, Sample.Commit(_count));
        Assert.Equal(Sample.Commit(_count), (await _learner.Inbox.NextAsync<Input.Received>()).Message);
    }
}
