using System.Diagnostics;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Zab.Acceptance;

/// <summary>One connection from a server to another, in two halves that meet here: what arrives at one half goes on to the other, by the rules of its way.</summary>
internal sealed class ProxiedConnection(Socket dialer, Socket dialed, Way there, Way back, Recording? recording)
{
    private const int ChunkBytes = 64 * 1024;
    private const int ChunksInFlight = 256;

    /// <summary>Completes when one side has ended the connection and the other has heard of it.</summary>
    internal async Task RunAsync(CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        Task[] directions = [CarryAsync(dialer, dialed, there, recording?.FromDialer, ending), CarryAsync(dialed, dialer, back, recording?.FromDialed, ending)];
        await Task.WhenAll(directions);
    }

    /// <summary>Ends it for both sides; what is underway is lost.</summary>
    internal void Break()
    {
        dialer.Dispose();
        dialed.Dispose();
    }

    private static async Task CarryAsync(Socket from, Socket to, Way way, MemoryStream? record, CancellationTokenSource ending)
    {
        var underway = Channel.CreateBounded<Chunk>(ChunksInFlight);
        try
        {
            await Task.WhenAll(TakeAsync(from, way, underway.Writer, ending.Token), GiveAsync(underway.Reader, to, way, record, ending.Token));
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone, or the network is: so is the other half, in both directions.
            await ending.CancelAsync();
            from.Dispose();
            to.Dispose();
        }
    }

    /// <summary>An end that comes with an error is an end like any other here: what was sent before it arrives before it.</summary>
    private static async Task TakeAsync(Socket from, Way way, ChannelWriter<Chunk> underway, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[ChunkBytes];
        SocketException? broken = null;
        while (true)
        {
            int count = 0;
            try
            {
                count = await from.ReceiveAsync(buffer, cancellationToken);
            }
            catch (SocketException e)
            {
                broken = e;
            }

            await underway.WriteAsync(new Chunk(buffer.AsSpan(0, count).ToArray(), Stopwatch.GetTimestamp(), broken), cancellationToken);
            if (count == 0) return;
            if (way.BytesPerSecond > 0) await Task.Delay(TimeSpan.FromSeconds((double)count / way.BytesPerSecond), cancellationToken);
        }
    }

    private static async Task GiveAsync(ChannelReader<Chunk> underway, Socket to, Way way, MemoryStream? record, CancellationToken cancellationToken)
    {
        while (true)
        {
            Chunk chunk = await underway.ReadAsync(cancellationToken);
            if (way.Delay - Stopwatch.GetElapsedTime(chunk.Taken) is { Ticks: > 0 } left) await Task.Delay(left, cancellationToken);
            await way.WholeAsync(cancellationToken);
            if (chunk.Broken is not null) throw chunk.Broken;
            if (chunk.Bytes.IsEmpty) return;
            way.Damage(chunk.Bytes.Span);
            record?.Write(chunk.Bytes.Span);
            for (ReadOnlyMemory<byte> rest = chunk.Bytes; !rest.IsEmpty;) rest = rest[await to.SendAsync(rest, cancellationToken)..];
        }
    }

    /// <param name="Bytes">What was taken; none at the end.</param>
    /// <param name="Taken">When.</param>
    /// <param name="Broken">The error that the end came with, if any.</param>
    private readonly record struct Chunk(Memory<byte> Bytes, long Taken, SocketException? Broken);
}
