using Microsoft.Extensions.Logging;
using Xunit;
using Zab.Core;
using Zab.Transport;

namespace Zab.Tests.Transport;

public sealed class LifeTests : IAsyncLifetime
{
    private readonly TestNet _net = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _net.DisposeAsync();

    [Fact]
    public async Task Closing_in_the_middle_of_everything_ends_and_nothing_is_posted_after_it()
    {
        for (int round = 0; round < 5; round++)
        {
            await using var net = new TestNet();
            TestServer leader = await net.StartAsync(1);
            TestServer learner = await net.StartAsync(2);
            using var hole = new BlackHole();
            net.Addresses[new ServerId(3)] = hole.Address;
            net.AddNobody(4);
            ChannelId channel = await net.ConnectAsync(learner, leader);
            using var stop = new CancellationTokenSource();
            Task busy = Task.Run(() =>
            {
                Message proposal = Sample.Proposal(new byte[10_000]);
                for (int i = 0; !stop.IsCancellationRequested; i++)
                {
                    if (i < 5000) leader.Transport.Send(channel, proposal);   // Less than a queue holds, so that it is not overflow that ends the channel.
                    if (i < 5000 && i % 100 == 0) leader.Transport.Open(new ChannelId(1000 + (ulong)i), new ServerId(4));
                    leader.Transport.SendPeer(learner.Id, Sample.Vote(i));
                    leader.Transport.SendPeer(new ServerId(3), Sample.Vote(i));
                    leader.Transport.SendPeer(new ServerId(4), Sample.Vote(i));
                    Thread.Yield();
                }
            });

            await learner.Inbox.NextAsync<Input.Received>();
            await leader.DisposeAsync();
            int after = leader.Inbox.All().Length;
            await learner.Inbox.NextAsync<Input.ChannelDown>();
            await stop.CancelAsync();
            await busy;
            Assert.Equal(after, leader.Inbox.All().Length);
            await leader.DisposeAsync();   // Once more does no harm.
        }
    }

    [Fact]
    public async Task An_address_in_use_is_said_so()
    {
        TestServer first = await _net.StartAsync(1);
        _net.Addresses[new ServerId(2)] = _net.Addresses[first.Id];
        await using var second = new TestServer(new ServerId(2), _net.Addresses, null, null);
        IOException failed = await Assert.ThrowsAsync<IOException>(async () => await second.Transport.StartAsync(CancellationToken.None));
        Assert.StartsWith($"Listening for servers on 127.0.0.1:{first.Transport.Port}: ", failed.Message, StringComparison.Ordinal);
        Assert.Contains("another port in the start list", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_in_its_own_start_list_does_not_start()
    {
        await using var server = new TestServer(new ServerId(9), _net.Addresses, null, null);
        IOException failed = await Assert.ThrowsAsync<IOException>(async () => await server.Transport.StartAsync(CancellationToken.None));
        Assert.Equal("Server 9 is not in its own start list; add its address.", failed.Message);
    }

    // 192.0.2.1 is kept for documentation, so no machine has it.
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("192.0.2.1", null)]
    [InlineData("db1.example.org", null)]
    public void What_is_listened_on_follows_from_the_start_list(string host, string? listened)
    {
        using Listener listener = Listener.Listen(new PeerAddress(host, 0));
        string any = System.Net.Sockets.Socket.OSSupportsIPv6 ? "::" : "0.0.0.0";
        Assert.Equal(listened ?? any, listener.EndPoint.Address.ToString());
    }

    [Fact]
    public async Task Names_are_resolved_and_a_name_that_nobody_knows_is_no_more_than_unreachable()
    {
        TestServer one = await _net.StartAsync(1);
        TestServer two = await _net.StartAsync(2);
        _net.Addresses[two.Id] = new PeerAddress("localhost", two.Transport.Port);
        one.Transport.SendPeer(two.Id, Sample.Vote(1));
        await two.Inbox.NextAsync<Input.PeerMessage>();

        _net.Addresses[new ServerId(3)] = new PeerAddress("no-such-host.invalid", 7000);
        one.Transport.SendPeer(new ServerId(3), Sample.Vote(1));
        Assert.Equal(new ServerId(3), (await one.Inbox.NextAsync<Input.PeerUnreachable>()).Peer);
    }

    [Fact]
    public async Task Strangers_cannot_fill_the_log()
    {
        var log = new WarningLog();
        TestServer server = await _net.StartAsync(1, log: log);
        for (int i = 0; i < 20; i++)
        {
            using RawConnection connection = await RawConnection.DialAsync(server);
            await connection.SendAsync(Sample.Bytes(100));
            await connection.ClosedAsync();
        }

        Assert.Single(log.Warnings);
        Assert.Contains("did not prove to be a server of this ensemble: header checksum", log.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_goes_to_many_is_encoded_once()
    {
        var cache = new EncodingCache();
        Message proposal = Sample.Proposal(new byte[100]);
        Assert.Same(cache.Encode(proposal), cache.Encode(proposal));
        Assert.NotSame(cache.Encode(proposal), cache.Encode(proposal with { }));   // Equal is not enough: it would have to be compared.
    }

    [Fact]
    public void The_bounds_fit_each_other() => System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(typeof(Limits).TypeHandle);

    private sealed class WarningLog : ILogger
    {
        internal List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            lock (Warnings) Warnings.Add(formatter(state, exception));
        }
    }
}
