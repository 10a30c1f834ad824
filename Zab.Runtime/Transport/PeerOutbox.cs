using Zab.Core;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>What one peer is still to be told, outside channels: the newest message of each type, kept until its receipt came.</summary>
internal sealed class PeerOutbox
{
    private readonly Lock _gate = new();
    private readonly Dictionary<FrameType, EncodedMessage> _kept = [];

    /// <summary>Of those kept, the ones that are not on their way on the current connection; older ones first.</summary>
    private readonly List<EncodedMessage> _unsent = [];

    /// <summary>On their way; receipts come in this order. Invariant: at most <see cref="Limits.PeerMessagesInFlightMax"/>.</summary>
    private readonly Queue<EncodedMessage> _inFlight = [];
    private readonly Signal _signal = new();

    internal int InFlight
    {
        get
        {
            lock (_gate) return _inFlight.Count;
        }
    }

    /// <summary>Replaces what was to be told of this type.</summary>
    internal void Put(EncodedMessage message)
    {
        lock (_gate)
        {
            _kept[message.Type] = message;
            _unsent.RemoveAll(older => older.Type == message.Type);
            _unsent.Add(message);
        }

        _signal.Set();
    }

    /// <summary>Waits until something may be sent, and takes nothing.</summary>
    internal async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_unsent.Count > 0 && _inFlight.Count < Limits.PeerMessagesInFlightMax) return;
            }

            await _signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Takes what may be sent now: it is on its way from here on.</summary>
    internal void Take(List<EncodedMessage> batch)
    {
        lock (_gate)
        {
            int count = Math.Min(_unsent.Count, Limits.PeerMessagesInFlightMax - _inFlight.Count);
            foreach (EncodedMessage message in _unsent.Take(count))
            {
                batch.Add(message);
                _inFlight.Enqueue(message);
            }

            _unsent.RemoveRange(0, count);
        }
    }

    /// <summary>The oldest message on its way has arrived.</summary>
    /// <exception cref="WireException">Nothing is on its way.</exception>
    internal void Receipt()
    {
        lock (_gate)
        {
            if (!_inFlight.TryDequeue(out EncodedMessage? arrived)) throw new WireException("a receipt for nothing");
            if (_kept.TryGetValue(arrived.Type, out EncodedMessage? newest) && ReferenceEquals(newest, arrived)) _kept.Remove(arrived.Type);
        }

        _signal.Set();
    }

    /// <summary>The connection is lost: what has no receipt is to be sent again, unless something newer replaced it.</summary>
    internal void ConnectionLost()
    {
        lock (_gate)
        {
            EncodedMessage[] again = [.. _inFlight.Where(message => ReferenceEquals(_kept.GetValueOrDefault(message.Type), message))];
            _unsent.InsertRange(0, again);
            _inFlight.Clear();
        }

        _signal.Set();
    }
}
