namespace Zab.Core;

/// <summary>The role of a server, as others may be told.</summary>
internal enum Role : byte { Fresh, Looking, Following, Observing, Leading, Stopped }

/// <summary>What a peer asks of the world. To be carried out in order; nothing here is optional.</summary>
internal abstract record Output
{
    // ---- Network ----

    /// <summary>To a server, outside channels; a newer one replaces one that was not sent yet. Not before <paramref name="After"/> is durable.</summary>
    internal sealed record SendPeer(ServerId To, Message Message, WriteId After) : Output;

    /// <summary>On a channel, in order with the others whose write is durable. Not before <paramref name="After"/> is durable; never, if the channel closes first.</summary>
    internal sealed record Send(ChannelId Channel, Message Message, WriteId After) : Output;

    /// <summary>Open a channel to a leader under this id; <see cref="Input.ChannelUp"/> or <see cref="Input.ChannelDown"/> answers.</summary>
    internal sealed record OpenChannel(ServerId Peer, ChannelId Channel) : Output;

    /// <summary>Close the channel; messages on it that were not sent yet are dropped. No <see cref="Input.ChannelDown"/> follows.</summary>
    internal sealed record CloseChannel(ChannelId Channel, string Reason) : Output;

    // ---- Storage: carried out in the order of their ids; Input.WritesDone answers. ----

    internal abstract record Write(WriteId Id) : Output;

    internal sealed record Append(WriteId Id, Entry[] Entries) : Write(Id);

    /// <summary>Drop every entry after the target, for good.</summary>
    internal sealed record Truncate(WriteId Id, HistoryPoint Target) : Write(Id);

    internal sealed record SaveHardState(WriteId Id, HardState State) : Write(Id);

    /// <summary>Begin to receive a snapshot into a side file; one that was begun before is dropped.</summary>
    internal sealed record BeginSnapshot(WriteId Id, SnapshotInfo Snapshot) : Write(Id);

    internal sealed record StoreSnapshotChunk(WriteId Id, long Offset, ReadOnlyMemory<byte> Data) : Write(Id);

    /// <summary>The side file is complete: check it, make it the state and the log empty after it, in one switch. One that fails the check answers <see cref="Input.SnapshotRejected"/> and changes nothing.</summary>
    internal sealed record InstallSnapshot(WriteId Id, SnapshotInfo Snapshot) : Write(Id);

    /// <summary>Entries up to this zxid, which a snapshot covers, may be deleted.</summary>
    internal sealed record CompactLog(WriteId Id, Zxid Through) : Write(Id);

    // ---- Reading for learners ----

    /// <summary>Read entries after this zxid from the log; <see cref="Input.LogRead"/> answers.</summary>
    internal sealed record ReadLog(ChannelId Channel, Zxid After, Zxid Through, int BytesMax) : Output;

    /// <summary>Read one chunk of this snapshot, which stays on disk while it is read; <see cref="Input.SnapshotRead"/> answers.</summary>
    internal sealed record ReadSnapshot(ChannelId Channel, SnapshotInfo Snapshot, long Offset, int BytesMax) : Output;

    // ---- State machine and callers ----

    /// <summary>Apply everything up to this zxid, which is committed and durable here.</summary>
    internal sealed record Commit(Zxid Through) : Output;

    /// <summary>Where this server stands now. With another leader or epoch, forwarded requests that were not answered may or may not take effect.</summary>
    internal sealed record RoleChanged(Role Role, ServerId? Leader, uint Epoch, string? Reason) : Output;

    /// <summary>These requests were given no zxid by this attempt.</summary>
    internal sealed record Refused(ulong[] Tags, string Reason) : Output;

    /// <summary>The read may be served from any state at or after this zxid; null where nothing could be confirmed.</summary>
    internal sealed record ReadReady(ulong Id, Zxid? Zxid, string? Reason) : Output;

    /// <summary>At the leader: sessions that were heard from, here or at a learner.</summary>
    internal sealed record Touched(SessionId[] Sessions) : Output;

    /// <summary>The ensemble that this server now goes by.</summary>
    internal sealed record ConfigChanged(Ensemble Ensemble, ClusterId ClusterId) : Output;

    /// <summary>An input needed nothing; the reason is part of what tests can see.</summary>
    internal sealed record Ignored(string Reason) : Output;

    /// <summary>This server can do nothing right any more; it must stop.</summary>
    internal sealed record Fatal(string Reason) : Output;
}

/// <summary>The outputs of one step, in order.</summary>
internal sealed class Outputs
{
    private readonly List<Output> _items = [];

    internal int Count => _items.Count;

    internal Output this[int index] => _items[index];

    internal void Add(Output output) => _items.Add(output);

    internal void Clear() => _items.Clear();
}
