using System.Buffers;
using System.Buffers.Binary;
using Zab.Core;

namespace Zab.Replica;

/// <summary>Everything that is replicated: the sessions and the instances of the replicated classes. A pure function of the entries applied.</summary>
/// <remarks>Not safe for concurrent use: one thread applies, queries and writes snapshots.</remarks>
internal sealed class StateMachine
{
    /// <summary>The code of a query of a class that is not part of the state.</summary>
    internal const string NoSuchClass = "Zab.NoSuchClass";

    private readonly ClusterId _cluster;
    private readonly ReplicatedClasses _registered;
    private readonly SortedDictionary<uint, ClassInstance> _classes;
    private readonly SessionTable _sessions;
    private readonly CommandRunner _commands;
    private readonly QueryRunner _queries = new();
    private readonly byte[] _expected = new byte[8];        // The reply of a gap, which nobody keeps.
    private bool _isTorn;                                   // A command was left in the middle: the state is of no zxid.

    /// <summary>The state before the first entry: no session, no class.</summary>
    internal StateMachine(ClusterId cluster, ReplicatedClasses registered)
        : this(registered, new StateContent(cluster, Zxid.None, LastUtcTicks: 0, ResultHash: 0, new SessionTable(), []))
    {
    }

    private StateMachine(ReplicatedClasses registered, StateContent content)
    {
        _registered = registered;
        (_cluster, LastApplied, LastUtcTicks, ResultHash, _sessions, _classes) = content;
        _commands = new CommandRunner(_cluster);
    }

    /// <summary>The state is that after this entry. Never decreases.</summary>
    internal Zxid LastApplied { get; private set; }

    /// <summary>The leader's time of that entry. Never decreases.</summary>
    internal long LastUtcTicks { get; private set; }

    /// <summary>A hash over every outcome and reply up to <see cref="LastApplied"/>: servers where it is the same gave the same answers.</summary>
    internal ulong ResultHash { get; private set; }

    /// <summary>The sessions that live now, ascending by id; whose silence the leader watches.</summary>
    internal SessionTimeout[] Sessions() => [.. _sessions.Ascending.Select(static session => new SessionTimeout(session.Id, session.Timeout))];

    /// <summary>The registered classes that are not part of the state yet, ascending by id; the leader proposes them.</summary>
    internal ReplicatedClass[] MissingClasses() => [.. _registered.All.Where(registered => !_classes.ContainsKey(registered.Id))];

    /// <summary>Hears of each command that threw, on the thread that applies; for the log of this server.</summary>
    internal Action<CommandFailure>? OnCommandFailure
    {
        get => _commands.OnFailure;
        set => _commands.OnFailure = value;
    }

    /// <summary>The state that <see cref="WriteSnapshot"/> wrote.</summary>
    /// <exception cref="ZabFormatException">The bytes are no snapshot of this cluster.</exception>
    /// <exception cref="UnknownClassException">The snapshot holds a class that this server does not have, or has in another shape.</exception>
    internal static StateMachine Load(ClusterId cluster, ReplicatedClasses registered, ReadOnlySpan<byte> snapshot) =>
        new(registered, StateSnapshot.Read(cluster, registered, snapshot));

    /// <summary>Applies the next entry; what became of its request, null where it carries none. The reply is valid until the next call.</summary>
    /// <exception cref="UnknownClassException">The entry needs code that this server does not have; nothing changed.</exception>
    /// <exception cref="ZabFormatException">The payload is no request that this version knows; nothing changed.</exception>
    /// <remarks>Whatever else comes out (memory or stack ran out in a command) leaves a state that cannot be used any more.</remarks>
    internal AppliedRequest? Apply(Entry entry)
    {
        RequireWhole();
        Invariant.Require(Entry.IsNext(LastApplied, entry.Zxid), $"{entry.Zxid} cannot be applied after {LastApplied}");
        Invariant.Require(entry.UtcTicks >= LastUtcTicks, $"the time of {entry.Zxid} is {entry.UtcTicks}, and that of {LastApplied} {LastUtcTicks}");

        AppliedRequest? applied = entry.Type == EntryType.Request ? Apply(entry, RequestCodec.Decode(entry.Payload.Span)) : null;
        LastApplied = entry.Zxid;
        LastUtcTicks = entry.UtcTicks;
        if (applied is { } request) ResultHash = HashAfter(ResultHash, request);
        return applied;
    }

    /// <summary>Runs a query on the state at <see cref="LastApplied"/> and writes its result.</summary>
    /// <exception cref="QueryFailedException">The query threw, or its result is too large, or there is no such query here. Nothing was written.</exception>
    /// <remarks>Where memory or stack ran out, that exception comes out as it is; the state is as it was.</remarks>
    internal void Query(uint classId, uint queryId, ReadOnlySpan<byte> arguments, IBufferWriter<byte> result)
    {
        RequireWhole();
        if (!_classes.TryGetValue(classId, out ClassInstance? target))
            throw new QueryFailedException(NoSuchClass, $"the state at {LastApplied} has no replicated class with the id {classId:x8}; register it on every server, and wait until one leads that has it");
        if (target.Class.FindQuery(queryId) is not { } query)
            throw new QueryFailedException("Zab.NoSuchQuery", $"{target.Class.Name} has no query with the id {queryId:x8} on this server; the caller's version is newer, or another class");
        _queries.Run(target, query, arguments, new QueryContext(LastApplied, new DateTimeOffset(LastUtcTicks, TimeSpan.Zero)), result);
    }

    /// <summary>Writes the whole state; equal states give equal bytes, on every server.</summary>
    internal void WriteSnapshot(IBufferWriter<byte> output)
    {
        RequireWhole();
        StateSnapshot.Write(new StateContent(_cluster, LastApplied, LastUtcTicks, ResultHash, _sessions, _classes), output);
    }

    /// <summary>SHA-256 of the snapshot, in hexadecimal: servers that have applied the same entries have the same.</summary>
    internal string Digest()
    {
        using var hash = new Sha256Writer();
        WriteSnapshot(hash);
        return hash.Finish();
    }

    private AppliedRequest Apply(Entry entry, in Request request) => request.Kind switch
    {
        RequestKind.Command or RequestKind.Fill => ApplyNumbered(entry, request),
        RequestKind.CreateSession => CreateSession(entry, request),
        RequestKind.CloseSession => CloseSession(entry, request.Session, _sessions.Find(request.Session, request.Secret)),
        RequestKind.ExpireSession => CloseSession(entry, request.Session, _sessions.Find(request.Session)),
        _ => AddClass(entry, request),
    };

    /// <summary>
    /// <code>
    /// number    a command                                    a fill
    /// Next      runs; its answer is kept                     takes the number with the answer Filled
    /// Next      NoSuchClass, no effect, where its class
    ///           is not part of the state yet
    /// Kept      the first answer                             the first answer
    /// Dropped   AlreadyExecuted                              AlreadyExecuted
    /// Gap       Gap: the number expected                     Gap: the number expected
    /// </code>
    /// </summary>
    private AppliedRequest ApplyNumbered(Entry entry, in Request request)
    {
        if (_sessions.Find(request.Session, request.Secret) is not { } session) return Answer(entry, request, RequestOutcome.SessionClosed);
        switch (session.PlaceOf(request.Number))
        {
            case NumberPlace.Gap:
                BinaryPrimitives.WriteUInt64LittleEndian(_expected, session.LastNumber + 1);
                return Answer(entry, request, RequestOutcome.Gap) with { Reply = _expected };
            case NumberPlace.Dropped:
                return Answer(entry, request, RequestOutcome.AlreadyExecuted);
            case NumberPlace.Kept:
                _sessions.Forget(session, request.AnsweredThrough);
                return Answer(entry, request, session.Reply(request.Number));
        }

        CachedReply reply;
        if (request.Kind == RequestKind.Fill) reply = new CachedReply(entry.Zxid, RequestOutcome.Filled, []);
        else if (_classes.TryGetValue(request.ClassId, out ClassInstance? target)) reply = Run(entry, target, request);
        else return Answer(entry, request, RequestOutcome.NoSuchClass);

        _sessions.Forget(session, request.AnsweredThrough);
        _sessions.Take(session, reply);
        return Answer(entry, request, reply);
    }

    private CachedReply Run(Entry entry, ClassInstance target, in Request request)
    {
        // Validated by the leader: so its version of the class has the command, and to go on without it would be another state.
        EntryDescriptor command = target.Class.FindCommand(request.CommandId) ?? throw UnknownClassException.NoCommand(target.Class, request.CommandId, entry.Zxid);
        _isTorn = true;
        CachedReply reply = _commands.Run(target, command, request, entry);
        _isTorn = false;
        return reply;
    }

    private AppliedRequest CreateSession(Entry entry, in Request request)
    {
        if (_sessions.IsFull)
        {
            CachedReply refusal = _commands.Failed(entry.Zxid, new FailureReply(FailureReply.TooManySessions, $"there are {SessionLimits.SessionsMax} sessions; close some, or wait until some expire"));
            return new AppliedRequest(entry.Zxid, default, request.Nonce, refusal.Outcome, entry.Zxid, refusal.Bytes);
        }

        var id = new SessionId(entry.Zxid.Value);
        _sessions.Add(new SessionState(id, request.Secret, request.Timeout));
        return new AppliedRequest(entry.Zxid, id, request.Nonce, RequestOutcome.SessionCreated, entry.Zxid, default);
    }

    private AppliedRequest CloseSession(Entry entry, SessionId id, SessionState? session)
    {
        if (session is not null) _sessions.Close(session);
        return new AppliedRequest(entry.Zxid, id, Request: 0, session is null ? RequestOutcome.SessionClosed : RequestOutcome.Result, entry.Zxid, default);
    }

    /// <summary>Two leaders may both propose a class: the second time changes nothing.</summary>
    private AppliedRequest AddClass(Entry entry, in Request request)
    {
        ReplicatedClass own = _registered.Find(request.ClassId) ?? throw UnknownClassException.NotRegistered(request.ClassId, request.ClassName);
        if (own.Name != request.ClassName || own.StateShape != request.StateShape) throw UnknownClassException.Different(own, request.ClassName, request.StateShape);
        if (!_classes.ContainsKey(own.Id)) _classes.Add(own.Id, new ClassInstance(own, own.Create()));
        return new AppliedRequest(entry.Zxid, default, Request: 0, RequestOutcome.Result, entry.Zxid, default);
    }

    private static AppliedRequest Answer(Entry entry, in Request request, RequestOutcome outcome) =>
        new(entry.Zxid, request.Session, request.Number, outcome, entry.Zxid, default) { Secret = request.Secret };

    private static AppliedRequest Answer(Entry entry, in Request request, in CachedReply reply) =>
        new(entry.Zxid, request.Session, request.Number, reply.Outcome, reply.Zxid, reply.Bytes) { Secret = request.Secret };

    private static ulong HashAfter(ulong previous, in AppliedRequest applied)
    {
        Span<byte> head = stackalloc byte[25];
        BinaryPrimitives.WriteUInt64LittleEndian(head, previous);
        BinaryPrimitives.WriteUInt64LittleEndian(head[8..], applied.Entry.Value);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], applied.Reply.Length);
        head[24] = (byte)applied.Outcome;
        return XxHash64.Hash(applied.Reply.Span, seed: XxHash64.Hash(head));
    }

    private void RequireWhole() => Invariant.Require(!_isTorn, $"a command after {LastApplied} was left in the middle; the state is of no zxid");
}
