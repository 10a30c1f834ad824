using Xunit;
using Zab.Core;
using Zab.Wire;

namespace Zab.Tests.Transport;

/// <summary>Bytes that a server once sent, sent again by somebody who recorded them (protocol fault N08).</summary>
public sealed class ReplayTests : IAsyncLifetime
{
    private readonly TestNet _net = new();
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await _net.StartAsync(1);
        _net.AddNobody(3);
    }

    public async Task DisposeAsync() => await _net.DisposeAsync();

    [Fact]
    public async Task A_recorded_channel_does_nothing_when_it_is_played_again()
    {
        IReadOnlyList<byte[]> recording;
        using (RawConnection first = await RawConnection.DialAsync(_server, 3, ConnectionKind.Channel, 300))
        {
            await first.SendAsync(Sample.Info);
            await first.SendAsync(Sample.Ack(1));
            recording = first.Recording;
            await _server.Inbox.NextAsync<Input.Received>(received => received.Message is Message.Ack);
        }

        await _server.Inbox.NextAsync<Input.ChannelDown>();
        int before = _server.Inbox.All().Length;

        // In the rhythm of the original: the hello is welcome, since it could be new; nothing after it is.
        using RawConnection again = await RawConnection.DialAsync(_server);
        await again.SendAsync(recording[0]);
        Assert.Null((await again.ReplyAsync()).Refusal);
        foreach (byte[] bytes in recording.Skip(1)) await again.SendAsync(bytes);
        await again.ClosedAsync();

        // In one piece.
        using RawConnection piece = await RawConnection.DialAsync(_server);
        await piece.SendAsync([.. recording.SelectMany(bytes => bytes)]);
        await piece.ClosedAsync();

        Assert.Equal(before, _server.Inbox.All().Length);
    }

    [Fact]
    public async Task A_recorded_hello_of_an_open_channel_is_refused()
    {
        using RawConnection first = await RawConnection.DialAsync(_server, 3, ConnectionKind.Channel, 300);
        await first.SendAsync(Sample.Info);
        await _server.Inbox.NextAsync<Input.ChannelUp>();

        using RawConnection again = await RawConnection.DialAsync(_server);
        await again.SendAsync(first.Recording[0]);
        Assert.Equal("channel 000000000000012c is open already", (await again.ReplyAsync()).Refusal);
    }

    [Fact]
    public async Task A_recorded_peer_connection_does_not_replace_the_live_one()
    {
        using RawConnection live = await RawConnection.DialAsync(_server, 3, ConnectionKind.Peer, 1);
        await live.SendAsync(Sample.Vote(1));
        await _server.Inbox.NextAsync<Input.PeerMessage>();

        using RawConnection again = await RawConnection.DialAsync(_server);
        await again.SendAsync(live.Recording[0]);
        await again.ReplyAsync();
        await again.SendAsync(live.Recording[1]);
        await again.ClosedAsync();

        await live.SendAsync(Sample.Vote(2));
        Assert.Equal(Sample.Vote(2), (await _server.Inbox.NextAsync<Input.PeerMessage>()).Message);
        Assert.Empty(_server.Inbox.All());
    }
}
