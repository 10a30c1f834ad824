using System.Buffers;
using Zab.Core;

namespace Zab.Replica;

/// <summary>How the call path reaches the replica: what callers' requests need, and no more. Safe for concurrent use.</summary>
internal interface IReplica
{
    /// <summary>Where this server stands; a consistent picture of one moment.</summary>
    ReplicaView View { get; }

    /// <summary>Where this server stands and what it holds; answered at once in every role.</summary>
    ReplicaStatus Status { get; }

    /// <summary>The digest of the state at the last applied entry; computed between two applies, kept until the next apply.</summary>
    ValueTask<StateDigest> DigestAsync(CancellationToken cancellationToken);

    /// <summary>Hands a request to the core, in order. False where the queue is full: then it was not submitted. The listener hears what becomes of it.</summary>
    bool TrySubmit(ProposalRequest request);

    /// <summary>A zxid at which a linearizable read that begins now may be served: a quorum round confirmed it after this call.</summary>
    /// <exception cref="NotExecutedException">Nothing could be confirmed: no leader, or it changed.</exception>
    ValueTask<Zxid> ReadIndexAsync(CancellationToken cancellationToken);

    /// <summary>Completes when this server has applied <paramref name="zxid"/>.</summary>
    ValueTask WaitAppliedAsync(Zxid zxid, CancellationToken cancellationToken);

    /// <summary>Runs a query between two applies; writes its result, or throws what the query threw. Gives the zxid of the state that it read.</summary>
    ValueTask<Zxid> QueryAsync(uint classId, uint queryId, ReadOnlyMemory<byte> arguments, IBufferWriter<byte> result, CancellationToken cancellationToken);

    /// <summary>Tells the leader that this session was heard from.</summary>
    void Touch(SessionId session);
}

/// <summary>What the call path hears from the replica. Called on the replica's threads: quick, never blocking, never throwing.</summary>
internal interface IReplicaListener
{
    /// <summary>An entry was applied here, of whatever kind; before what became of its request.</summary>
    void OnEntry(Entry entry)
    {
    }

    /// <summary>An entry with a request was applied here; every server hears of every request, so most are other servers' callers'.</summary>
    void OnApplied(in AppliedRequest applied);

    /// <summary>A snapshot replaced the state: requests up to <paramref name="zxid"/> may have been applied unseen.</summary>
    void OnSnapshotInstalled(Zxid zxid);

    /// <summary>The request with this tag got no zxid, and will get none by this attempt.</summary>
    void OnRefused(ulong tag, string reason);

    /// <summary>The role, the leader or the epoch changed: requests that were handed on and not answered may or may not take effect.</summary>
    void OnRoleChanged(ReplicaView view);
}

/// <summary>Where a server stands at one moment.</summary>
internal sealed record ReplicaView(Role Role, ServerId? Leader, uint Epoch, string? Reason)
{
    /// <summary>Whether requests can be handed to a leader now.</summary>
    internal bool IsServing => Leader is not null && Role is Role.Leading or Role.Following or Role.Observing;
}

/// <summary>What became of one request when its entry was applied.</summary>
/// <param name="Entry">The zxid of the entry that was applied now.</param>
/// <param name="Session">The session that the request names.</param>
/// <param name="Request">Its number in that session; of a session create, the tag-like nonce that its maker chose.</param>
/// <param name="Outcome">What is known of it.</param>
/// <param name="Zxid">The zxid at which it was executed first, where <paramref name="Outcome"/> is an answer.</param>
/// <param name="Reply">The answer, or code and text of the failure; valid during the call only.</param>
internal readonly record struct AppliedRequest(Zxid Entry, SessionId Session, ulong Request, RequestOutcome Outcome, Zxid Zxid, ReadOnlyMemory<byte> Reply)
{
    /// <summary>The secret that a numbered request gave: one with a wrong secret is answered too, and that is no answer to the session's holder.</summary>
    internal ulong Secret { get; init; }
}

/// <summary>What applying a request can come to; the same on every server.</summary>
internal enum RequestOutcome : byte
{
    /// <summary>Executed now or before: the result is the reply.</summary>
    Result = 1,

    /// <summary>Executed now or before, and it threw: code and text are the reply (two strings of the codec).</summary>
    Failed = 2,

    /// <summary>Executed before, and the answer is not kept any more.</summary>
    AlreadyExecuted = 3,

    /// <summary>Not executed: an earlier number of the session was not either. The reply is the number expected (u64).</summary>
    Gap = 4,

    /// <summary>Not executed: the session has ended, or never was, or the secret is wrong.</summary>
    SessionClosed = 5,

    /// <summary>Not executed, and never will be: the number was filled up, to go on after it.</summary>
    Filled = 6,

    /// <summary>A session was created; its id is the entry's zxid.</summary>
    SessionCreated = 7,

    /// <summary>The class is not part of the state machine (yet): not executed, the number is not used up.</summary>
    NoSuchClass = 8,
}
