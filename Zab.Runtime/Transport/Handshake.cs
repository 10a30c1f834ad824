using System.Buffers;
using System.Net.Sockets;
using Zab.Core;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>Reads and writes the frames before a connection is one: byte by byte as many as such a frame may have, into memory that is that small.</summary>
internal static class Handshake
{
    /// <exception cref="WireException">Something else arrived, or more than one frame: nobody may speak on before being answered.</exception>
    internal static async Task<Frame> ReadAsync(Socket socket, int frameBytesMax, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[frameBytesMax];
        int count = 0;
        while (true)
        {
            int read = await socket.ReceiveAsync(bytes.AsMemory(count), cancellationToken).ConfigureAwait(false);
            if (read == 0) throw new IOException(count == 0 ? "the connection was closed without a word" : $"the connection ended {count} bytes into its first frame");
            count += read;

            var input = new ReadOnlySequence<byte>(bytes, 0, count);
            if (!Frame.TryRead(ref input, frameBytesMax, out Frame frame)) continue;
            if (!input.IsEmpty) throw new WireException($"{input.Length} bytes follow the first frame before it was answered");
            if (frame.Incarnation != 0) throw new WireException($"the first frame carries the incarnation {frame.Incarnation:x16} of another connection");
            return frame;
        }
    }

    internal static async Task WriteAsync(Socket socket, EncodedMessage message, ClusterId cluster, CancellationToken cancellationToken)
    {
        var output = new ArrayBufferWriter<byte>(message.FrameBytes);
        message.WriteTo(output, cluster, incarnation: 0);
        for (ReadOnlyMemory<byte> left = output.WrittenMemory; !left.IsEmpty;)
        {
            int sent = await socket.SendAsync(left, cancellationToken).ConfigureAwait(false);
            left = left[sent..];
        }
    }
}
