using Zab.Core;

namespace Zab.Replica;

/// <summary>One request on its way: handed to the replica, again wherever an attempt brought no answer, with the same payload each time.</summary>
/// <remarks>Guarded by the lock of the <see cref="CallTable"/>.</remarks>
internal abstract class Submission
{
    /// <summary>What is handed on next. Bytes that were handed on are never changed.</summary>
    internal abstract ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The attempt that is out; 0 where none is.</summary>
    internal ulong Tag { get; private set; }

    internal bool IsOut => Tag != 0;

    /// <summary>When the attempt that is out was handed on.</summary>
    internal long HandedOnAt { get; private set; }

    /// <summary>Whether the end of some attempt was not heard, and never will be: it may still be applied.</summary>
    internal bool HasOpenAttempt { get; private set; }

    /// <summary>No attempt was applied, and none will be.</summary>
    internal bool IsCertainlyNotExecuted => !IsOut && !HasOpenAttempt;

    /// <summary>Why the last attempt brought nothing, for people.</summary>
    internal string? Reason { get; private set; }

    internal void HandOn(ulong tag, long now)
    {
        Invariant.Require(!IsOut, $"a request is handed on as {tag} while it is out as {Tag}");
        (Tag, HandedOnAt) = (tag, now);
        OnOutChanged();
    }

    /// <summary>The attempt that is out, if one is, is known to have done nothing.</summary>
    internal void EndAttempt(string reason)
    {
        Reason = reason;
        if (!IsOut) return;
        Tag = 0;
        OnOutChanged();
    }

    /// <summary>The end of the attempt that is out will not be heard.</summary>
    internal void LoseAttempt(string reason)
    {
        HasOpenAttempt |= IsOut;
        EndAttempt(reason);
    }

    private protected virtual void OnOutChanged()
    {
    }
}
