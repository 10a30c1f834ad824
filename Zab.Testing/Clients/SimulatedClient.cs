using System.Buffers;
using Zab.Core;
using Zab.Replica;
using Zab.Testing.Checks;
using Zab.Testing.Linearizability;

namespace Zab.Testing;

/// <summary>One client: calls, waits, and repeats at another server what brought no answer, under the same number.</summary>
/// <remarks>
/// It holds the servers to their word: what was called "not executed" must have no effect, what was answered must have had its effect once, and a session that
/// was used all the time must not end.
/// </remarks>
internal sealed class SimulatedClient
{
    private readonly World _world;
    private readonly Population _population;
    private readonly DeterministicRandom _random;
    private readonly List<PendingCall> _pending = [];           // Ascending by number.
    private readonly TimeSpan _patience;
    private readonly int _window;
    private readonly bool _usesOwnSession;
    private SimulatedServer _server;
    private ServerLife? _life;                                  // Where calls are waited for.
    private SessionCreation? _creation;
    private Session? _session;
    private ulong _lastNumber;
    private PendingRead? _read;
    private Zxid _seen;
    private int _waitVersion;
    private bool _hasCeased;
    private bool _isWaitingToRetry;

    internal SimulatedClient(World world, Population population, int index, ulong seed)
    {
        (_world, _population, Index) = (world, population, index);
        _random = new DeterministicRandom(seed);
        _server = Pick();
        _window = _random.Next(3) == 0 ? 1 + _random.Next(4) : 1;
        _usesOwnSession = _random.Next(4) != 0;
        _patience = TimeSpan.FromTicks(TimeSpan.TicksPerSecond / 2 * (1 + _random.Next(8)));
    }

    internal int Index { get; }

    internal bool IsIdle => _pending.Count == 0 && _read is null && _creation is null;

    internal bool HasSession => _session is not null;

    internal void Begin()
    {
        _hasCeased = false;
        PauseThenCall();
    }

    internal void Cease() => _hasCeased = true;

    // ---- Calling ----

    private void PauseThenCall() => _world.Time.After(_random.NextInt64((2 * _population.PauseTicks) + 1), CallNext);

    private void CallNext()
    {
        if (_hasCeased) return;
        PauseThenCall();
        if (_isWaitingToRetry || _read is not null) return;
        if (_usesOwnSession && _session is null)
        {
            OpenSession();
            return;
        }

        Invocation invocation = _population.Load(_random);
        if (invocation.IsQuery) Ask(invocation);
        else if (_pending.Count < _window) Submit(invocation);
    }

    private void Submit(Invocation invocation)
    {
        if (_usesOwnSession && !Reach()) return;
        if (!_usesOwnSession && (_pending.Count > 0 || !Reach())) return;
        int id = _population.History.Invoke(Index, invocation, _population.NextPlace());
        byte[] payload = new byte[RequestCodec.CommandHeadBytes + invocation.Arguments.Length];
        invocation.Arguments.CopyTo(payload.AsMemory(RequestCodec.CommandHeadBytes));
        var call = new PendingCall(id, invocation, payload, _usesOwnSession ? ++_lastNumber : 0);
        _pending.Add(call);
        if (_usesOwnSession) _population.Called(id, _session!.Value.Id, _lastNumber);
        Attempt(call);
    }

    /// <summary>Whether there is a process to talk to; another server is tried where there is none.</summary>
    private bool Reach()
    {
        if (_pending.Count > 0 && _life is { IsOver: false }) return true;
        if (_server.Life is not { } life || _random.Next(64) == 0)
        {
            _server = Pick();
            life = _server.Life!;
        }

        _life = life;
        return life is not null;
    }

    private void Attempt(PendingCall call)
    {
        try
        {
            if (call.Number > 0) _life!.Replica.Touch(_session!.Value.Id);
            call.Attempt = call.Number > 0
                ? _life!.Calls.Submit(call.Payload(), call.Invocation.ClassId, call.Invocation.EntryId, _session!.Value, call.Number)
                : _life!.Calls.Submit(call.Payload(), call.Invocation.ClassId, call.Invocation.EntryId);
            if (call.Number == 0) _population.Called(call.Id, call.Attempt);
        }
        catch (NotExecutedException)
        {
            RetrySoon();
            return;
        }

        WaitAtMost();
    }

    private void WaitAtMost()
    {
        int version = ++_waitVersion;
        _world.Time.After(_patience.Ticks, () =>
        {
            if (version == _waitVersion) GiveUp();
        });
    }

    // ---- Answers ----

    /// <summary>A server took a turn in which it may have answered.</summary>
    internal void Look(ServerLife life)
    {
        if (life != _life) return;
        if (_creation is { Created.IsCompleted: true }) Created();
        LookAtRead();
        for (int i = 0; i < _pending.Count; i++)
        {
            if (_pending[i].Attempt is not { Answer.IsCompleted: true } attempt) continue;
            PendingCall call = _pending[i];
            call.Attempt = null;
            if (!Answered(call, attempt.Answer)) return;        // The list is another one now.
            _pending.RemoveAt(i--);
        }
    }

    /// <summary>True where the call is over.</summary>
    private bool Answered(PendingCall call, Task<Answer> task)
    {
        if (task.IsCompletedSuccessfully)
        {
            Answer answer = task.Result;
            switch (answer.Outcome)
            {
                case RequestOutcome.Result:
                    Return(call, answer, Response.Returned(answer.Reply));
                    return true;
                case RequestOutcome.Failed:
                    FailureReply failure = FailureReply.Read(answer.Reply);
                    Return(call, answer, Response.Threw(failure.Code, failure.Text));
                    return true;
                default:
                    throw new ViolationException("I19", $"request {call.Number} of client {Index} was answered with {answer.Outcome}, and its client still waits for the first answer and never gave it up");
            }
        }

        switch (task.Exception!.InnerException)
        {
            case SessionExpiredException:
                _world.Rarities.Count(Rare.SessionExpired);
                DropSession();
                return false;
            case OutcomeUnknownException:
                call.MayHaveRun = true;
                break;
            case NotExecutedException or RequestGapException:
                break;
            case { } other:
                throw new ViolationException("I21", $"client {Index} was told {other.GetType().Name}: {other.Message}");
        }

        if (call.Number == 0)
        {
            if (call.MayHaveRun) _population.History.Unknown(call.Id);
            else _population.History.Fail(call.Id, _population.NextPlace());
            return true;
        }

        RetrySoon();
        return false;
    }

    private void Return(PendingCall call, in Answer answer, in Response response)
    {
        _population.Answered++;
        _seen = answer.Zxid > _seen ? answer.Zxid : _seen;
        SessionId session = call.Number > 0 ? _session!.Value.Id : call.Attempt?.Session.Id ?? default;
        _population.History.Return(call.Id, _population.NextPlace(), response, _population.At(answer.Zxid, session));
        if (_pending.Count > 1) WaitAtMost();
        else _waitVersion++;
    }

    // ---- No answer ----

    /// <summary>The server does not exist any more; what was under way there may have been executed.</summary>
    internal void Lose(ServerLife life)
    {
        if (life != _life) return;
        _life = null;
        _read = null;
        _creation = null;
        foreach (PendingCall call in _pending)
        {
            call.MayHaveRun |= call.Attempt is not null;
            call.Attempt = null;
        }

        EndCallsOfServerSession();
        if (_pending.Count > 0) RetrySoon();
    }

    /// <summary>Waited long enough: this server is given up, and asked to give the calls up too.</summary>
    private void GiveUp()
    {
        if (_life is not { IsOver: false } life) return;
        if (_creation is { } creation)
        {
            life.Calls.GiveUp(creation);
            _creation = null;
            _server = Pick();
            return;
        }

        _read?.GivenUp.Cancel();
        _read = null;
        foreach (PendingCall call in _pending)
        {
            if (call.Attempt is not { } attempt) continue;
            Exception? told = life.Calls.GiveUp(attempt, CallEnd.Deadline(_patience), isBound: call.Number > 0);
            if (told is null) continue;                         // The answer has just come; the next look takes it.
            call.MayHaveRun |= told is not NotExecutedException;
            call.Attempt = null;
        }

        Look(life);
        EndCallsOfServerSession();
        if (_pending.Count > 0) RetrySoon();
        else _life = null;
    }

    /// <summary>Calls in a server's own session cannot be repeated elsewhere.</summary>
    private void EndCallsOfServerSession()
    {
        foreach (PendingCall call in _pending.Where(static call => call.Number == 0 && call.Attempt is null).ToArray())
        {
            if (call.MayHaveRun) _population.History.Unknown(call.Id);
            else _population.History.Fail(call.Id, _population.NextPlace());
            _pending.Remove(call);
        }
    }

    /// <summary>All that have no answer, from the lowest number on, at a server that may be another one.</summary>
    private void RetrySoon()
    {
        if (_isWaitingToRetry) return;
        _isWaitingToRetry = true;
        _waitVersion++;
        _world.Time.After(_random.NextInt64(TimeSpan.TicksPerSecond / 2), Retry);
    }

    private void Retry()
    {
        _isWaitingToRetry = false;
        if (_pending.Count == 0) return;
        foreach (PendingCall call in _pending)
        {
            if (call.Attempt is not { } attempt) continue;
            if (_life is not null && _life.Calls.GiveUp(attempt, CallEnd.Deadline(_patience), isBound: call.Number > 0) is { } told) call.MayHaveRun |= told is not NotExecutedException;
            if (!attempt.Answer.IsCompleted) call.Attempt = null;
        }

        if (_life is { } still) Look(still);
        if (_isWaitingToRetry || _pending.Count == 0) return;
        if (_random.Next(3) != 0 || _server.Life is null) _server = Pick();
        _life = _server.Life;
        if (_life is null)
        {
            RetrySoon();
            return;
        }

        PendingCall[] again = [.. _pending];
        if (_random.Next(8) == 0) Array.Reverse(again);         // The servers put them in order.
        foreach (PendingCall call in again)
        {
            Attempt(call);
            if (_isWaitingToRetry) return;
        }
    }

    // ---- Sessions ----

    private void OpenSession()
    {
        if (_creation is not null || !Reach()) return;
        try
        {
            _creation = _life!.Calls.CreateSession(_world.Options.Calls.SessionTimeout);
            WaitAtMost();
        }
        catch (NotExecutedException)
        {
            _server = Pick();
        }
    }

    private void Created()
    {
        if (_creation!.Created.IsCompletedSuccessfully) (_session, _lastNumber) = (_creation.Created.Result, 0);
        _creation = null;
        _waitVersion++;
    }

    private void DropSession()
    {
        foreach (PendingCall call in _pending)
        {
            if (call.MayHaveRun || call.Attempt is not null) _population.History.Unknown(call.Id);
            else _population.History.Fail(call.Id, _population.NextPlace());
        }

        _pending.Clear();
        (_session, _lastNumber) = (null, 0);
        _waitVersion++;
    }

    // ---- Queries ----

    private void Ask(Invocation invocation)
    {
        if (_pending.Count > 0 || !Reach()) return;
        Read level = _random.Next(8) switch
        {
            0 => Read.Local,
            1 or 2 => Read.AtLeast(_seen),
            3 or 4 when _session is not null => Read.Session,
            _ => Read.Linearizable,
        };
        var asked = new Invocation(invocation.ClassId, invocation.EntryId, invocation.Arguments, isQuery: true, level, invocation.Codec);
        int id = _population.History.Invoke(Index, asked, _population.NextPlace());
        _read = new PendingRead(id, asked);
        WaitAtMost();
        var options = new CallOptions { Read = level, Session = _session, Receipt = _read.Receipt };
        _read.Answer = _life!.Reads.ReadAsync(new LocalQuery(asked.ClassId, asked.EntryId, asked.Arguments, _read.Result), options, _read.GivenUp.Token).AsTask();
        LookAtRead();
    }

    private void LookAtRead()
    {
        if (_read is not { Answer: { IsCompleted: true } answer } read) return;
        if (answer.IsCompletedSuccessfully) Answered(read, read.Receipt.Zxid, Response.Returned(read.Result.WrittenMemory.ToArray()));
        else if (answer.Exception?.InnerException is QueryFailedException { Code: not StateMachine.NoSuchClass } failed)
            Answered(read, _life!.Replica.Status.LastApplied, Response.Threw(failed.Code, failed.InnerException is CommandException ? failed.Message : ""));
        else EndRead();
    }

    private void Answered(PendingRead read, Zxid zxid, in Response response)
    {
        _population.Answered++;
        if (zxid > _seen) _seen = zxid;
        _population.History.Return(read.Id, _population.NextPlace(), response, _population.At(zxid));
        _read = null;
        _waitVersion++;
    }

    private void EndRead()
    {
        _population.History.Fail(_read!.Id, _population.NextPlace());
        _read = null;
        _waitVersion++;
    }

    private SimulatedServer Pick()
    {
        int index = _random.Next(_world.Servers.Count);
        foreach (SimulatedServer server in _world.Servers)
            if (index-- == 0) return server;
        throw new InvariantException("there is no server");
    }

    private sealed class PendingRead(int id, Invocation invocation)
    {
        internal int Id => id;

        internal Invocation Invocation => invocation;

        internal ArrayBufferWriter<byte> Result { get; } = new(64);

        internal Receipt Receipt { get; } = new();

        internal CancellationTokenSource GivenUp { get; } = new();

        internal Task? Answer { get; set; }
    }
}
