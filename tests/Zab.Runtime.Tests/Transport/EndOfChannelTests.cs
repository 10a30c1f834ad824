using System.Diagnostics;
using System.Net.Sockets;
using Xunit;
using Zab.Core;
using Zab.Transport;
using Zab.Wire;

namespace Zab.Tests.Transport;

public sealed class EndOfChannelTests : IAsyncLifetime
{
    private readonly TestNet _net = new();
    private TestServer _leader = null!;
    private TestServer _learner = null!;

    public async Task InitializeAsync()
    {
        _leader = await _net.StartAsync(1, new TcpTransportOptions { SendQueueBytesMax = Limits.FrameBytesMax + Limits.SendQueueFrameBytes });
        _learner = await _net.StartAsync(2);
        _net.AddNobody(3);
    }

    public async Task DisposeAsync() => await _net.DisposeAsync();

    [Fact]
    public async Task After_Close_has_returned_nothing_comes_from_the_channel()
    {
        ChannelId other = await _net.ConnectAsync(_learner, _leader);
        for (int round = 0; round < 30; round++)
        {
            ChannelId channel = await _net.ConnectAsync(_learner, _leader);
            for (int i = 0; i < 200; i++) _leader.Transport.Send(channel, Sample.Commit(i));
            await _learner.Inbox.NextAsync<Input.Received>();

            _learner.Transport.Close(channel, "enough");
            int atClose = _learner.Inbox.All().Length;
            Assert.Equal(channel, (await _leader.Inbox.NextAsync<Input.ChannelDown>()).Channel);

            Assert.Equal(atClose, _learner.Inbox.All().Length);
            _learner.Transport.Send(channel, Sample.Ack(1));   // No channel, so nothing happens.
            _learner.Transport.Close(channel, "again");
        }

        _leader.Transport.Send(other, Sample.Commit(1000));
        await _learner.Inbox.NextAsync<Input.Received>(received => received.Channel == other);
        Assert.DoesNotContain(_learner.Inbox.All(), input => input is Input.ChannelDown);
    }

    [Fact]
    public async Task A_channel_that_is_closed_while_it_is_being_opened_says_nothing_more()
    {
        using var server = new RawServer(_net, 3);
        var channel = new ChannelId(9);
        _learner.Transport.Open(channel, new ServerId(3));
        using RawConnection connection = await server.AcceptAsync();
        await connection.FrameAsync();
        _learner.Transport.Close(channel, "changed my mind");
        Assert.Equal(0, await connection.ClosedAsync());
        Assert.Empty(_learner.Inbox.All());
    }

    [Fact]
    public async Task A_Goodbye_and_what_stands_before_it_arrive_before_the_end()
    {
        TestServer leader = await _net.StartAsync(4, new TcpTransportOptions { GoodbyeTimeout = Inbox.Patience });
        ChannelId channel = await _net.ConnectAsync(_learner, leader);
        Message proposal = Sample.Proposal(new byte[1024 * 1024]);   // More of them than the system takes at once.
        for (int i = 0; i < 20; i++) leader.Transport.Send(channel, proposal);
        leader.Transport.Send(channel, new Message.Goodbye("another leads"));
        leader.Transport.Close(channel, "another leads");
        leader.Transport.Send(channel, Sample.Commit(1001));

        for (int i = 0; i < 20; i++) Assert.IsType<Message.Proposal>((await _learner.Inbox.NextAsync<Input.Received>()).Message);
        Assert.Equal(new Message.Goodbye("another leads"), (await _learner.Inbox.NextAsync<Input.Received>()).Message);
        Assert.Equal(new Input.ChannelDown(channel, "server 4 closed the connection"), await _learner.Inbox.NextAsync<Input.ChannelDown>());
    }

    [Fact]
    public async Task A_Goodbye_does_not_wait_for_a_peer_that_does_not_read()
    {
        using RawConnection stuck = await OpenAsync();
        for (int i = 0; i < 14; i++) _leader.Transport.Send(new ChannelId(300), Sample.Proposal(new byte[1024 * 1024]));
        _leader.Transport.Send(new ChannelId(300), new Message.Goodbye("stop"));
        _leader.Transport.Close(new ChannelId(300), "stop");

        var clock = Stopwatch.StartNew();
        await _leader.DisposeAsync();
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(await stuck.ClosedAsync(), 0, 14 * 1024 * 1024);
    }

    [Fact]
    public async Task Close_drops_what_was_not_sent()
    {
        using RawConnection stuck = await OpenAsync();
        for (int i = 0; i < 15; i++) _leader.Transport.Send(new ChannelId(300), Sample.Proposal(new byte[1024 * 1024]));
        _leader.Transport.Close(new ChannelId(300), "enough");
        Assert.InRange(await stuck.ClosedAsync(), 0, 14 * 1024 * 1024);
        Assert.DoesNotContain(_leader.Inbox.All(), input => input is Input.ChannelDown);
    }

    [Fact]
    public async Task A_learner_that_does_not_read_loses_its_channel_within_the_bound_and_others_do_not_wait()
    {
        using RawConnection stuck = await OpenAsync();
        ChannelId other = await _net.ConnectAsync(_learner, _leader);
        Message proposal = Sample.Proposal(new byte[1024 * 1024]);
        int sent = 0;
        while (!_leader.Inbox.All().Any(input => input is Input.ChannelDown))
        {
            _leader.Transport.Send(new ChannelId(300), proposal);
            Assert.InRange(++sent, 1, 64);   // The queue holds 16 MiB; what the system buffers for a connection is less than 48.
        }

        Input.ChannelDown down = await _leader.Inbox.NextAsync<Input.ChannelDown>();
        Assert.Equal(new Input.ChannelDown(new ChannelId(300), "server 3 does not keep up: more than 16777344 bytes wait to be sent to it"), down);
        await stuck.ClosedAsync();

        _leader.Transport.Send(other, Sample.Commit(1));
        Assert.Equal(Sample.Commit(1), (await _learner.Inbox.NextAsync<Input.Received>()).Message);
    }

    [Fact]
    public async Task A_leader_that_goes_away_takes_its_channels_down()
    {
        ChannelId channel = await _net.ConnectAsync(_learner, _leader);
        await _leader.DisposeAsync();
        Assert.Equal(channel, (await _learner.Inbox.NextAsync<Input.ChannelDown>()).Channel);
        Assert.DoesNotContain(_leader.Inbox.All(), input => input is Input.ChannelDown);   // Its owner closed it, and knows.
    }

    [Fact]
    public async Task A_channel_to_nobody_is_down_at_once_with_the_reason()
    {
        _learner.Transport.Open(new ChannelId(1), new ServerId(3));
        string refused = new SocketException((int)SocketError.ConnectionRefused).Message;
        string reason = (await _learner.Inbox.NextAsync<Input.ChannelDown>()).Reason;
        Assert.StartsWith($"connecting to server 3 at {_net.Addresses[new ServerId(3)]}: {refused}", reason, StringComparison.Ordinal);

        _learner.Transport.Open(new ChannelId(2), new ServerId(9));
        Assert.Equal("server 9 is not in the start list of server 2", (await _learner.Inbox.NextAsync<Input.ChannelDown>()).Reason);
    }

    /// <summary>Opens channel 300 from server 3, which then reads nothing.</summary>
    private async Task<RawConnection> OpenAsync()
    {
        RawConnection connection = await RawConnection.DialAsync(_leader, 3, ConnectionKind.Channel, 300);
        await connection.SendAsync(Sample.Info);
        await _leader.Inbox.NextAsync<Input.ChannelUp>(up => up.Channel == new ChannelId(300));
        await _leader.Inbox.NextAsync<Input.Received>();
        return connection;
    }
}
