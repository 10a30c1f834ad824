using Zab.Core;
using Zab.Transport;

namespace Zab.Replica;

/// <summary>Messages that may not leave before a write is durable, in the order they were asked for.</summary>
internal sealed class HeldSends(ITransport transport)
{
    private readonly List<Output> _held = [];

    internal void Hold(Output.Send send) => _held.Add(send);

    internal void Hold(Output.SendPeer send) => _held.Add(send);

    /// <summary>A newer message of its type to a server outside channels replaces one that is still held, else the older one would leave last.</summary>
    internal void Replace(Output.SendPeer newer)
    {
        for (int i = _held.Count - 1; i >= 0; i--)
            if (_held[i] is Output.SendPeer held && held.To == newer.To && held.Message.GetType() == newer.Message.GetType()) _held.RemoveAt(i);
    }

    /// <summary>The channel is closed: what it still held is never sent.</summary>
    internal void Drop(ChannelId channel)
    {
        for (int i = _held.Count - 1; i >= 0; i--)
            if (_held[i] is Output.Send held && held.Channel == channel) _held.RemoveAt(i);
    }

    internal void Clear() => _held.Clear();

    /// <summary>Sends what waited for writes up to <paramref name="durable"/>, in order.</summary>
    internal void Release(WriteId durable)
    {
        int kept = 0;
        for (int i = 0; i < _held.Count; i++)
        {
            switch (_held[i])
            {
                case Output.Send send when send.After <= durable: transport.Send(send.Channel, send.Message); break;
                case Output.SendPeer send when send.After <= durable: transport.SendPeer(send.To, send.Message); break;
                default: _held[kept++] = _held[i]; break;
            }
        }

        _held.RemoveRange(kept, _held.Count - kept);
    }
}
