using System.Net.Sockets;
using System.Security.Cryptography;
using Zab.Core;
using Zab.Diagnostics;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>A server that proved to be there, on which connection, and the first thing it said.</summary>
internal sealed record Guest(Hello Hello, Connection Connection, ClusterId Cluster, Message First);

/// <summary>Finds out who is at the other end of an accepted connection: hello, welcome, first frame.</summary>
/// <remarks>
/// A hello can be a recording; a frame with the incarnation that this server has just drawn cannot. So nothing becomes of a connection
/// before its first frame: no channel goes up, no peer connection is replaced, and no more than a small frame is read.
/// </remarks>
internal sealed class Reception(LocalServer local, ChannelTable channels)
{
    private readonly HandshakeTable _handshakes = new();

    /// <summary>Puts an accepted connection among those that are to say who they are; called in the order in which they were accepted.</summary>
    internal LinkedListNode<Socket> Enter(Socket socket) => _handshakes.Enter(socket);

    /// <summary>The guest, whose connection the caller owns; null where nobody is let in, which has been logged.</summary>
    internal async Task<Guest?> MeetAsync(LinkedListNode<Socket> entry, CancellationToken stopping)
    {
        string remote = "an address that is gone";
        Socket socket = entry.Value;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        deadline.CancelAfter(local.Options.HelloTimeout);
        string? failure = null;
        Guest? guest = null;
        try
        {
            remote = socket.RemoteEndPoint?.ToString() ?? remote;
            socket.NoDelay = true;
            guest = await MeetAsync(socket, remote, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            failure = $"no hello and first frame within {local.Options.HelloTimeout.TotalMilliseconds:0} ms";
        }
        catch (Exception e)
        {
            failure = Failure.Describe(e, local.Log);
        }

        if (!_handshakes.TryLeave(entry)) failure ??= $"more than {Limits.HandshakesMax} others had not said who they are, and it was the oldest";
        if (failure is null) return guest;
        guest?.Connection.Dispose();
        if (!stopping.IsCancellationRequested && local.StrangerWarnings.TryPass(out int leftOut)) local.Log.NoServer(remote, failure, leftOut);
        return null;
    }

    private async Task<Guest?> MeetAsync(Socket socket, string remote, CancellationToken cancellationToken)
    {
        Frame frame = await Handshake.ReadAsync(socket, Hello.FrameBytesMax, cancellationToken).ConfigureAwait(false);
        Hello hello = Hello.Decode(frame);
        if (HelloRules.Refusal(local, channels, hello, frame.ClusterId) is { } reason)
        {
            if (local.RefusalWarnings.TryPass(out int leftOut)) local.Log.RefusedHello(remote, reason, leftOut);
            await Handshake.WriteAsync(socket, new HelloReply(0, reason).Encode(), local.Cluster, cancellationToken).ConfigureAwait(false);
            return null;
        }

        ulong incarnation = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        await Handshake.WriteAsync(socket, new HelloReply(incarnation, null).Encode(), local.Cluster, cancellationToken).ConfigureAwait(false);
        return await FirstFrameAsync(hello, new Connection(local, socket, hello.From, incarnation, Expects(hello.Kind)), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Guest> FirstFrameAsync(Hello hello, Connection connection, CancellationToken cancellationToken)
    {
        try
        {
            Guest? guest = null;
            FrameHandler meet = (in Frame frame) =>
            {
                guest = new Guest(hello, connection, frame.ClusterId, MessageCodec.Read(frame));
                return false;
            };
            while (guest is null)
            {
                if (!await connection.ReadAsync(Limits.SmallFrameBytesMax, meet, cancellationToken).ConfigureAwait(false))
                    throw new IOException($"server {hello.From} said hello and closed the connection");
            }

            return guest;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static Func<FrameType, bool> Expects(ConnectionKind kind) => kind == ConnectionKind.Channel ? TcpChannel.Expects(isOutgoing: false) : FrameTypes.IsPeer;
}
