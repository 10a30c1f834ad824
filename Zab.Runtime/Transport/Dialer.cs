using System.Net;
using System.Net.Sockets;
using Zab.Core;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>Reaches a server of the start list: name, connection, hello. Fails with an <see cref="IOException"/> that says what was tried.</summary>
internal sealed class Dialer(LocalServer local)
{
    /// <exception cref="HelloRefusedException">The server is there and does not want this connection.</exception>
    internal async Task<Connection> DialAsync(ServerId peer, Hello hello, Func<FrameType, bool> isExpected, CancellationToken cancellationToken)
    {
        if (!local.Servers.TryGetValue(peer, out PeerAddress? address)) throw new IOException($"server {peer} is not in the start list of server {local.Id}");

        string what = $"connecting to server {peer} at {address}";
        Socket socket = await WithinAsync(local.Options.ConnectTimeout, what, token => ConnectAsync(address, token), cancellationToken).ConfigureAwait(false);
        try
        {
            ulong incarnation = await WithinAsync(local.Options.HelloTimeout, $"{what}: saying hello", token => GreetAsync(socket, hello, token), cancellationToken).ConfigureAwait(false);
            return new Connection(local, socket, peer, incarnation, isExpected);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Tries the addresses of the host one after the other, each for its share of the time, so that one that swallows everything leaves time for the others.</summary>
    private async Task<Socket> ConnectAsync(PeerAddress address, CancellationToken cancellationToken)
    {
        IPAddress[] candidates = await Dns.GetHostAddressesAsync(address.Host, cancellationToken).ConfigureAwait(false);
        if (candidates.Length == 0) throw new IOException("the name has no address");

        TimeSpan share = local.Options.ConnectTimeout / candidates.Length;
        for (int i = 0; i < candidates.Length - 1; i++)
        {
            try
            {
                return await WithinAsync(share, candidates[i].ToString(), token => ConnectAsync(candidates[i], address.Port, token), cancellationToken).ConfigureAwait(false);
            }
            catch (IOException)
            {
                // The next one is tried; what the last one says is what is told.
            }
        }

        return await ConnectAsync(candidates[^1], address.Port, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<ulong> GreetAsync(Socket socket, Hello hello, CancellationToken cancellationToken)
    {
        await Handshake.WriteAsync(socket, hello.Encode(), local.Cluster, cancellationToken).ConfigureAwait(false);
        Frame answer = await Handshake.ReadAsync(socket, HelloReply.FrameBytesMax, cancellationToken).ConfigureAwait(false);
        HelloReply reply = HelloReply.Decode(answer);
        if (reply.Refusal is { } reason) throw new HelloRefusedException($"refused: {reason}");
        if (!local.MayShareClusterWith(answer.ClusterId)) throw new WireException($"it belongs to cluster {answer.ClusterId}, this server to {local.Cluster}");
        return reply.Incarnation;
    }

    /// <summary>Bounds <paramref name="work"/> in time, and puts what was being done in front of how it failed.</summary>
    private static async Task<T> WithinAsync<T>(TimeSpan timeout, string what, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        try
        {
            return await work(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"{what}: no answer within {timeout.TotalMilliseconds:0} ms", e);
        }
        catch (HelloRefusedException e)
        {
            throw new HelloRefusedException($"{what}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or SocketException or WireException)
        {
            throw new IOException($"{what}: {e.Message}", e);
        }
    }
}
