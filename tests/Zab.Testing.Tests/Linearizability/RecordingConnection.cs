using System.Buffers;
using Zab.Core;
using Zab.Replica;
using Zab.Serialization;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>An ensemble in one object, behind generated clients: the state machine of a server executes each call at once, and the call is recorded.</summary>
internal sealed class RecordingConnection : ZabConnection
{
    internal static readonly ClusterId Cluster = new(0xC1);
    private readonly ReplicatedClasses _classes;
    private readonly StateMachine _machine;
    private readonly Session _session;
    private StateMachine? _old;
    private HistoryPoint _last;
    private ulong _number;
    private long _now;

    internal RecordingConnection(params ReplicatedClass[] classes)
    {
        _classes = new ReplicatedClasses(classes);
        _machine = new StateMachine(Cluster, _classes);
        foreach (ReplicatedClass missing in _machine.MissingClasses()) Apply(RequestCodec.AddClass(missing));
        _session = new Session(Apply(RequestCodec.CreateSession(nonce: 1, secret: 2, TimeSpan.FromMinutes(1))).Session, 2);
    }

    internal CallHistory History { get; } = new();

    /// <summary>Who calls next.</summary>
    internal int Client { get; set; } = 1;

    /// <summary>The answer to the next command is lost on its way.</summary>
    internal bool LosesNextAnswer { get; set; }

    /// <summary>From here on queries see the state as it is now: that of a server which hears of no newer write, and does not know.</summary>
    internal void FreezeQueries()
    {
        var snapshot = new ArrayBufferWriter<byte>();
        _machine.WriteSnapshot(snapshot);
        _old = StateMachine.Load(Cluster, _classes, snapshot.WrittenSpan);
    }

    internal Verdict Check(Func<object, string?>? keyOf = null) =>
        new LinearizabilityChecker(_classes, Cluster) { KeyOf = keyOf is null ? null : Partition.ByProposal(keyOf) }.Check(History);

    public override ValueTask<TResult> SubmitAsync<TProposal, TResult, TCodec>(
        uint classId, TProposal proposal, CallOptions options, CancellationToken cancellationToken)
    {
        Invocation invocation = Invocation.Command<TProposal, TResult, TCodec>(classId, proposal);
        int id = History.Invoke(Client, invocation, _now++);
        var payload = new ArrayBufferWriter<byte>();
        var writer = new ZabWriter(payload);
        RequestCodec.WriteCommandHead(ref writer, _session, ++_number, _number - 1, classId, TProposal.Id);
        writer.WriteRaw(invocation.Arguments.Span);
        writer.Flush();
        AppliedRequest applied = Apply(payload.WrittenMemory);
        History.Applied(id, new AppliedAt(applied.Zxid, _machine.LastUtcTicks, _session.Id));
        if (LosesNextAnswer)
        {
            LosesNextAnswer = false;
            History.Unknown(id);
            throw new OutcomeUnknownException("lost", _session, _number);
        }

        if (applied.Outcome == RequestOutcome.Failed)
        {
            FailureReply failure = FailureReply.Read(applied.Reply.Span);
            History.Return(id, _now++, Response.Threw(failure.Code, failure.Text.Length > 0 ? failure.Text : "look into the log"));
            throw new CommandFailedException(failure.Code, failure.Text);
        }

        TResult result = Decode<TResult, TCodec>(applied.Reply.Span);
        History.Return(id, _now++, Response.Returned<TResult, TCodec>(result));
        return ValueTask.FromResult(result);
    }

    public override ValueTask<TResult> QueryAsync<TQuery, TResult, TCodec>(uint classId, TQuery query, CallOptions options, CancellationToken cancellationToken)
    {
        StateMachine machine = _old ?? _machine;
        Invocation invocation = Invocation.Query<TQuery, TResult, TCodec>(classId, query, options.Read);
        int id = History.Invoke(Client, invocation, _now++);
        History.Applied(id, new AppliedAt(machine.LastApplied, machine.LastUtcTicks));
        var reply = new ArrayBufferWriter<byte>();
        try
        {
            machine.Query(classId, TQuery.Id, invocation.Arguments.Span, reply);
        }
        catch (QueryFailedException e)
        {
            History.Return(id, _now++, Response.Threw(e.Code, e.Message));
            throw;
        }

        TResult result = Decode<TResult, TCodec>(reply.WrittenSpan);
        History.Return(id, _now++, Response.Returned<TResult, TCodec>(result));
        return ValueTask.FromResult(result);
    }

    private AppliedRequest Apply(ReadOnlyMemory<byte> payload)
    {
        Entry entry = Entry.After(_last, new Zxid(1, _last.Zxid.Counter + 1), 1_000_000 + _now, EntryType.Request, payload);
        _last = entry.Point;
        return _machine.Apply(entry)!.Value;
    }

    private static TResult Decode<TResult, TCodec>(ReadOnlySpan<byte> bytes)
        where TCodec : struct, ICodec<TResult>
    {
        var reader = new ZabReader(bytes);
        return TCodec.Read(ref reader);
    }
}
