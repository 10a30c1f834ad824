using Zab.Core;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>What waits to be sent on one channel, in order and bounded in bytes. Any thread adds, one task takes.</summary>
internal sealed class SendQueue(int bytesMax)
{
    private readonly Lock _gate = new();
    private readonly Queue<EncodedMessage> _messages = [];
    private readonly Signal _signal = new();

    /// <summary>Of what waits and of what was taken and is not flushed yet. Invariant: at most bytesMax.</summary>
    private long _bytes;

    private bool _isClosed;
    private FrameType _last;

    /// <summary>Adds a message; false where it does not fit any more. Into a closed queue, nothing is added.</summary>
    internal bool TryAdd(EncodedMessage message)
    {
        lock (_gate)
        {
            if (_isClosed) return true;
            if (_bytes + Cost(message) > bytesMax) return false;
            _bytes += Cost(message);
            _messages.Enqueue(message);
            _last = message.Type;
        }

        _signal.Set();
        return true;
    }

    /// <summary>Takes no more. What waits is dropped, unless it ends in a Goodbye: then true, and it can still be taken.</summary>
    internal bool Close()
    {
        bool endsInGoodbye;
        lock (_gate)
        {
            _isClosed = true;
            endsInGoodbye = _last == FrameType.Goodbye;
            if (!endsInGoodbye) _messages.Clear();
        }

        _signal.Set();
        return endsInGoodbye;
    }

    /// <summary>Waits for messages and moves up to one flush of them to <paramref name="batch"/>; false where the queue is closed and nothing is left.</summary>
    internal async ValueTask<bool> TakeAsync(List<EncodedMessage> batch, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                for (int bytes = 0; bytes < Limits.FlushBytes && _messages.TryDequeue(out EncodedMessage? message); bytes += message.FrameBytes) batch.Add(message);
                if (batch.Count > 0) return true;
                if (_isClosed) return false;
            }

            await _signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The batch was flushed; its memory is free.</summary>
    internal void Sent(List<EncodedMessage> batch)
    {
        lock (_gate)
        {
            foreach (EncodedMessage message in batch) _bytes -= Cost(message);
        }

        batch.Clear();
    }

    private static int Cost(EncodedMessage message) => message.FrameBytes + Limits.SendQueueFrameBytes;
}
