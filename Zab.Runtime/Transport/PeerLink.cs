using System.Security.Cryptography;
using Zab.Core;
using Zab.Diagnostics;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>Tells one peer what it is to be told: dials while there is something, tries again while it fails, and says each time that the peer is not there.</summary>
internal sealed class PeerLink(LocalServer local, Dialer dialer, ServerId peer)
{
    private readonly PeerOutbox _outbox = new();
    private readonly Signal _hurry = new();
    private readonly WarningGate _warnings = new(local.Options.WarningInterval);
    private TimeSpan _delay = local.Options.ReconnectDelayMin;

    internal void Send(EncodedMessage message) => _outbox.Put(message);

    /// <summary>The peer was heard from: it is worth trying again at once.</summary>
    internal void Hurry() => _hurry.Set();

    internal async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await _outbox.WaitAsync(stopping).ConfigureAwait(false);
                using Connection connection = await DialAsync(stopping).ConfigureAwait(false);
                await ConverseAsync(connection, stopping).ConfigureAwait(false);
                Unreachable("it closed the connection");
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (HelloRefusedException e)
            {
                if (_warnings.TryPass(out int leftOut)) local.Log.RefusedByPeer(peer, e.Message, leftOut);
                Unreachable(e.Message);
            }
            catch (Exception e)
            {
                Unreachable(Failure.Describe(e, local.Log));
            }

            _outbox.ConnectionLost();
            await BackOffAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);   // Stopping ends the loop above.
        }
    }

    private Task<Connection> DialAsync(CancellationToken cancellationToken)
    {
        var unique = new ChannelId(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))));
        var hello = new Hello(Hello.CurrentVersion, local.Id, peer, ConnectionKind.Peer, unique);
        return dialer.DialAsync(peer, hello, static type => type == FrameType.Receipt, cancellationToken);
    }

    private async Task ConverseAsync(Connection connection, CancellationToken stopping)
    {
        using var overdue = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watch = new ReceiptWatch(_outbox, overdue, local.Options.ReceiptTimeout);
        try
        {
            await Both.RunAsync(token => ReadAsync(connection, watch, token), token => WriteAsync(connection, watch, token), overdue.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!stopping.IsCancellationRequested)
        {
            throw new IOException($"no receipt from server {peer} within {local.Options.ReceiptTimeout.TotalMilliseconds:0} ms", e);
        }
    }

    private async Task ReadAsync(Connection connection, ReceiptWatch watch, CancellationToken cancellationToken)
    {
        FrameHandler receive = (in Frame frame) =>
        {
            if (!frame.Body.IsEmpty) throw new WireException("a receipt with a body");
            _outbox.Receipt();
            watch.Receipt();
            _delay = local.Options.ReconnectDelayMin;
            return true;
        };
        while (await connection.ReadAsync(Limits.SmallFrameBytesMax, receive, cancellationToken).ConfigureAwait(false))
        {
        }
    }

    private async Task WriteAsync(Connection connection, ReceiptWatch watch, CancellationToken cancellationToken)
    {
        var batch = new List<EncodedMessage>();
        while (true)
        {
            await _outbox.WaitAsync(cancellationToken).ConfigureAwait(false);
            _outbox.Take(batch);
            watch.Taken();
            foreach (EncodedMessage message in batch) connection.Write(message);
            batch.Clear();
            await connection.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Unreachable(string reason)
    {
        local.Log.PeerUnreachable(peer, reason);
        local.Post(new Input.PeerUnreachable(peer));
    }

    /// <summary>Waits for a random part of a time that doubles, so that servers that lost each other at one moment do not all dial at one moment.</summary>
    private async Task BackOffAsync(CancellationToken stopping)
    {
        TimeSpan wait = _delay * (0.5 + (Random.Shared.NextDouble() / 2));
        _delay = _delay * 2 < local.Options.ReconnectDelayMax ? _delay * 2 : local.Options.ReconnectDelayMax;
        await _hurry.WaitAsync(wait, stopping).ConfigureAwait(false);
    }
}
