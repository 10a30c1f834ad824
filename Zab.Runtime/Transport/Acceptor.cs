using System.Net.Sockets;
using Zab.Core;
using Zab.Diagnostics;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>Carries accepted connections to their ends: votes of a peer, or the channel of a learner.</summary>
internal sealed class Acceptor(LocalServer local, ChannelTable channels, Action<ServerId> heardFrom)
{
    private static readonly EncodedMessage _receipt = EncodedMessage.Control(FrameType.Receipt, ReadOnlyMemory<byte>.Empty);

    private readonly Reception _reception = new(local, channels);
    private readonly Lock _gate = new();
    private readonly Dictionary<ServerId, PeerInbox> _inboxes = [];

    /// <summary>Takes a connection over from the listener, in the order in which they were accepted.</summary>
    internal LinkedListNode<Socket> Enter(Socket socket) => _reception.Enter(socket);

    internal async Task ServeAsync(LinkedListNode<Socket> entered, CancellationToken stopping)
    {
        using Socket owned = entered.Value;
        if (await _reception.MeetAsync(entered, stopping).ConfigureAwait(false) is not { } guest) return;
        using Connection connection = guest.Connection;
        Task serving = guest.Hello.Kind == ConnectionKind.Channel ? ServeChannelAsync(guest, stopping) : ServePeerAsync(guest, stopping);
        await serving.ConfigureAwait(false);
    }

    private async Task ServeChannelAsync(Guest guest, CancellationToken stopping)
    {
        var channel = new TcpChannel(local, channels, guest.Hello.Channel, guest.Hello.From, isOutgoing: false);
        if (!channels.TryAdd(channel)) return;   // Opened by another connection since the hello: a learner never uses an id twice.
        if (stopping.IsCancellationRequested) channel.Close("this server stops");
        await channel.AcceptAsync(guest.Connection, guest.First).ConfigureAwait(false);
    }

    private async Task ServePeerAsync(Guest guest, CancellationToken stopping)
    {
        ServerId peer = guest.Hello.From;
        Connection connection = guest.Connection;
        PeerInbox inbox = Inbox(peer);
        inbox.Replace(connection);
        heardFrom(peer);
        try
        {
            Take(inbox, connection, guest.Cluster, guest.First);
            await connection.FlushAsync(stopping).ConfigureAwait(false);
            FrameHandler receive = (in Frame frame) =>
            {
                Take(inbox, connection, frame.ClusterId, MessageCodec.Read(frame));
                return true;
            };
            while (await connection.ReadAsync(Limits.SmallFrameBytesMax, receive, stopping).ConfigureAwait(false)) await connection.FlushAsync(stopping).ConfigureAwait(false);
            local.Log.PeerConnectionEnded(peer, "the server closed it");
        }
        catch (Exception e)
        {
            local.Log.PeerConnectionEnded(peer, Failure.Describe(e, local.Log));
        }
        finally
        {
            inbox.Leave(connection);
        }
    }

    private void Take(PeerInbox inbox, Connection connection, ClusterId cluster, Message message)
    {
        inbox.Post(connection, local, new Input.PeerMessage(connection.Peer, cluster, message));
        connection.Write(_receipt);
    }

    private PeerInbox Inbox(ServerId peer)
    {
        lock (_gate)
        {
            if (_inboxes.TryGetValue(peer, out PeerInbox? inbox)) return inbox;
            return _inboxes[peer] = new PeerInbox();
        }
    }
}
