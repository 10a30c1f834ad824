using System.Diagnostics.CodeAnalysis;
using Zab.Core;

namespace Zab.Replica;

/// <summary>What was handed to the replica and not answered, by tag; and when to hand on again what was refused.</summary>
/// <remarks>Guarded by the lock of the <see cref="CallTable"/>.</remarks>
internal sealed class Outbox : IDisposable
{
    private readonly Dictionary<ulong, Submission> _out = [];
    private readonly TimeProvider _time;
    private readonly ITimer _retryTimer;
    private IReplica? _replica;
    private ulong _lastTag;
    private TimeSpan _retryDelay = CallLimits.RetryMin;

    internal Outbox(TimeProvider time, Action retry)
    {
        _time = time;
        _retryTimer = time.CreateTimer(static state => ((Action)state!)(), retry, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether something was refused and the time to hand it on again has not come; until then nothing is.</summary>
    internal bool IsRetryPending { get; private set; }

    /// <summary>Whether what is handed on now has a leader to go to.</summary>
    internal bool CanSend => !IsRetryPending && _replica is { View.IsServing: true };

    /// <summary>Why nothing can be handed on, for people.</summary>
    internal string Obstacle => _replica is null ? "this server is starting" : _replica.View.Reason ?? "this server knows no leader";

    internal void Attach(IReplica replica) => _replica = replica;

    /// <summary>Hands one attempt on. False where the replica's queue is full: then nothing was.</summary>
    internal bool TrySend(Submission submission)
    {
        ulong tag = ++_lastTag;
        submission.HandOn(tag, _time.GetTimestamp());
        _out.Add(tag, submission);
        if (_replica is not null && _replica.TrySubmit(new ProposalRequest(tag, submission.Payload))) return true;
        _out.Remove(tag);
        submission.EndAttempt("too many requests wait at this server");
        return false;
    }

    /// <summary>Hands on what is idle; false, and a retry follows, where the replica takes no more.</summary>
    internal bool TryResend(Submission submission)
    {
        if (submission.IsOut || TrySend(submission)) return true;
        RetryLater();
        return false;
    }

    internal bool TryTake(ulong tag, [NotNullWhen(true)] out Submission? submission) => _out.Remove(tag, out submission);

    /// <summary>The submission is done with: whatever comes of its attempt concerns nobody.</summary>
    internal void Forget(Submission submission)
    {
        if (submission.IsOut) _out.Remove(submission.Tag);
    }

    /// <summary>An answer came: the ensemble works.</summary>
    internal void Answered(Submission submission)
    {
        Forget(submission);
        _retryDelay = CallLimits.RetryMin;
    }

    /// <summary>What was heard of it is that it did nothing.</summary>
    internal void End(Submission submission, string reason)
    {
        Forget(submission);
        submission.EndAttempt(reason);
    }

    internal void Lose(Submission submission, string reason)
    {
        Forget(submission);
        submission.LoseAttempt(reason);
    }

    internal void LoseAll(string reason)
    {
        foreach (Submission submission in _out.Values) submission.LoseAttempt(reason);
        _out.Clear();
    }

    /// <summary>Attempts that have brought nothing for so long; none should, so this is the last resort.</summary>
    internal void LoseOlderThan(TimeSpan age, string reason)
    {
        long now = _time.GetTimestamp();
        foreach (Submission submission in _out.Values.Where(submission => _time.GetElapsedTime(submission.HandedOnAt, now) >= age).ToArray()) Lose(submission, reason);
    }

    /// <summary>Hand on again, a while from now, longer each time.</summary>
    internal void RetryLater()
    {
        if (IsRetryPending) return;
        IsRetryPending = true;
        _retryTimer.Change(_retryDelay, Timeout.InfiniteTimeSpan);
        _retryDelay = _retryDelay * 2 < CallLimits.RetryMax ? _retryDelay * 2 : CallLimits.RetryMax;
    }

    /// <summary>The time has come, or there is another leader: no need to wait.</summary>
    internal void RetryNow(bool fromTheStart)
    {
        IsRetryPending = false;
        if (fromTheStart) _retryDelay = CallLimits.RetryMin;
    }

    public void Dispose() => _retryTimer.Dispose();
}
