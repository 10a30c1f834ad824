namespace Zab.Transport;

/// <summary>Cancels a peer connection when the receipt of what was sent is overdue. Runs only while something is on its way.</summary>
internal sealed class ReceiptWatch(PeerOutbox outbox, CancellationTokenSource overdue, TimeSpan timeout)
{
    /// <summary>Under it, the count is read and the timer set: so the timer that was set last knows the newest count.</summary>
    private readonly Lock _gate = new();
    private bool _isRunning;

    /// <summary>Something was taken to be sent. A running watch keeps its time: it is for the oldest.</summary>
    internal void Taken()
    {
        lock (_gate)
        {
            if (!_isRunning) Set();
        }
    }

    internal void Receipt()
    {
        lock (_gate) Set();
    }

    private void Set()
    {
        _isRunning = outbox.InFlight > 0;
        overdue.CancelAfter(_isRunning ? timeout : Timeout.InfiniteTimeSpan);
    }
}
