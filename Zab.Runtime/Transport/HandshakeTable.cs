using System.Net.Sockets;
using Zab.Core;

namespace Zab.Transport;

/// <summary>Accepted connections that have not proved yet who is there. Beyond the bound the oldest is closed: so that those who connect and say nothing cannot keep out those who speak at once.</summary>
internal sealed class HandshakeTable
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Socket> _sockets = [];

    internal LinkedListNode<Socket> Enter(Socket socket)
    {
        Socket? evicted = null;
        LinkedListNode<Socket> entry;
        lock (_gate)
        {
            if (_sockets.Count == Limits.HandshakesMax)
            {
                evicted = _sockets.First!.Value;
                _sockets.RemoveFirst();
            }

            entry = _sockets.AddLast(socket);
        }

        evicted?.Dispose();
        return entry;
    }

    /// <summary>The handshake is over, well or not; false where the connection was closed to make room.</summary>
    internal bool TryLeave(LinkedListNode<Socket> entry)
    {
        lock (_gate)
        {
            if (entry.List is null) return false;
            _sockets.Remove(entry);
            return true;
        }
    }
}
