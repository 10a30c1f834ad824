using System.Diagnostics.CodeAnalysis;
using Zab.Core;

namespace Zab.Transport;

/// <summary>The channels that are open, or being opened, of either direction.</summary>
internal sealed class ChannelTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ChannelId, TcpChannel> _channels = [];

    internal bool TryFind(ChannelId id, [NotNullWhen(true)] out TcpChannel? channel)
    {
        lock (_gate) return _channels.TryGetValue(id, out channel);
    }

    /// <summary>Why that server may not open that channel here; null where it may.</summary>
    internal string? Refusal(ChannelId id, ServerId from)
    {
        lock (_gate)
        {
            if (_channels.ContainsKey(id)) return $"channel {id} is open already";
            int open = _channels.Values.Count(channel => channel.Peer == from && !channel.IsOutgoing);
            return open < Limits.ChannelsFromOnePeerMax ? null : $"server {from} has {open} channels open to this server, {Limits.ChannelsFromOnePeerMax} are allowed";
        }
    }

    internal bool TryAdd(TcpChannel channel)
    {
        lock (_gate) return _channels.TryAdd(channel.Id, channel);
    }

    internal void Remove(TcpChannel channel)
    {
        lock (_gate) _channels.Remove(channel.Id);
    }

    internal TcpChannel[] All()
    {
        lock (_gate) return [.. _channels.Values];
    }
}
