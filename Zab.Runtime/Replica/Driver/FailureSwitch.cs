namespace Zab.Replica;

/// <summary>Turned once, by whichever part meets first what cannot be gone on from. Every part looks at it before it does anything that others can see.</summary>
internal sealed class FailureSwitch(Action onFailure)
{
    private Exception? _cause;

    internal Exception? Cause => Volatile.Read(ref _cause);

    internal bool IsOn => Cause is not null;

    /// <summary>Later causes are consequences of the first, and are dropped.</summary>
    internal void Fail(Exception cause)
    {
        if (Interlocked.CompareExchange(ref _cause, cause, null) is null) onFailure();
    }
}
