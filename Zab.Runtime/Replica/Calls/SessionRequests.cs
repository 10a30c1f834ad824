using Zab.Core;

namespace Zab.Replica;

/// <summary>A session that is being created. Its entry is not deduplicated: the first of several answers counts, and the other sessions end by themselves.</summary>
internal sealed class SessionCreation(ulong nonce, ulong secret, TimeSpan timeout) : Submission
{
    private readonly TaskCompletionSource<Session> _created = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal override ReadOnlyMemory<byte> Payload { get; } = RequestCodec.CreateSession(nonce, secret, timeout);

    internal ulong Nonce => nonce;

    internal Task<Session> Created => _created.Task;

    internal void Complete(SessionId id) => _created.TrySetResult(new Session(id, secret));

    internal void Fail(Exception exception)
    {
        _created.TrySetException(exception);
        _ = _created.Task.Exception;                // Who waited may have left.
    }
}

/// <summary>A session that is being closed.</summary>
internal sealed class SessionClosing(Session session) : Submission
{
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal override ReadOnlyMemory<byte> Payload { get; } = RequestCodec.CloseSession(session);

    internal Session Session => session;

    internal int Waiters { get; set; }

    internal Task Closed => _closed.Task;

    internal void Complete() => _closed.TrySetResult();

    internal void Fail(Exception exception)
    {
        _closed.TrySetException(exception);
        _ = _closed.Task.Exception;
    }
}

/// <summary>The requests that open and close sessions: without numbers, and in no order.</summary>
/// <remarks>Guarded by the lock of the <see cref="CallTable"/>.</remarks>
internal sealed class SessionRequests(Outbox outbox, Func<ulong> random)
{
    private readonly Dictionary<ulong, SessionCreation> _creations = [];
    private readonly Dictionary<SessionId, List<SessionClosing>> _closings = [];
    private int _closingCount;

    /// <exception cref="NotExecutedException">Too many wait already.</exception>
    internal SessionCreation CreateForCaller(TimeSpan timeout) =>
        _creations.Count < CallLimits.CallsMax ? Create(timeout) : throw CallErrors.Overloaded($"{_creations.Count} sessions are being created at this server");

    internal SessionCreation Create(TimeSpan timeout)
    {
        ulong nonce;
        do { nonce = random(); } while (nonce == 0 || _creations.ContainsKey(nonce));
        var creation = new SessionCreation(nonce, random(), timeout);
        _creations.Add(nonce, creation);
        if (outbox.CanSend) outbox.TryResend(creation);
        return creation;
    }

    /// <exception cref="NotExecutedException">Too many wait already.</exception>
    internal SessionClosing Close(Session session)
    {
        if (!_closings.TryGetValue(session.Id, out List<SessionClosing>? closings)) closings = [];
        if (closings.Find(closing => closing.Session == session) is { } same)
        {
            same.Waiters++;
            return same;
        }

        if (_closingCount >= CallLimits.CallsMax) throw CallErrors.Overloaded($"{_closingCount} sessions are being closed at this server");
        var added = new SessionClosing(session) { Waiters = 1 };
        closings.Add(added);
        _closings[session.Id] = closings;
        _closingCount++;
        if (outbox.CanSend) outbox.TryResend(added);
        return added;
    }

    /// <summary>Nobody waits for it any more.</summary>
    internal void GiveUp(SessionCreation creation)
    {
        outbox.Forget(creation);
        _creations.Remove(creation.Nonce);
    }

    internal void GiveUp(SessionClosing closing)
    {
        if (--closing.Waiters > 0) return;
        outbox.Forget(closing);
        Remove(closing);
    }

    internal void Pump()
    {
        foreach (SessionCreation creation in _creations.Values)
            if (!outbox.TryResend(creation)) return;
        foreach (List<SessionClosing> closings in _closings.Values)
            foreach (SessionClosing closing in closings)
                if (!outbox.TryResend(closing)) return;
    }

    /// <summary>
    /// <code>
    /// case  session   request   outcome            what it answers
    /// A     its id    nonce     SessionCreated     a creation
    /// B     none      nonce     Failed             a creation: there are too many sessions
    /// C     its id    0         any                a closing: it has ended, now or before
    /// </code>
    /// </summary>
    internal void OnApplied(in AppliedRequest applied)
    {
        if (applied.Outcome == RequestOutcome.SessionCreated || (applied.Session.Value == 0 && applied.Outcome == RequestOutcome.Failed))
        {
            if (!_creations.Remove(applied.Request, out SessionCreation? creation)) return;
            outbox.Answered(creation);
            if (applied.Outcome == RequestOutcome.SessionCreated) creation.Complete(applied.Session);                                   // A
            else creation.Fail(new NotExecutedException($"no session was created: {FailureReply.Read(applied.Reply.Span).Text}"));      // B
        }
        else if (applied.Request == 0 && _closings.Remove(applied.Session, out List<SessionClosing>? closings))
        {
            _closingCount -= closings.Count;                                                                                            // C
            foreach (SessionClosing closing in closings)
            {
                outbox.Answered(closing);
                closing.Complete();
            }
        }
    }

    internal void FailAll(string reason)
    {
        foreach (SessionCreation creation in _creations.Values) creation.Fail(CallErrors.NoSession(reason));
        foreach (SessionClosing closing in _closings.Values.SelectMany(static closings => closings)) closing.Fail(CallErrors.NotClosed(closing, reason));
        _creations.Clear();
        _closings.Clear();
        _closingCount = 0;
    }

    private void Remove(SessionClosing closing)
    {
        if (!_closings.TryGetValue(closing.Session.Id, out List<SessionClosing>? closings) || !closings.Remove(closing)) return;
        _closingCount--;
        if (closings.Count == 0) _closings.Remove(closing.Session.Id);
    }
}
