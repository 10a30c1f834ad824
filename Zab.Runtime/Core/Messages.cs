namespace Zab.Core;

/// <summary>The role that a vote speaks from.</summary>
internal enum VoteState : byte { Looking = 1, Following = 2, Leading = 3 }

/// <summary>The history that a candidate stands for; the better one wins: first by current epoch, then by zxid, then by id.</summary>
internal readonly record struct Candidate(uint CurrentEpoch, Zxid LastZxid, ServerId Id) : IComparable<Candidate>
{
    /// <summary>What a server proposes that may not be elected; every real candidate is better.</summary>
    public static Candidate None => default;

    public int CompareTo(Candidate other) =>
        CurrentEpoch != other.CurrentEpoch ? CurrentEpoch.CompareTo(other.CurrentEpoch)
        : LastZxid != other.LastZxid ? LastZxid.CompareTo(other.LastZxid)
        : Id.CompareTo(other.Id);

    public override string ToString() => $"{Id} (epoch {CurrentEpoch}, {LastZxid})";
}

/// <summary>What travels between servers. Immutable; one message may be sent to many.</summary>
internal abstract record Message
{
    // ---- Between any two servers, outside channels: only the newest to each peer matters. ----

    /// <summary>Fast leader election. <paramref name="Counts"/> is false where the sender itself knows that its vote is none (fresh, wiped, observer).</summary>
    internal sealed record Vote(VoteState State, ulong Round, Candidate Candidate, bool Counts, Incarnation Incarnation, ulong Generation, Zxid LastDurable, Zxid ConfigVersion) : Message;

    /// <summary>Sent while the sender is fresh, and in answer to that: who I am, what my start list says, and the founding record where I have one.</summary>
    internal sealed record Founding(Incarnation Incarnation, ulong StartListHash, ClusterId ClusterId, Ensemble? Record) : Message;

    // ---- On a channel from a learner to a leader. ----

    /// <summary>FOLLOWERINFO or OBSERVERINFO, the first message of a channel.</summary>
    internal sealed record LearnerInfo(bool IsVoter, uint AcceptedEpoch, int ProtocolVersion, Zxid ConfigVersion, Incarnation Incarnation, bool Counts, ulong Generation, Zxid LastDurable) : Message;

    /// <summary>ACKEPOCH: the epoch answered, a promise if <paramref name="IsPromise"/>, and what the learner's history is.</summary>
    internal sealed record AckEpoch(uint Epoch, bool IsPromise, uint CurrentEpoch, HistoryPoint Base, HistoryPoint Last, EpochEnd[] EpochEnds, RepairFloor? RepairFloor) : Message;

    /// <summary>All entries up to <paramref name="Zxid"/> are durable here, though the epoch is not adopted yet; counts for nothing but flow control.</summary>
    internal sealed record SyncProgress(uint Epoch, Zxid Zxid) : Message;

    /// <summary>Chunk up to <paramref name="Offset"/> is on the learner's disk.</summary>
    internal sealed record SnapshotProgress(uint Epoch, long Offset) : Message;

    /// <summary>The learner cannot carry out the sync it was told: its log differs from what the leader supposed.</summary>
    internal sealed record SyncRefused(uint Epoch, string Reason) : Message;

    /// <summary>ACK of NEWLEADER: the history up to the sync point is durable, and after it the epoch.</summary>
    internal sealed record AckNewLeader(uint Epoch, Zxid SyncPoint) : Message;

    /// <summary>Every entry up to <paramref name="Zxid"/> is durable here.</summary>
    internal sealed record Ack(uint Epoch, Zxid Zxid) : Message;

    /// <summary>Requests that this learner's callers made, in order.</summary>
    internal sealed record Request(ProposalRequest[] Requests) : Message;

    /// <summary>Asks for a read index.</summary>
    internal sealed record ReadIndex(ulong Id) : Message;

    /// <summary>Sessions that were heard from at this server since the last such message.</summary>
    internal sealed record Touch(SessionId[] Sessions) : Message;

    /// <summary>Answers a PING.</summary>
    internal sealed record PingReply(uint Epoch, ulong Nonce) : Message;

    // ---- On the same channel, from the leader to the learner. ----

    /// <summary>LEADERINFO: the epoch that the leader proposes, and the cluster that it belongs to.</summary>
    internal sealed record LeaderInfo(uint Epoch, int ProtocolVersion, ClusterId ClusterId, Ensemble Ensemble) : Message;

    /// <summary>DIFF: your history is right as far as it goes; check that it ends here.</summary>
    internal sealed record Diff(uint Epoch, HistoryPoint Base) : Message;

    /// <summary>TRUNC: drop what stands after this point, which you hold; entries follow.</summary>
    internal sealed record Trunc(uint Epoch, HistoryPoint Target) : Message;

    /// <summary>SNAP: a snapshot follows in chunks and replaces everything. <paramref name="Common"/> is the last point that both histories are known to share.</summary>
    internal sealed record Snap(uint Epoch, HistoryPoint Common, SnapshotInfo Snapshot) : Message;

    internal sealed record SnapshotChunk(uint Epoch, long Offset, ReadOnlyMemory<byte> Data) : Message;

    /// <summary>NEWLEADER: the end of the initial history. Make it durable up to the sync point, then adopt the epoch, then answer.</summary>
    internal sealed record NewLeader(uint Epoch, Zxid SyncPoint) : Message;

    /// <summary>UPTODATE: the leader is established, with this commit point; the learner may serve.</summary>
    internal sealed record UpToDate(uint Epoch, Zxid Committed) : Message;

    /// <summary>Entries, in order, and the leader's commit point. To a voter: make them durable and answer. To an observer they are committed already (INFORM).</summary>
    internal sealed record Proposal(uint Epoch, Entry[] Entries, Zxid Committed) : Message;

    /// <summary>Everything up to <paramref name="Zxid"/> is committed.</summary>
    internal sealed record Commit(uint Epoch, Zxid Zxid) : Message;

    internal sealed record Ping(uint Epoch, ulong Nonce, Zxid Committed) : Message;

    /// <summary>These requests were not given a zxid, and will not be by this attempt.</summary>
    internal sealed record RequestRefused(ulong[] Tags, string Reason) : Message;

    /// <summary>The answer to <see cref="ReadIndex"/>: read at this zxid or later; null where leadership could not be confirmed.</summary>
    internal sealed record ReadIndexReply(uint Epoch, ulong Id, Zxid? Zxid) : Message;

    // ---- Either way. ----

    /// <summary>The sender is about to close this channel, for this reason.</summary>
    internal sealed record Goodbye(string Reason) : Message;
}

/// <summary>A request on its way to a zxid. The tag means something only to the server that took the request.</summary>
internal readonly record struct ProposalRequest(ulong Tag, ReadOnlyMemory<byte> Payload);

/// <summary>What a snapshot is, apart from its content.</summary>
/// <param name="Point">The last entry that it contains, and the chain hash there.</param>
/// <param name="Config">The ensemble at that zxid.</param>
/// <param name="UtcTicks">The leader's time of that entry.</param>
/// <param name="Length">The length of the content, in bytes.</param>
/// <param name="Checksum">The XXH64 chain over the content in chunks, as the store computes it.</param>
internal sealed record SnapshotInfo(HistoryPoint Point, Ensemble Config, long UtcTicks, long Length, ulong Checksum);
