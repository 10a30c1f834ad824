using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Zab.Core;
using Zab.Wire;

namespace Zab.Tests.Transport;

/// <summary>A socket that speaks the protocol only as far as the test wants it to. Everything sent is recorded.</summary>
internal sealed class RawConnection(Socket socket) : IDisposable
{
    private readonly List<byte[]> _recording = [];
    private byte[] _unread = [];

    internal ulong Incarnation { get; private set; }

    internal IReadOnlyList<byte[]> Recording => _recording;

    internal static async Task<RawConnection> DialAsync(TestServer server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Transport.Port));
        return new RawConnection(socket);
    }

    /// <summary>Dials and is welcomed.</summary>
    internal static async Task<RawConnection> DialAsync(TestServer server, uint from, ConnectionKind kind, ulong channel)
    {
        RawConnection connection = await DialAsync(server);
        await connection.SendAsync(BytesOf(new Hello(Hello.CurrentVersion, new ServerId(from), server.Id, kind, new ChannelId(channel)).Encode()));
        HelloReply reply = await connection.ReplyAsync();
        if (reply.Refusal is { } reason) throw new IOException(reason);
        connection.Incarnation = reply.Incarnation;
        return connection;
    }

    internal async Task SendAsync(byte[] bytes)
    {
        _recording.Add(bytes);
        await socket.SendAsync(bytes);
    }

    internal Task SendAsync(Message message) => SendAsync(BytesOf(EncodedMessage.Of(message), default, Incarnation));

    internal async Task<HelloReply> ReplyAsync() => HelloReply.Decode(await FrameAsync());

    internal async Task<Frame> FrameAsync()
    {
        using var patience = new CancellationTokenSource(Inbox.Patience);
        while (true)
        {
            var input = new ReadOnlySequence<byte>(_unread);
            if (Frame.TryRead(ref input, Limits.FrameBytesMax, out Frame frame))
            {
                _unread = input.ToArray();
                return frame;
            }

            byte[] more = new byte[4096];
            int count = await socket.ReceiveAsync(more, patience.Token);
            if (count == 0) throw new IOException("closed");
            _unread = [.. _unread, .. more.AsSpan(0, count)];
        }
    }

    internal void EndSending() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Returns how many more bytes came when the other side has closed the connection.</summary>
    internal async Task<long> ClosedAsync()
    {
        using var patience = new CancellationTokenSource(Inbox.Patience);
        byte[] bytes = new byte[64 * 1024];
        long total = _unread.Length;
        try
        {
            while (await socket.ReceiveAsync(bytes, patience.Token) is > 0 and int count) total += count;
        }
        catch (SocketException)
        {
            // Reset: closed with bytes of ours unread.
        }

        return total;
    }

    public void Dispose() => socket.Dispose();

    internal static byte[] BytesOf(EncodedMessage message, ClusterId cluster = default, ulong incarnation = 0)
    {
        var output = new ArrayBufferWriter<byte>();
        message.WriteTo(output, cluster, incarnation);
        return output.WrittenSpan.ToArray();
    }
}

/// <summary>A server that is played by the test: it accepts connections one by one.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    internal RawServer(TestNet net, uint id)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Listen();
        net.Addresses[new ServerId(id)] = new Zab.Transport.PeerAddress("127.0.0.1", ((IPEndPoint)_socket.LocalEndPoint!).Port);
    }

    internal async Task<RawConnection> AcceptAsync()
    {
        using var patience = new CancellationTokenSource(Inbox.Patience);
        return new RawConnection(await _socket.AcceptAsync(patience.Token));
    }

    /// <summary>Accepts a connection and welcomes it, with incarnation 77.</summary>
    internal async Task<RawConnection> WelcomeAsync()
    {
        RawConnection connection = await AcceptAsync();
        Hello.Decode(await connection.FrameAsync());
        await connection.SendAsync(RawConnection.BytesOf(new HelloReply(77, null).Encode()));
        return connection;
    }

    public void Dispose() => _socket.Dispose();
}
