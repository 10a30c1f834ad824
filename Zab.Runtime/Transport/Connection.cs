using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Zab.Core;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>Takes a checked frame; false where no further one of what has arrived shall be taken yet. The frame's body is only lent, unless its type keeps it.</summary>
internal delegate bool FrameHandler(in Frame frame);

/// <summary>A connection after its handshake: frames with its incarnation, both ways. One task reads, one writes.</summary>
internal sealed class Connection : IDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly LocalServer _local;
    private readonly Socket _socket;
    private readonly ulong _incarnation;
    private readonly Func<FrameType, bool> _isExpected;
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;

    /// <summary>Owns <paramref name="socket"/> from here on.</summary>
    internal Connection(LocalServer local, Socket socket, ServerId peer, ulong incarnation, Func<FrameType, bool> isExpected)
    {
        _local = local;
        _socket = socket;
        Peer = peer;
        _incarnation = incarnation;
        _isExpected = isExpected;
        var stream = new NetworkStream(socket, ownsSocket: false);
        _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, minimumReadSize: BufferBytes / 16, leaveOpen: true));
        _writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: BufferBytes, leaveOpen: true));
    }

    internal ServerId Peer { get; }

    /// <summary>Waits for bytes and hands out the frames that are complete by then; false where the peer has closed the connection.</summary>
    /// <exception cref="WireException">What arrived is no frame that may arrive here.</exception>
    internal async ValueTask<bool> ReadAsync(int frameBytesMax, FrameHandler handler, CancellationToken cancellationToken)
    {
        ReadResult read = await _reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        ReadOnlySequence<byte> buffer = read.Buffer;
        bool goesOn = true;
        while (goesOn && Frame.TryRead(ref buffer, frameBytesMax, out Frame frame))
        {
            FrameRules.Require(frame, _local, _incarnation, _isExpected);
            goesOn = handler(frame);
        }

        bool isEnd = goesOn && read.IsCompleted;
        if (isEnd && !buffer.IsEmpty) throw new WireException($"the connection ended {buffer.Length} bytes into a frame");
        _reader.AdvanceTo(buffer.Start, goesOn ? buffer.End : buffer.Start);
        return !isEnd;
    }

    /// <summary>Adds a frame to what the next flush sends.</summary>
    internal void Write(EncodedMessage message) => message.WriteTo(_writer, _local.Cluster, _incarnation);

    internal async ValueTask FlushAsync(CancellationToken cancellationToken) => await _writer.FlushAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Tells the peer that nothing more will be written. What the peer still writes can be read.</summary>
    internal void EndWriting() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends both loops, from any thread; what was not sent is lost.</summary>
    internal void Abort() => _socket.Dispose();

    /// <summary>Called by the owner, after both loops have ended: they use the buffers that go back here.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        _reader.Complete();
        _writer.Complete(new IOException("the connection is closed"));   // Without an exception it would try to flush.
    }
}
