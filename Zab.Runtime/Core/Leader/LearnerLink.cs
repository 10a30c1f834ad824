namespace Zab.Core;

/// <summary>How far a learner has come on its channel.</summary>
internal enum LinkPhase : byte
{
    /// <summary>LEARNERINFO has arrived.</summary>
    Known,

    /// <summary>LEADERINFO was sent.</summary>
    Invited,

    /// <summary>It has answered the present epoch with ACKEPOCH.</summary>
    Summarised,

    /// <summary>The way to our history is chosen, and entries flow.</summary>
    Syncing,

    /// <summary>It has acknowledged NEWLEADER: its acks mean something.</summary>
    Adopted,
}

/// <summary>What a leader knows of one learner, as long as its channel lives.</summary>
internal sealed class LearnerLink(ChannelId channel, ServerId id, Message.LearnerInfo info, long now)
{
    private readonly Queue<(Zxid Last, int Bytes)> _inFlight = [];

    internal ChannelId Channel { get; } = channel;

    internal ServerId Id { get; } = id;

    internal Message.LearnerInfo Info { get; } = info;

    internal LinkPhase Phase { get; set; }

    /// <summary>Whether it counts in quorums.</summary>
    internal bool Counts { get; set; }

    internal Message.AckEpoch? Summary { get; set; }

    /// <summary>Invariant: what was sent; Cursor ≤ the leader's last zxid, and for an observer ≤ what is committed. Never decreases once syncing.</summary>
    internal Zxid Cursor { get; set; }

    /// <summary>The end of the initial history for this learner: NEWLEADER goes out when the cursor reaches it.</summary>
    internal Zxid SyncPoint { get; set; }

    internal bool IsNewLeaderSent { get; set; }

    internal bool IsUpToDateSent { get; set; }

    /// <summary>Every entry up to here is durable there. Invariant: ≤ Cursor.</summary>
    internal Zxid AckedUpTo { get; private set; }

    /// <summary>The commit point that it was told last.</summary>
    internal Zxid CommitTold { get; set; }

    internal SnapshotTransfer? Transfer { get; set; }

    /// <summary>Entries are being read from the log for it.</summary>
    internal bool IsReading { get; set; }

    internal long LastHeard { get; set; } = now;

    /// <summary>When it last came further; what stands still for too long is cut off.</summary>
    internal long LastProgress { get; set; } = now;

    internal int InFlightBytes { get; private set; }

    /// <summary>Compactions in a row that waited for it. Invariant: ≤ Limits.HeldCompactionsMax while its channel is open.</summary>
    internal int HeldCompactions { get; set; }

    /// <summary>The entry that names its incarnation, once proposed.</summary>
    internal Zxid? AdmittedAt { get; set; }

    internal void Sent(Entry[] entries)
    {
        int bytes = 0;
        foreach (Entry entry in entries) bytes += entry.SizeBytes;
        Cursor = entries[^1].Zxid;
        _inFlight.Enqueue((Cursor, bytes));
        InFlightBytes += bytes;
    }

    /// <summary>What it says is durable there; false where that was never sent.</summary>
    internal bool TryAck(Zxid zxid)
    {
        if (zxid > Cursor) return false;
        if (zxid > AckedUpTo) AckedUpTo = zxid;
        while (_inFlight.TryPeek(out (Zxid Last, int Bytes) oldest) && oldest.Last <= zxid) InFlightBytes -= _inFlight.Dequeue().Bytes;
        return true;
    }
}

/// <summary>A snapshot on its way to a learner, in chunks of which only some are on their way at once.</summary>
internal sealed class SnapshotTransfer(SnapshotInfo snapshot)
{
    internal SnapshotInfo Snapshot { get; } = snapshot;

    /// <summary>Invariant: Stored ≤ Sent ≤ Asked ≤ Snapshot.Length.</summary>
    internal long Asked { get; set; }

    internal long Sent { get; set; }

    internal long Stored { get; set; }

    internal bool IsSent => Sent == Snapshot.Length;

    internal bool MayAsk => Asked < Snapshot.Length && Asked - Stored < (long)Limits.SnapshotChunkBytes * Limits.SnapshotChunksInFlight;
}
