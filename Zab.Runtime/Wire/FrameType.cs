namespace Zab.Wire;

/// <summary>What the body of a frame is. The numbers are part of the format; the high half tells who may send the type, and where.</summary>
internal enum FrameType : byte
{
    // 0x0_: the handshake and the link itself; the transport keeps these to itself.
    Hello = 0x01,
    Welcome = 0x02,
    Refused = 0x03,
    Receipt = 0x04,

    // 0x1_: between any two servers, outside channels.
    Vote = 0x10,
    Founding = 0x11,

    // 0x2_: on a channel, from the learner.
    LearnerInfo = 0x20,
    AckEpoch = 0x21,
    SyncProgress = 0x22,
    SnapshotProgress = 0x23,
    SyncRefused = 0x24,
    AckNewLeader = 0x25,
    Ack = 0x26,
    Request = 0x27,
    ReadIndex = 0x28,
    Touch = 0x29,
    PingReply = 0x2A,

    // 0x3_: on a channel, from the leader.
    LeaderInfo = 0x30,
    Diff = 0x31,
    Trunc = 0x32,
    Snap = 0x33,
    SnapshotChunk = 0x34,
    NewLeader = 0x35,
    UpToDate = 0x36,
    Proposal = 0x37,
    Commit = 0x38,
    Ping = 0x39,
    RequestRefused = 0x3A,
    ReadIndexReply = 0x3B,

    // 0x4_: on a channel, from either.
    Goodbye = 0x40,
}

/// <summary>What follows from the type of a frame alone.</summary>
internal static class FrameTypes
{
    internal static bool IsPeer(this FrameType type) => ((byte)type & 0xF0) == 0x10;

    internal static bool IsFromLearner(this FrameType type) => ((byte)type & 0xF0) is 0x20 or 0x40;

    internal static bool IsFromLeader(this FrameType type) => ((byte)type & 0xF0) is 0x30 or 0x40;

    /// <summary>Whether the message goes on referring to the bytes that it was read from.</summary>
    internal static bool KeepsBody(this FrameType type) => type is FrameType.Request or FrameType.SnapshotChunk or FrameType.Proposal;
}
