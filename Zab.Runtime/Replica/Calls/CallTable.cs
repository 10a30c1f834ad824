using System.Security.Cryptography;
using Zab.Core;

namespace Zab.Replica;

/// <summary>How the call path behaves.</summary>
internal sealed record CallTableOptions
{
    /// <summary>How long a call waits for its answer.</summary>
    internal TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the session of this process may be silent.</summary>
    internal TimeSpan SessionTimeout { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>Every call of this server's callers that has no answer yet: what is handed to the replica, and what is heard of it. Safe for concurrent use.</summary>
/// <remarks>
/// A request is handed on again after a refusal, a change of the leader, or a snapshot, always with the same payload: applied twice, it has one effect and one answer.
/// The replica calls in on its own threads; one lock guards everything, and nothing is awaited or run for callers under it.
/// </remarks>
internal sealed class CallTable : IReplicaListener, IDisposable
{
    private readonly Lock _gate = new();
    private readonly ReplicatedClasses _classes;
    private readonly CallTableOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _upkeepTimer;
    private readonly Outbox _outbox;
    private readonly CallBudget _budget = new();
    private readonly SessionRequests _sessions;
    private readonly ProcessSession _process;
    private readonly BoundSessions _bound;
    private IReplica? _replica;
    private ReplicaView? _view;
    private string? _stopped;
    private long _lastTicket;
    private long _touchedAt;

    internal CallTable(ReplicatedClasses classes, CallTableOptions options, TimeProvider time, Func<ulong>? random = null)
    {
        (_classes, _options, _time) = (classes, options, time);
        _outbox = new Outbox(time, OnRetry);
        _sessions = new SessionRequests(_outbox, random ?? RandomBits);
        _process = new ProcessSession(_outbox, _sessions, _budget, options.SessionTimeout);
        _bound = new BoundSessions(_outbox, _budget);
        TimeSpan period = new(Math.Clamp(Math.Min(options.CallTimeout.Ticks, options.SessionTimeout.Ticks) / 8, TimeSpan.TicksPerMillisecond, TimeSpan.TicksPerSecond));
        _upkeepTimer = time.CreateTimer(static state => ((CallTable)state!).OnUpkeep(), this, period, period);
        _touchedAt = time.GetTimestamp();
    }

    /// <summary>Calls that have no answer yet.</summary>
    internal int Count
    {
        get { lock (_gate) return _budget.Count; }
    }

    /// <summary>The replica was made, with this as its listener.</summary>
    internal void Attach(IReplica replica)
    {
        lock (_gate)
        {
            _replica = replica;
            _outbox.Attach(replica);
            Pump();
        }
    }

    // ---- Callers ----

    /// <summary>Takes a command in the session of this process.</summary>
    /// <exception cref="NotExecutedException">It was not taken.</exception>
    internal Call Submit(byte[] payload, uint classId, uint commandId)
    {
        lock (_gate)
        {
            RequireRunning();
            var call = new Call(++_lastTicket, payload, classId, commandId);
            _process.Submit(call);
            return call;
        }
    }

    /// <summary>Takes a command under a number that its caller gives; the one that waits under this number already, where there is one.</summary>
    /// <exception cref="NotExecutedException">It was not taken.</exception>
    internal Call Submit(byte[] payload, uint classId, uint commandId, Session session, ulong number)
    {
        lock (_gate)
        {
            RequireRunning();
            if (_bound.TryJoin(session, number) is { } waiting) return waiting;
            var call = new Call(++_lastTicket, payload, classId, commandId);
            _bound.Submit(call, session, number);
            return call;
        }
    }

    /// <summary>The caller stops waiting; what it is to be told, or null where the answer has just come.</summary>
    internal Exception? GiveUp(Call call, CallEnd end, bool isBound)
    {
        lock (_gate)
        {
            if (call.Answer.IsCompleted) return null;
            return isBound ? _bound.GiveUp(call, end) : _process.GiveUp(call, end);
        }
    }

    /// <exception cref="NotExecutedException">It was not taken.</exception>
    internal SessionCreation CreateSession(TimeSpan timeout)
    {
        lock (_gate)
        {
            RequireRunning();
            return _sessions.CreateForCaller(timeout);
        }
    }

    /// <exception cref="NotExecutedException">It was not taken.</exception>
    internal SessionClosing CloseSession(Session session)
    {
        lock (_gate)
        {
            RequireRunning();
            return _sessions.Close(session);
        }
    }

    internal void GiveUp(SessionCreation creation)
    {
        lock (_gate) _sessions.GiveUp(creation);
    }

    internal void GiveUp(SessionClosing closing)
    {
        lock (_gate) _sessions.GiveUp(closing);
    }

    /// <summary>Nothing is taken any more; who still waits is told what is known.</summary>
    internal void Stop(string reason)
    {
        lock (_gate)
        {
            if (_stopped is not null) return;
            _stopped = reason;
            _sessions.FailAll(reason);
            _process.FailAll(reason);
            _bound.FailAll(reason);
        }
    }

    public void Dispose()
    {
        Stop("this server has stopped");
        _upkeepTimer.Dispose();
        _outbox.Dispose();
    }

    // ---- The replica ----

    void IReplicaListener.OnApplied(in AppliedRequest applied)
    {
        lock (_gate)
        {
            if (_stopped is not null) return;
            bool hasNumber = applied.Request != 0 && applied.Outcome != RequestOutcome.SessionCreated;
            if (!hasNumber || (applied.Session.Value == 0 && applied.Outcome == RequestOutcome.Failed))
            {
                _sessions.OnApplied(applied);
                _process.Pump();                // Its session may be the one that was created.
                return;
            }

            _process.OnApplied(applied);
            _bound.OnApplied(applied);
        }
    }

    void IReplicaListener.OnSnapshotInstalled(Zxid zxid) => LoseAll($"a snapshot at {zxid} replaced the state");

    void IReplicaListener.OnRoleChanged(ReplicaView view)
    {
        lock (_gate)
        {
            bool isSame = _view is { } last && (last.Role, last.Leader, last.Epoch) == (view.Role, view.Leader, view.Epoch);
            _view = view;
            if (isSame) return;                 // Only the words changed.
        }

        LoseAll("the leader changed");
    }

    void IReplicaListener.OnRefused(ulong tag, string reason)
    {
        Submission? refused;
        lock (_gate)
        {
            if (!_outbox.TryTake(tag, out refused)) return;
            refused.EndAttempt(reason);
            _outbox.RetryLater();
        }

        // Refused for what it is, or for how things stand? Only the former is final. Decoding runs constructors of the user's: not under the lock.
        if (refused is not Call call || _classes.ValidateRequest(call.Payload.Span) is not { } mistake) return;
        lock (_gate)
        {
            if (call.IsFill || call.Answer.IsCompleted || _stopped is not null) return;
            _outbox.Forget(call);
            if (_bound.Owns(call)) _bound.Reject(call, CallErrors.Rejected(mistake));
            else _process.Reject(call, CallErrors.Rejected(mistake));
        }
    }

    private void LoseAll(string reason)
    {
        lock (_gate)
        {
            if (_stopped is not null) return;
            _outbox.LoseAll(reason);
            _outbox.RetryNow(fromTheStart: true);
            _process.OnLost();
            Pump();
        }
    }

    // ---- Time ----

    private void OnRetry()
    {
        lock (_gate)
        {
            if (_stopped is not null) return;
            _outbox.RetryNow(fromTheStart: false);
            Pump();
        }
    }

    /// <summary>Keeps the session of this process alive, and hands on again what was lost without a word.</summary>
    private void OnUpkeep()
    {
        lock (_gate)
        {
            if (_stopped is not null || _replica is null) return;
            _outbox.LoseOlderThan(2 * _options.CallTimeout, "nothing was heard of it");
            _process.OnLost();
            Pump();
            if (_process.Current is not { } session || _time.GetElapsedTime(_touchedAt) < _options.SessionTimeout / 4) return;
            _touchedAt = _time.GetTimestamp();
            _replica.Touch(session);
        }
    }

    private void Pump()
    {
        if (_stopped is not null || !_outbox.CanSend) return;
        _sessions.Pump();
        _process.Pump();
        _bound.Pump();
    }

    private void RequireRunning()
    {
        if (_stopped is { } reason) throw CallErrors.Stopped(reason);
    }

    private static ulong RandomBits()
    {
        Span<byte> bits = stackalloc byte[8];
        RandomNumberGenerator.Fill(bits);
        return BitConverter.ToUInt64(bits);
    }
}
