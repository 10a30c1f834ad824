using System.Diagnostics.CodeAnalysis;
using Zab.Core;

namespace Zab.Replica;

/// <summary>The session of this process: created when the first call needs it, its numbers given here, created anew when it ended.</summary>
/// <remarks>
/// Calls wait without a number, in the order they came; then, in the lane, with one. Numbers are given in that order, one after the other, and those of calls
/// that nobody waits for any more are filled, so that no call ever waits behind a number that nothing takes.
/// Guarded by the lock of the <see cref="CallTable"/>.
/// </remarks>
internal sealed class ProcessSession(Outbox outbox, SessionRequests sessions, CallBudget budget, TimeSpan timeout)
{
    private readonly LinkedList<Call> _waiting = [];
    private readonly SortedSet<ulong> _unknown = [];            // Numbers whose callers were told that the outcome is unknown, and may repeat.
    private SessionCreation? _creation;
    private Lane? _lane;
    private bool _isClosed;                                     // The session of the lane has ended; its calls are settled one by one.
    private ulong _next;

    /// <summary>The session, while there is one that lives.</summary>
    internal SessionId? Current => _isClosed ? null : _lane?.Session.Id;

    /// <exception cref="NotExecutedException">The replica takes no more.</exception>
    internal void Submit(Call call)
    {
        if (CanNumber() && _waiting.Count == 0 && outbox.CanSend)
        {
            if (!TryNumber(call)) throw CallErrors.Overloaded(call.Reason);
            budget.Reserve(call);
            return;
        }

        budget.Reserve(call);
        _waiting.AddLast(call);
        Pump();
    }

    /// <summary>Hands on what can be: what was handed on before, then what waits; in order, and up to the first that is not taken.</summary>
    internal void Pump()
    {
        if (_waiting.Count > 0 && _lane is null && !TryOpen()) return;
        if (!outbox.CanSend || _lane is null || _isClosed) return;
        if (_lane.HasIdle && !_lane.Ascending().All(outbox.TryResend)) return;
        while (_waiting.First is { Value: { } call } && CanNumber())
        {
            if (!TryNumber(call))
            {
                outbox.RetryLater();
                return;
            }

            _waiting.RemoveFirst();
        }
    }

    /// <summary>
    /// <code>
    /// case  outcome                                    what follows
    /// A     Result, Failed, AlreadyExecuted, Filled    the number is taken: the answer
    /// B     Gap                                        handed on again when a number below it was answered
    /// C     NoSuchClass                                handed on again after a while: a leader that has the class will add it
    /// D     SessionClosed                              the calls that were certainly not executed go to a new session, the others are unknown
    /// </code>
    /// </summary>
    internal void OnApplied(in AppliedRequest applied)
    {
        if (_lane is null || _lane.Session != new Session(applied.Session, applied.Secret) || !_lane.TryGet(applied.Request, out Call? call)) return;
        switch (applied.Outcome)
        {
            case RequestOutcome.Gap:                                                            // B
                outbox.End(call, "a call before it was not executed yet");
                return;
            case RequestOutcome.NoSuchClass:                                                    // C
                outbox.End(call, CallErrors.NoSuchClass);
                outbox.RetryLater();
                return;
            case RequestOutcome.SessionClosed:                                                  // D
                _isClosed = true;
                outbox.End(call, CallErrors.ProcessSessionClosed);
                SettleClosed();
                return;
        }

        outbox.Answered(call);                                                                  // A
        Leave(call);
        call.Complete(Answer.Of(applied));
        if (_isClosed) SettleClosed();
        else if (_lane.HasIdle || _waiting.Count > 0) Pump();
    }

    /// <summary>Attempts were lost: in a session that ended, nothing more will be heard of them.</summary>
    internal void OnLost()
    {
        if (_isClosed) SettleClosed();
    }

    /// <summary>A request that no leader will ever take: its caller is told at once, and the number filled.</summary>
    internal void Reject(Call call, NotExecutedException reason)
    {
        call.Fail(reason);
        Fill(call);
    }

    /// <summary>The caller does not wait any more; what it is to be told.</summary>
    /// <remarks>
    /// <code>
    /// case  the call                                deadline           cancelled                 what follows
    /// A     has no number                           NotExecuted        NotExecuted               nothing
    /// B     every attempt ended without effect      NotExecuted        NotExecuted               its number is filled
    /// C     an attempt is out, or was lost          OutcomeUnknown     OperationCanceled         its number is filled, unless the attempt took it
    /// </code>
    /// </remarks>
    internal Exception GiveUp(Call call, CallEnd end)
    {
        if (call.Lane is null)
        {
            _waiting.Remove(call);                                                              // A
            budget.Release(call);
            return CallErrors.NotExecuted(end, call.Reason ?? outbox.Obstacle);
        }

        bool isCertain = call.IsCertainlyNotExecuted;
        Exception told = isCertain ? CallErrors.NotExecuted(end, call.Reason ?? outbox.Obstacle) : CallErrors.Unknown(end, call);
        if (!isCertain) _unknown.Add(call.Number);
        Fill(call);                                                                             // B, C
        return told;
    }

    internal void FailAll(string reason)
    {
        foreach (Call call in _waiting)
        {
            budget.Release(call);
            call.Fail(CallErrors.NotExecuted(CallEnd.Stopped(reason), reason));
        }

        _waiting.Clear();
        if (_lane is null) return;
        foreach (Call call in _lane.Ascending())
        {
            Leave(call);
            call.Fail(call.IsCertainlyNotExecuted ? CallErrors.NotExecuted(CallEnd.Stopped(reason), call.Reason) : CallErrors.Unknown(CallEnd.Stopped(reason), call));
        }
    }

    /// <summary>Whether there is a session that lives, and room after the numbers that are out.</summary>
    [MemberNotNullWhen(true, nameof(_lane))]
    private bool CanNumber() => _lane is { HasIdle: false, Count: < CallLimits.ProcessWindow } && !_isClosed;

    private bool TryNumber(Call call)
    {
        Invariant.Require(_lane is not null, $"a number is given without a session");
        call.Take(_lane.Session, _next, AnsweredThrough(_next));
        if (!outbox.TrySend(call)) return false;
        _next++;
        _lane.Add(call);
        return true;
    }

    /// <summary>Up to here every answer was received, and none that was given up unheard is wanted any more.</summary>
    private ulong AnsweredThrough(ulong number)
    {
        while (_unknown.Count > 0 && _next - _unknown.Min > CallLimits.UnknownHeldNumbers) _unknown.Remove(_unknown.Min);
        ulong lowest = _lane?.Lowest ?? number;
        return Math.Min(lowest, _unknown.Count > 0 ? _unknown.Min : number) - 1;
    }

    /// <summary>True where the lane is there; else a session is being created for it.</summary>
    private bool TryOpen()
    {
        _creation ??= sessions.Create(timeout);
        if (!_creation.Created.IsCompleted) return false;
        Task<Session> created = _creation.Created;
        _creation = null;
        if (!created.IsCompletedSuccessfully)
        {
            foreach (Call call in _waiting)
            {
                budget.Release(call);
                call.Fail(new NotExecutedException($"the call was not executed: {created.Exception!.InnerException!.Message}", created.Exception.InnerException));
            }

            _waiting.Clear();
            return false;
        }

        _lane = new Lane(created.Result);
        _next = 1;
        _isClosed = false;
        _unknown.Clear();
        return true;
    }

    private void Fill(Call call)
    {
        if (_isClosed || call.Lane is null)
        {
            outbox.Forget(call);
            Leave(call);
            if (_isClosed) SettleClosed();
            return;
        }

        call.BecomeFill(AnsweredThrough(call.Number));
        outbox.Lose(call, "its caller does not wait any more");
        if (outbox.CanSend) Pump();
    }

    private void SettleClosed()
    {
        foreach (Call call in _lane!.Ascending().Where(static call => !call.IsOut))
        {
            if (call.IsFill)
            {
                Leave(call);
            }
            else if (call.IsCertainlyNotExecuted)
            {
                _lane.Remove(call);
                call.Release();
                Requeue(call);
            }
            else
            {
                Leave(call);
                call.Fail(CallErrors.Unknown(CallEnd.Stopped(CallErrors.ProcessSessionClosed), call));
            }
        }

        if (_lane.Count > 0) return;            // Those are out: they will be told that the session is closed, or be lost.
        _lane = null;
        _isClosed = false;
        Pump();
    }

    private void Requeue(Call call)
    {
        LinkedListNode<Call>? later = _waiting.First;
        while (later is not null && later.Value.Ticket < call.Ticket) later = later.Next;
        if (later is null) _waiting.AddLast(call);
        else _waiting.AddBefore(later, call);
    }

    private void Leave(Call call)
    {
        if (call.Lane is null) return;
        call.Lane.Remove(call);
        budget.Release(call);
    }
}
