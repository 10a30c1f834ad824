using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Zab.Core;
using Zab.Diagnostics;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>The transport over TCP. Who connects to whom, and what is said first, stands in <c>docs/FORMAT.md</c>.</summary>
internal sealed class TcpTransport : ITransport
{
    private readonly LocalServer _local;
    private readonly Dialer _dialer;
    private readonly Acceptor _acceptor;
    private readonly TaskSet _tasks;
    private readonly ChannelTable _channels = new();
    private readonly EncodingCache _encodings = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _linksGate = new();
    private readonly Dictionary<ServerId, PeerLink> _links = [];
    private Listener? _listener;
    private Task? _disposing;

    /// <param name="self">This server; its address is listened on.</param>
    /// <param name="servers">The start list, this server included. Looked up anew at each dial, so that it may change.</param>
    /// <param name="post">Takes inputs, from any thread, and must return at once: it is called under locks that keep inputs in order.</param>
    /// <param name="log">Where the transport logs; nowhere if null.</param>
    /// <param name="options">Times and bounds; the defaults if null.</param>
    internal TcpTransport(ServerId self, IReadOnlyDictionary<ServerId, PeerAddress> servers, Action<Input> post, ILogger? log = null, TcpTransportOptions? options = null)
    {
        _local = new LocalServer(self, servers, post, log ?? NullLogger.Instance, options ?? new TcpTransportOptions());
        _dialer = new Dialer(_local);
        _acceptor = new Acceptor(_local, _channels, HeardFrom);
        _tasks = new TaskSet(_local.Log);
        Invariant.Require(Limits.FrameBytesMax + Limits.SendQueueFrameBytes <= _local.Options.SendQueueBytesMax, $"the largest frame does not fit a send queue of {_local.Options.SendQueueBytesMax} bytes");
    }

    /// <summary>The port that is listened on, once started: of a start list that says 0, the one that the system chose.</summary>
    internal int Port => _listener?.EndPoint.Port ?? throw new InvalidOperationException("The transport is not started.");

    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_local.Servers.TryGetValue(_local.Id, out PeerAddress? address)) throw new IOException($"Server {_local.Id} is not in its own start list; add its address.");
        _listener = Listener.Listen(address);
        _local.Log.Listening(_listener.EndPoint.ToString());
        _tasks.TryRun(() => _listener.RunAsync(_local, Serve, _stopping.Token));
        return ValueTask.CompletedTask;
    }

    public void SetCluster(ClusterId cluster) => _local.Cluster = cluster;

    public void SendPeer(ServerId to, Message message)
    {
        EncodedMessage encoded = _encodings.Encode(message);
        Invariant.Require(encoded.Type.IsPeer(), $"{encoded.Type} sent to server {to} outside channels");
        Invariant.Require(to != _local.Id, $"{encoded.Type} sent by server {to} to itself");
        if (encoded.FrameBytes > Limits.SmallFrameBytesMax) throw new WireException($"a {encoded.Type} of {encoded.FrameBytes} bytes; {Limits.SmallFrameBytesMax} are allowed outside channels");
        Link(to).Send(encoded);
    }

    public void Open(ChannelId channel, ServerId peer)
    {
        var opened = new TcpChannel(_local, _channels, channel, peer, isOutgoing: true);
        Invariant.Require(_channels.TryAdd(opened), $"channel {channel} is opened twice");
        if (!_tasks.TryRun(() => opened.DialAsync(_dialer))) opened.Close("this server stops");
    }

    public void Send(ChannelId channel, Message message)
    {
        if (_channels.TryFind(channel, out TcpChannel? open)) open.Send(_encodings.Encode(message));
    }

    public void Close(ChannelId channel, string reason)
    {
        if (_channels.TryFind(channel, out TcpChannel? open)) open.Close(reason);
    }

    /// <summary>Closes every connection; when it completes, nothing of the transport runs any more and no input will be posted.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_linksGate) return new ValueTask(_disposing ??= StopAsync());
    }

    private async Task StopAsync()
    {
        Task ended = _tasks.CloseAsync();   // First, so that what is not seen below cannot start any more.
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener?.Dispose();
        foreach (TcpChannel channel in _channels.All()) channel.Close("this server stops");
        await ended.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private void Serve(Socket accepted)
    {
        LinkedListNode<Socket> entered = _acceptor.Enter(accepted);
        if (!_tasks.TryRun(() => _acceptor.ServeAsync(entered, _stopping.Token))) accepted.Dispose();
    }

    private void HeardFrom(ServerId peer)
    {
        lock (_linksGate)
        {
            if (_links.TryGetValue(peer, out PeerLink? link)) link.Hurry();
        }
    }

    private PeerLink Link(ServerId peer)
    {
        lock (_linksGate)
        {
            if (_links.TryGetValue(peer, out PeerLink? link)) return link;
            link = _links[peer] = new PeerLink(_local, _dialer, peer);
            _tasks.TryRun(() => link.RunAsync(_stopping.Token));
            return link;
        }
    }
}
