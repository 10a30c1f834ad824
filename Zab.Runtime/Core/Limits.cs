namespace Zab.Core;

/// <summary>Every bound of the protocol, in one place.</summary>
internal static class Limits
{
    /// <summary>The largest payload of one proposal, in bytes.</summary>
    internal const int PayloadBytesMax = 4 * 1024 * 1024;

    /// <summary>Entries are put into one PROPOSAL until it holds this many bytes; one entry alone may be larger. As with a chunk, a link must carry it within the sync limit.</summary>
    internal const int BatchBytes = 64 * 1024;

    /// <summary>Entries in one PROPOSAL.</summary>
    internal const int BatchEntriesMax = 4096;

    /// <summary>The largest frame: a batch that one largest entry was added to, with room for headers.</summary>
    internal const int FrameBytesMax = 16 * 1024 * 1024;

    /// <summary>Bytes of one snapshot chunk. Each is a sign of life, and pings wait behind it: a link must carry one within the sync limit, or no snapshot ever ends.</summary>
    internal const int SnapshotChunkBytes = 32 * 1024;

    /// <summary>Snapshot chunks on their way to one learner.</summary>
    internal const int SnapshotChunksInFlight = 64;

    /// <summary>Bytes of entries on their way to one learner, not yet reported durable.</summary>
    internal const int LearnerInFlightBytesMax = 8 * 1024 * 1024;

    /// <summary>Bytes of newest entries kept in memory for learners that are nearly up to date.</summary>
    internal const int RecentBytesMax = 32 * 1024 * 1024;

    /// <summary>Bytes of proposals that the leader has given a zxid and that are not committed.</summary>
    internal const int OutstandingBytesMax = 32 * 1024 * 1024;

    /// <summary>Proposals that the leader has given a zxid and that are not committed.</summary>
    internal const int OutstandingEntriesMax = 65_536;

    /// <summary>Compactions in a row that one learner may hold back: each stands for the log between two snapshots, so this bounds what it keeps on the leader's disk.</summary>
    internal const int HeldCompactionsMax = 16;

    /// <summary>Linearizable reads waiting for their quorum round at one server.</summary>
    internal const int PendingReadsMax = 65_536;

    /// <summary>Servers of one ensemble.</summary>
    internal const int MembersMax = 31;

    /// <summary>Bytes that wait to be sent on one channel; a peer that lets more gather does not keep up and loses the channel.</summary>
    internal const int SendQueueBytesMax = 64 * 1024 * 1024;

    /// <summary>What a waiting frame counts for besides its bytes.</summary>
    internal const int SendQueueFrameBytes = 128;

    /// <summary>Frames are gathered into one flush until it holds this many bytes; one frame alone may be larger.</summary>
    internal const int FlushBytes = 256 * 1024;

    /// <summary>The largest frame of a peer connection, and of a channel before its first frame proved who is there.</summary>
    internal const int SmallFrameBytesMax = 64 * 1024;

    /// <summary>Votes and founding messages sent to one peer and not yet receipted.</summary>
    internal const int PeerMessagesInFlightMax = 8;

    /// <summary>Accepted connections that have not proved yet who is there; beyond, the oldest is closed.</summary>
    internal const int HandshakesMax = 128;

    /// <summary>Channels that one learner may have open to this server; it uses one, the others are those whose end was not noticed yet.</summary>
    internal const int ChannelsFromOnePeerMax = 8;

    static Limits()
    {
        Invariant.Require(BatchBytes + PayloadBytesMax + (BatchEntriesMax * Entry.OverheadBytes) < FrameBytesMax, $"a full batch does not fit a frame");
        Invariant.Require(SnapshotChunkBytes * 2 < FrameBytesMax, $"a snapshot chunk does not fit a frame");
        Invariant.Require(
            LearnerInFlightBytesMax + FrameBytesMax + (SnapshotChunkBytes * SnapshotChunksInFlight) + (PendingReadsMax * 2 * SendQueueFrameBytes) < SendQueueBytesMax,
            $"a leader that keeps to its flow control could overflow the send queue of a learner");
        Invariant.Require(OutstandingBytesMax + FrameBytesMax < SendQueueBytesMax, $"a learner that forwards what the leader may hold could overflow its send queue");
        Invariant.Require((MembersMax * 64) + 1024 < SmallFrameBytesMax, $"a founding record does not fit a small frame");
        Invariant.Require(2 * MembersMax < HandshakesMax, $"an ensemble that connects at once would evict its own handshakes");
    }
}
