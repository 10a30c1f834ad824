using System.Net;
using System.Net.Sockets;
using Zab.Transport;

namespace Zab.Tests.Transport;

/// <summary>An address where connections are neither accepted nor refused: its backlog is full, and the system drops what comes then.</summary>
internal sealed class BlackHole : IDisposable
{
    private readonly List<Socket> _sockets = [];

    internal BlackHole()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(listener);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        EndPoint at = listener.LocalEndPoint!;
        Address = new PeerAddress("127.0.0.1", ((IPEndPoint)at).Port);
        for (int i = 0; i < 8; i++)
        {
            var filler = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _sockets.Add(filler);
            try
            {
                filler.Connect(at);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // On its way, or already swallowed.
            }
        }
    }

    internal PeerAddress Address { get; }

    public void Dispose()
    {
        foreach (Socket socket in _sockets) socket.Dispose();
    }
}
