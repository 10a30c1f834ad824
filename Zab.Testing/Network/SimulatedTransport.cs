using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using Zab.Core;
using Zab.Transport;
using Zab.Wire;

namespace Zab.Testing;

/// <summary>The transport of one life: production frames, hellos and rules, over simulated wires.</summary>
internal sealed class SimulatedTransport : ITransport
{
    private readonly World _world;
    private readonly ServerLife _life;
    private readonly EncodingCache _encodings = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(512);
    private readonly SortedDictionary<ServerId, PeerWire> _peers = [];
    private readonly ChannelTable _noChannels = new();

    internal SimulatedTransport(World world, ServerLife life, Action<Input> post)
    {
        (_world, _life) = (world, life);
        Dictionary<ServerId, PeerAddress> servers = life.Server.ReplicaOptions.Servers.ToDictionary(static server => server.Id, static server => new PeerAddress(server.Host, server.Port));
        Local = new LocalServer(life.Server.Id, servers, post, NullLogger.Instance, new TcpTransportOptions());
    }

    internal LocalServer Local { get; }

    internal ServerLife Life => _life;

    public ValueTask StartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void SetCluster(ClusterId cluster) => Local.Cluster = cluster;

    public void SendPeer(ServerId to, Message message)
    {
        EncodedMessage encoded = _encodings.Encode(message);
        _world.Watch.Sent(Local.Id, to, default, message);
        if (!_peers.TryGetValue(to, out PeerWire? wire)) _peers.Add(to, wire = new PeerWire(_world, this, to));
        wire.Send(encoded);
        _world.OnFrame?.Invoke(Local.Id, to, encoded.Type, false);
    }

    public void Open(ChannelId channel, ServerId peer) => new SimulatedChannel(_world, channel, this, peer).Dial();

    public void Send(ChannelId channel, Message message)
    {
        if (_world.Network.Find(channel) is not { } open || !open.IsUsable(this)) return;
        _world.Watch.Sent(Local.Id, open.Other(Local.Id), channel, message);
        _world.Rarities.Sent(Local.Id, message);
        EncodedMessage encoded = _encodings.Encode(message);
        open.Send(this, Frame(encoded, open.Id.Value));
        _world.OnFrame?.Invoke(Local.Id, open.Other(Local.Id), encoded.Type, false);
    }

    public void Close(ChannelId channel, string reason)
    {
        if (_world.Network.Find(channel) is { } open && open.IsUsable(this)) open.Close(Local.Id);
    }

    public ValueTask DisposeAsync()
    {
        _world.Network.Died(Local.Id);
        return ValueTask.CompletedTask;
    }

    /// <summary>Why a hello would be refused here; null where it is welcome.</summary>
    internal string? Refusal(Hello hello, ClusterId cluster) => HelloRules.Refusal(Local, _noChannels, hello, cluster);

    /// <summary>The bytes as they go over the wire.</summary>
    internal byte[] Frame(EncodedMessage message, ulong incarnation)
    {
        _buffer.ResetWrittenCount();
        message.WriteTo(_buffer, Local.Cluster, incarnation);
        return _buffer.WrittenSpan.ToArray();
    }

    /// <summary>What stands in bytes that arrived.</summary>
    /// <exception cref="WireException">They are no frame that may arrive here.</exception>
    internal Message Read(byte[] bytes, int frameBytesMax, ulong incarnation, Func<FrameType, bool> isExpected, out ClusterId cluster)
    {
        var input = new ReadOnlySequence<byte>(bytes);
        if (!Zab.Wire.Frame.TryRead(ref input, frameBytesMax, out Frame frame)) throw new WireException($"the connection ended {bytes.Length} bytes into a frame");
        FrameRules.Require(frame, Local, incarnation, isExpected);
        cluster = frame.ClusterId;
        return MessageCodec.Read(frame);
    }

    /// <summary>Whoever speaks for a peer was heard from: worth trying again at once.</summary>
    internal void HeardFrom(ServerId peer)
    {
        if (_peers.TryGetValue(peer, out PeerWire? wire)) wire.Hurry();
    }

    internal void Post(Input input)
    {
        if (!_life.IsOver) Local.Post(input);
    }
}
