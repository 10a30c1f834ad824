using Zab.Core;
using Zab.Diagnostics;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>One channel: one connection, from being dialed or accepted to its end. It ends once, by <see cref="Close"/> or by a ChannelDown.</summary>
internal sealed class TcpChannel(LocalServer local, ChannelTable channels, ChannelId id, ServerId peer, bool isOutgoing)
{
    /// <summary>Held while an input is posted: so inputs keep their order, and none is posted after the channel has ended.</summary>
    private readonly Lock _gate = new();
    private readonly SendQueue _queue = new(local.Options.SendQueueBytesMax);

    /// <summary>Never disposed: it may be cancelled by Close at any time, and holds nothing besides a timer that ends by itself.</summary>
    private readonly CancellationTokenSource _ending = new();
    private bool _hasEnded;

    internal ChannelId Id { get; } = id;

    internal ServerId Peer { get; } = peer;

    internal bool IsOutgoing { get; } = isOutgoing;

    /// <summary>The types of frame that the other side of such a channel sends.</summary>
    internal static Func<FrameType, bool> Expects(bool isOutgoing) => isOutgoing ? FrameTypes.IsFromLeader : FrameTypes.IsFromLearner;

    internal void Send(EncodedMessage message)
    {
        Invariant.Require(Expects(!IsOutgoing)(message.Type), $"{message.Type} sent on channel {Id} in the wrong direction");
        if (!_queue.TryAdd(message)) Fail($"server {Peer} does not keep up: more than {local.Options.SendQueueBytesMax} bytes wait to be sent to it");
    }

    /// <summary>Dials the leader, and carries the channel to its end.</summary>
    internal async Task DialAsync(Dialer dialer)
    {
        try
        {
            var hello = new Hello(Hello.CurrentVersion, local.Id, Peer, ConnectionKind.Channel, Id);
            using Connection connection = await dialer.DialAsync(Peer, hello, Expects(IsOutgoing), _ending.Token).ConfigureAwait(false);
            Up();
            await ConverseAsync(connection).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(Failure.Describe(e, local.Log));
        }
    }

    /// <summary>Carries a channel that a learner opened to its end.</summary>
    /// <param name="connection">Stays with the caller, who disposes it.</param>
    /// <param name="first">The first message of the channel.</param>
    internal async Task AcceptAsync(Connection connection, Message first)
    {
        try
        {
            Up();
            Post(new Input.Received(Id, first));
            await ConverseAsync(connection).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(Failure.Describe(e, local.Log));
        }
    }

    /// <summary>Ends the channel; no input of it is posted any more.</summary>
    internal void Close(string reason)
    {
        lock (_gate)
        {
            if (_hasEnded) return;
            _hasEnded = true;
        }

        local.Log.ChannelClosed(Id, Peer, reason);
        End();
    }

    private void Fail(string reason)
    {
        lock (_gate)
        {
            if (_hasEnded) return;
            _hasEnded = true;
            local.Post(new Input.ChannelDown(Id, reason));
        }

        local.Log.ChannelDown(Id, Peer, reason);
        End();
    }

    private void End()
    {
        channels.Remove(this);
        bool isGoodbye = _queue.Close();

        // By the timer even when there is nothing to wait for: what cancellation wakes must not run here, in the loop of the replica.
        _ending.CancelAfter(isGoodbye ? local.Options.GoodbyeTimeout : TimeSpan.Zero);
    }

    private void Up()
    {
        Post(new Input.ChannelUp(Id, Peer, IsOutgoing));
        local.Log.ChannelUp(Id, Peer, IsOutgoing);
    }

    private void Post(Input input)
    {
        lock (_gate)
        {
            if (!_hasEnded) local.Post(input);
        }
    }

    private async Task ConverseAsync(Connection connection)
    {
        await Both.RunAsync(token => ReadAsync(connection, token), token => WriteAsync(connection, token), _ending.Token).ConfigureAwait(false);
        Fail($"server {Peer} closed the connection");
    }

    private async Task ReadAsync(Connection connection, CancellationToken cancellationToken)
    {
        FrameHandler receive = Receive;
        while (await connection.ReadAsync(Limits.FrameBytesMax, receive, cancellationToken).ConfigureAwait(false))
        {
        }
    }

    private bool Receive(in Frame frame)
    {
        Post(new Input.Received(Id, MessageCodec.Read(frame)));
        return true;
    }

    private async Task WriteAsync(Connection connection, CancellationToken cancellationToken)
    {
        var batch = new List<EncodedMessage>();
        while (await _queue.TakeAsync(batch, cancellationToken).ConfigureAwait(false))
        {
            foreach (EncodedMessage message in batch) connection.Write(message);
            await connection.FlushAsync(cancellationToken).ConfigureAwait(false);
            _queue.Sent(batch);
        }

        // A Goodbye went out. Closing with unread bytes would reset the connection and take it back: the peer closes, or the time ends.
        connection.EndWriting();
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
    }
}
