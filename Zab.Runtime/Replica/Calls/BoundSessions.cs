namespace Zab.Replica;

/// <summary>Calls whose callers give session and number. Nothing is filled for them: the caller owns the number, and may repeat it here or elsewhere.</summary>
/// <remarks>Guarded by the lock of the <see cref="CallTable"/>.</remarks>
internal sealed class BoundSessions(Outbox outbox, CallBudget budget)
{
    private readonly Dictionary<Session, Lane> _lanes = [];

    /// <summary>The call that waits here under this number already; its answer will be that of the repetition too.</summary>
    internal Call? TryJoin(Session session, ulong number)
    {
        if (!_lanes.TryGetValue(session, out Lane? lane) || !lane.TryGet(number, out Call? call)) return null;
        call.Waiters++;
        return call;
    }

    /// <exception cref="NotExecutedException">The replica takes no more.</exception>
    internal void Submit(Call call, Session session, ulong number)
    {
        budget.Reserve(call);
        call.Take(session, number, number > CallLimits.BoundWindow ? number - CallLimits.BoundWindow : 0);
        if (outbox.CanSend && !outbox.TrySend(call))
        {
            budget.Release(call);
            throw CallErrors.Overloaded(call.Reason);
        }

        if (!_lanes.TryGetValue(session, out Lane? lane)) _lanes.Add(session, lane = new Lane(session));
        lane.Add(call);
    }

    internal void Pump()
    {
        foreach (Lane lane in _lanes.Values)
            if (!TryPump(lane)) return;
    }

    /// <summary>
    /// <code>
    /// case  outcome                                    what follows
    /// A     Result, Failed, AlreadyExecuted, Filled    the number is taken: the answer
    /// B     Gap, and a number below it waits here      handed on again when that was answered
    /// C     Gap, and no attempt is open                RequestGap: the caller must send the numbers before it first
    /// D     Gap, and an attempt was lost               OutcomeUnknown: the lost one may come after the missing number
    /// E     SessionClosed                              SessionExpired
    /// F     NoSuchClass                                handed on again after a while: a leader that has the class will add it
    /// </code>
    /// </summary>
    internal void OnApplied(in AppliedRequest applied)
    {
        if (!_lanes.TryGetValue(new Session(applied.Session, applied.Secret), out Lane? lane) || !lane.TryGet(applied.Request, out Call? call)) return;
        switch (applied.Outcome)
        {
            case RequestOutcome.Gap when lane.HasBelow(call.Number):                                        // B
                outbox.End(call, "a call before it was not executed yet");
                return;
            case RequestOutcome.NoSuchClass:                                                                // F
                outbox.End(call, CallErrors.NoSuchClass);
                outbox.RetryLater();
                return;
        }

        outbox.Answered(call);
        Leave(call);
        switch (applied.Outcome)
        {
            case RequestOutcome.Gap when call.HasOpenAttempt: call.Fail(CallErrors.Unknown(CallEnd.Stopped("a number before it is missing"), call)); break;    // D
            case RequestOutcome.Gap: call.Fail(CallErrors.Gap(call, applied)); break;                       // C
            case RequestOutcome.SessionClosed: call.Fail(CallErrors.SessionExpired(call)); break;           // E
            default: call.Complete(Answer.Of(applied)); break;                                              // A
        }

        if (lane.HasIdle && outbox.CanSend) TryPump(lane);
    }

    internal bool Owns(Call call) => call.Lane is { } lane && _lanes.TryGetValue(lane.Session, out Lane? own) && own == lane;

    internal void Reject(Call call, NotExecutedException reason)
    {
        Leave(call);
        call.Fail(reason);
    }

    /// <summary>One caller does not wait any more; what it is to be told. The number is the caller's, so nothing is done about it.</summary>
    internal Exception GiveUp(Call call, CallEnd end)
    {
        Exception told = call.IsCertainlyNotExecuted ? CallErrors.NotExecuted(end, call.Reason ?? outbox.Obstacle) : CallErrors.Unknown(end, call);
        if (--call.Waiters > 0 || call.Lane is not { } lane) return told;
        outbox.Forget(call);
        Leave(call);
        if (lane.HasIdle && outbox.CanSend) TryPump(lane);
        return told;
    }

    internal void FailAll(string reason)
    {
        foreach (Call call in _lanes.Values.SelectMany(static lane => lane.Ascending()).ToArray())
        {
            Leave(call);
            call.Fail(call.IsCertainlyNotExecuted ? CallErrors.NotExecuted(CallEnd.Stopped(reason), call.Reason) : CallErrors.Unknown(CallEnd.Stopped(reason), call));
        }
    }

    private bool TryPump(Lane lane) => !lane.HasIdle || lane.Ascending().All(outbox.TryResend);

    private void Leave(Call call)
    {
        if (call.Lane is not { } lane) return;
        lane.Remove(call);
        budget.Release(call);
        if (lane.Count == 0) _lanes.Remove(lane.Session);
    }
}
