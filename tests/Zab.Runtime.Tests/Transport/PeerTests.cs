using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;
using Zab.Core;
using Zab.Transport;
using Zab.Wire;

namespace Zab.Tests.Transport;

public sealed class PeerTests : IAsyncLifetime
{
    /// <summary>So long that what is told in time was not told because a time ran out.</summary>
    private static readonly TcpTransportOptions _patient = new() { ConnectTimeout = Inbox.Patience, HelloTimeout = Inbox.Patience, ReceiptTimeout = Inbox.Patience };

    private readonly TestNet _net = new();
    private TestServer _one = null!;

    public async Task InitializeAsync() => _one = await _net.StartAsync(1, _patient);

    public async Task DisposeAsync() => await _net.DisposeAsync();

    [Fact]
    public async Task Votes_arrive_with_the_sender_and_its_cluster()
    {
        TestServer two = await _net.StartAsync(2);
        _one.Transport.SetCluster(new ClusterId(9));
        _one.Transport.SendPeer(two.Id, Sample.Vote(1));
        Assert.Equal(new Input.PeerMessage(_one.Id, new ClusterId(9), Sample.Vote(1)), await two.Inbox.NextAsync<Input.PeerMessage>());

        two.Transport.SendPeer(_one.Id, Sample.Founding(3));
        Assert.Equal(new Input.PeerMessage(two.Id, default, Sample.Founding(3)), await _one.Inbox.NextAsync<Input.PeerMessage>());
    }

    [Fact]
    public async Task Votes_one_after_the_other_use_one_connection_and_the_last_one_arrives()
    {
        using var server = new RawServer(_net, 2);
        _one.Transport.SendPeer(new ServerId(2), Sample.Vote(1));
        using RawConnection connection = await server.WelcomeAsync();
        for (int round = 1; round < 100; round++)
        {
            Frame frame = await connection.FrameAsync();
            Assert.Equal((77ul, Sample.Vote(round)), (frame.Incarnation, MessageCodec.Read(frame)));
            await connection.SendAsync(Receipt());
            _one.Transport.SendPeer(new ServerId(2), Sample.Vote(round + 1));
        }

        Assert.Empty(_one.Inbox.All());
    }

    [Fact]
    public async Task A_peer_that_refuses_the_connection_is_unreachable_at_once()
    {
        ServerId two = _net.AddNobody(2);
        var clock = Stopwatch.StartNew();
        _one.Transport.SendPeer(two, Sample.Vote(1));
        Assert.Equal(new Input.PeerUnreachable(two), await _one.Inbox.NextAsync<Input.PeerUnreachable>());
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, Inbox.Patience / 4);
    }

    [Fact]
    public async Task Of_what_could_not_be_sent_the_newest_of_each_type_is_sent_when_the_peer_is_there()
    {
        ServerId two = _net.AddNobody(2);
        for (int i = 1; i <= 3; i++)
        {
            _one.Transport.SendPeer(two, Sample.Vote(i));
            _one.Transport.SendPeer(two, Sample.Founding(i));
            await _one.Inbox.NextAsync<Input.PeerUnreachable>();
        }

        TestServer started = await _net.StartAsync(2);
        Assert.Equal(Sample.Vote(3), (await started.Inbox.NextAsync<Input.PeerMessage>()).Message);
        Assert.Equal(Sample.Founding(3), (await started.Inbox.NextAsync<Input.PeerMessage>()).Message);
        Assert.Empty(started.Inbox.All());
    }

    [Fact]
    public async Task A_peer_that_went_away_is_unreachable_and_is_reached_again_where_it_comes_back()
    {
        TestServer two = await _net.StartAsync(2);
        _one.Transport.SendPeer(two.Id, Sample.Vote(1));
        await two.Inbox.NextAsync<Input.PeerMessage>();
        await two.DisposeAsync();
        Assert.Equal(two.Id, (await _one.Inbox.NextAsync<Input.PeerUnreachable>()).Peer);   // Without anything to be sent.

        _one.Transport.SendPeer(two.Id, Sample.Vote(2));
        await _one.Inbox.NextAsync<Input.PeerUnreachable>();
        TestServer again = await _net.StartAsync(2);   // On another port: the address is looked up at each dial.
        Assert.Equal(Sample.Vote(2), (await again.Inbox.NextAsync<Input.PeerMessage>()).Message);
    }

    [Fact]
    public async Task A_peer_that_is_heard_from_is_tried_again_at_once()
    {
        TestServer slow = await _net.StartAsync(4, new TcpTransportOptions { ReconnectDelayMin = Inbox.Patience * 10, ReconnectDelayMax = Inbox.Patience * 10 });
        slow.Transport.SendPeer(_net.AddNobody(2), Sample.Vote(1));
        await slow.Inbox.NextAsync<Input.PeerUnreachable>();

        TestServer two = await _net.StartAsync(2);
        two.Transport.SendPeer(slow.Id, Sample.Vote(2));
        Assert.Equal(Sample.Vote(1), (await two.Inbox.NextAsync<Input.PeerMessage>()).Message);
    }

    [Fact]
    public async Task A_vote_without_receipt_is_sent_again_on_the_next_connection()
    {
        using var server = new RawServer(_net, 2);
        _one.Transport.SendPeer(new ServerId(2), Sample.Vote(1));
        using (RawConnection first = await server.WelcomeAsync())
        {
            Assert.Equal(Sample.Vote(1), MessageCodec.Read(await first.FrameAsync()));
        }

        await _one.Inbox.NextAsync<Input.PeerUnreachable>();
        using RawConnection second = await server.WelcomeAsync();
        Assert.Equal(Sample.Vote(1), MessageCodec.Read(await second.FrameAsync()));
    }

    [Fact]
    public async Task A_peer_that_reads_and_gives_no_receipt_is_unreachable()
    {
        using var server = new RawServer(_net, 2);
        TestServer hasty = await _net.StartAsync(4, new TcpTransportOptions { ReceiptTimeout = TimeSpan.FromMilliseconds(300) });
        hasty.Transport.SendPeer(new ServerId(2), Sample.Vote(1));
        using RawConnection connection = await server.WelcomeAsync();
        await connection.FrameAsync();
        Assert.Equal(new ServerId(2), (await hasty.Inbox.NextAsync<Input.PeerUnreachable>()).Peer);
        Assert.Equal(0, await connection.ClosedAsync());
    }

    [Theory]
    [InlineData(2)]   // One receipt more than messages.
    [InlineData(0)]   // A vote where receipts belong.
    public async Task A_peer_that_answers_votes_wrongly_is_cut_off(int receipts)
    {
        using var server = new RawServer(_net, 2);
        _one.Transport.SendPeer(new ServerId(2), Sample.Vote(1));
        using RawConnection connection = await server.WelcomeAsync();
        await connection.FrameAsync();
        for (int i = 0; i < receipts; i++) await connection.SendAsync(Receipt());
        if (receipts == 0) await connection.SendAsync(RawConnection.BytesOf(EncodedMessage.Of(Sample.Vote(2)), default, 77));
        Assert.Equal(new ServerId(2), (await _one.Inbox.NextAsync<Input.PeerUnreachable>()).Peer);
        Assert.DoesNotContain(_one.Inbox.All(), input => input is Input.PeerMessage);
    }

    [Fact]
    public async Task A_new_connection_of_a_peer_replaces_its_old_one()
    {
        _net.AddNobody(3);
        using RawConnection old = await RawConnection.DialAsync(_one, 3, ConnectionKind.Peer, 1);
        await old.SendAsync(Sample.Vote(1));
        Assert.Equal(FrameType.Receipt, (await old.FrameAsync()).Type);

        using RawConnection current = await RawConnection.DialAsync(_one, 3, ConnectionKind.Peer, 2);
        await current.SendAsync(Sample.Vote(2));
        Assert.Equal(FrameType.Receipt, (await current.FrameAsync()).Type);

        Assert.Equal(0, await old.ClosedAsync());
        Assert.Equal(
            [new Input.PeerMessage(new ServerId(3), default, Sample.Vote(1)), new Input.PeerMessage(new ServerId(3), default, Sample.Vote(2))],
            _one.Inbox.All());
    }

    [Fact]
    public async Task A_host_that_swallows_connections_delays_only_what_goes_to_it()
    {
        using var hole = new BlackHole();
        TestServer sender = await _net.StartAsync(4, new TcpTransportOptions { ConnectTimeout = TimeSpan.FromSeconds(4) });
        _net.Addresses[new ServerId(3)] = hole.Address;
        TestServer two = await _net.StartAsync(2);

        sender.Transport.Open(new ChannelId(1), new ServerId(3));
        for (int i = 1; i <= 3; i++)
        {
            sender.Transport.SendPeer(new ServerId(3), Sample.Vote(i));
            sender.Transport.SendPeer(two.Id, Sample.Vote(i));
        }

        await two.Inbox.NextAsync<Input.PeerMessage>(message => message.Message.Equals(Sample.Vote(3)));
        await _net.ConnectAsync(sender, two);
        Assert.DoesNotContain(sender.Inbox.All(), static input => input is Input.PeerUnreachable { Peer.Value: 3 } or Input.ChannelDown);   // What goes to the black hole is still on its way.

        await sender.Inbox.NextAsync<Input.PeerUnreachable>(static input => input.Peer == new ServerId(3));
        Assert.Equal($"connecting to server 3 at {hole.Address}: no answer within 4000 ms", (await sender.Inbox.NextAsync<Input.ChannelDown>()).Reason);
    }

    private static byte[] Receipt() => RawConnection.BytesOf(EncodedMessage.Control(FrameType.Receipt, ReadOnlyMemory<byte>.Empty), default, 77);
}
