using System.Net;
using System.Net.Sockets;
using Zab.Diagnostics;

namespace Zab.Transport;

/// <summary>Accepts connections on the address of this server.</summary>
internal sealed class Listener : IDisposable
{
    private const int Backlog = 512;
    private const int RetryMilliseconds = 100;

    private readonly Socket _socket;

    private Listener(Socket socket) => _socket = socket;

    internal IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    // case  host of this server in the start list       listens on
    //  A    an address of this machine                  that address
    //  B    localhost                                   127.0.0.1
    //  C    an address that others see, or a name       all addresses: which of them the others mean is not known here
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    internal static Listener Listen(PeerAddress address)
    {
        try
        {
            if (string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase)) return new(Bind(IPAddress.Loopback, address.Port));     // B
            if (!IPAddress.TryParse(address.Host, out IPAddress? own)) return new(Bind(Any, address.Port));                                           // C
            try
            {
                return new(Bind(own, address.Port));                                                                                                  // A
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressNotAvailable)
            {
                return new(Bind(Any, address.Port));                                                                                                  // C
            }
        }
        catch (SocketException e)
        {
            throw new IOException($"Listening for servers on {address}: {e.Message}. If another process has the port, stop it, or give this server another port in the start list of every server.", e);
        }
    }

    /// <summary>Accepts until it is stopped. <paramref name="serve"/> owns the socket and returns at once.</summary>
    internal async Task RunAsync(LocalServer local, Action<Socket> serve, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Socket accepted = await _socket.AcceptAsync(stopping).ConfigureAwait(false);
                serve(accepted);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;   // The listening socket may be closed before its accept is cancelled.
            }
            catch (SocketException e)
            {
                // The connection was reset before it was taken, or there are no file handles left, which passes.
                if (local.StrangerWarnings.TryPass(out int leftOut)) local.Log.AcceptFailed(e.Message, RetryMilliseconds, leftOut);
                await Task.Delay(RetryMilliseconds, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static IPAddress Any => Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any;

    private static Socket Bind(IPAddress address, int port)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
