namespace Zab.Core;

/// <summary>What can happen to a peer. Everything that it decides follows from its inputs, in their order, and from their instants.</summary>
internal abstract record Input
{
    /// <summary>Time has passed; timers run.</summary>
    internal sealed record Tick : Input
    {
        internal static readonly Tick Instance = new();
    }

    /// <summary>A VOTE or FOUNDING from a server, outside channels. <paramref name="ClusterId"/> is that of the sender's frame; none from a fresh one.</summary>
    internal sealed record PeerMessage(ServerId From, ClusterId ClusterId, Message Message) : Input;

    /// <summary>A connection to that server was refused or lost: it is not there now.</summary>
    internal sealed record PeerUnreachable(ServerId Peer) : Input;

    /// <summary>A channel is open: one that this server asked for, as a learner, or one that a learner opened.</summary>
    internal sealed record ChannelUp(ChannelId Channel, ServerId Peer, bool IsOutgoing) : Input;

    /// <summary>The channel is closed; nothing comes from it any more. For a channel that was asked for and never opened, too.</summary>
    internal sealed record ChannelDown(ChannelId Channel, string Reason) : Input;

    internal sealed record Received(ChannelId Channel, Message Message) : Input;

    /// <summary>Every write up to and including this one is on stable storage.</summary>
    internal sealed record WritesDone(WriteId Through) : Input;

    /// <summary>A write or an fsync failed. It is never tried again.</summary>
    internal sealed record StorageFailed(string Reason) : Input;

    /// <summary>Requests of callers of this server, in order.</summary>
    internal sealed record Submit(ProposalRequest[] Requests) : Input;

    /// <summary>A caller of this server needs a linearizable read.</summary>
    internal sealed record Read(ulong Id) : Input;

    /// <summary>Sessions that callers of this server used.</summary>
    internal sealed record Touch(SessionId[] Sessions) : Input;

    /// <summary>The answer to <see cref="Output.ReadLog"/>: entries in order, contiguous from <paramref name="After"/>; empty where the log no longer holds them.</summary>
    internal sealed record LogRead(ChannelId Channel, Zxid After, Entry[] Entries) : Input;

    /// <summary>The next chunk of the snapshot that is being sent on this channel; empty data where the snapshot cannot be read any more.</summary>
    internal sealed record SnapshotRead(ChannelId Channel, long Offset, ReadOnlyMemory<byte> Data) : Input;

    /// <summary>A received snapshot was not installed: what arrived is not what its sender described. The state is the old one, untouched.</summary>
    internal sealed record SnapshotRejected(string Reason) : Input;

    /// <summary>A new snapshot is complete and durable here: the log up to it, less what learners still need, may go.</summary>
    internal sealed record SnapshotTaken(SnapshotInfo Snapshot, Zxid CompactThrough) : Input;

    /// <summary>Leave the role, tell the others, and go quiet.</summary>
    internal sealed record Stop : Input;
}
