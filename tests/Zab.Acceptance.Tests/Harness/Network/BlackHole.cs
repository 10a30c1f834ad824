using System.Net;
using System.Net.Sockets;

namespace Zab.Acceptance;

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
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        for (int i = 0; i < 8; i++) _sockets.Add(Dial());
    }

    internal int Port { get; }

    /// <summary>Whether a connection that is tried now is neither made nor refused for as long.</summary>
    internal bool Swallows(TimeSpan within)
    {
        using Socket tried = Dial();
        return !tried.Poll(within, SelectMode.SelectWrite) && !tried.Poll(TimeSpan.Zero, SelectMode.SelectError);
    }

    private Socket Dial()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            socket.Connect(new IPEndPoint(IPAddress.Loopback, Port));
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // On its way, or already swallowed.
        }

        return socket;
    }

    public void Dispose()
    {
        foreach (Socket socket in _sockets) socket.Dispose();
    }
}
