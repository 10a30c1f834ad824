using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Zab.Core;
using Zab.Transport;

namespace Zab.Tests.Transport;

/// <summary>Transports of several servers on loopback, each on a port that the system chose.</summary>
internal sealed class TestNet : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _servers = [];
    private readonly List<Socket> _reserved = [];
    private ulong _channels = 1_000_000;

    internal ConcurrentDictionary<ServerId, PeerAddress> Addresses { get; } = [];

    internal async Task<TestServer> StartAsync(uint id, TcpTransportOptions? options = null, ILogger? log = null)
    {
        var self = new ServerId(id);
        Addresses[self] = new PeerAddress("127.0.0.1", 0);
        var server = new TestServer(self, Addresses, options, log);
        _servers.Add(server);
        await server.Transport.StartAsync(CancellationToken.None);
        Addresses[self] = new PeerAddress("127.0.0.1", server.Transport.Port);
        return server;
    }

    /// <summary>Opens a channel and lets the learner speak first, as it must; its first message is <see cref="Sample.Info"/>.</summary>
    internal async Task<ChannelId> ConnectAsync(TestServer learner, TestServer leader)
    {
        var channel = new ChannelId(++_channels);
        learner.Transport.Open(channel, leader.Id);
        await learner.Inbox.NextAsync<Input.ChannelUp>(up => up.Channel == channel);
        learner.Transport.Send(channel, Sample.Info);
        await leader.Inbox.NextAsync<Input.ChannelUp>(up => up.Channel == channel);
        await leader.Inbox.NextAsync<Input.Received>(received => received.Channel == channel);
        return channel;
    }

    /// <summary>Puts a server into the start list that is not there: its port is taken, so that nobody else gets it, and refuses connections.</summary>
    internal ServerId AddNobody(uint id)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _reserved.Add(socket);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Addresses[new ServerId(id)] = new PeerAddress("127.0.0.1", ((IPEndPoint)socket.LocalEndPoint!).Port);
        return new ServerId(id);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable server in _servers) await server.DisposeAsync();
        foreach (Socket socket in _reserved) socket.Dispose();
    }
}

internal sealed class TestServer : IAsyncDisposable
{
    internal TestServer(ServerId id, ConcurrentDictionary<ServerId, PeerAddress> addresses, TcpTransportOptions? options, ILogger? log)
    {
        Id = id;
        Transport = new TcpTransport(id, addresses, Inbox.Post, log, options);
    }

    internal ServerId Id { get; }

    internal Inbox Inbox { get; } = new();

    internal TcpTransport Transport { get; }

    public ValueTask DisposeAsync() => Transport.DisposeAsync();
}
