namespace Zab.Transport;

/// <summary>Wakes the one task that waits for work. Signals that nobody waited for are one signal.</summary>
internal sealed class Signal
{
    private readonly SemaphoreSlim _semaphore = new(0, 1);
    private int _isSet;

    internal void Set()
    {
        if (Interlocked.Exchange(ref _isSet, 1) == 0) _semaphore.Release();
    }

    /// <summary>Returns after a signal; the caller then looks for all the work there is.</summary>
    internal async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        await _semaphore.WaitAsync(cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _isSet, 0);
    }

    /// <summary>Returns after a signal, or when the time is over.</summary>
    internal async ValueTask WaitAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (await _semaphore.WaitAsync(timeout, cancellationToken).ConfigureAwait(false)) Volatile.Write(ref _isSet, 0);
    }
}
