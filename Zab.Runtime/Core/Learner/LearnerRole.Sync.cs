namespace Zab.Core;

/// <summary>How a learner comes to its leader's history, and into its epoch.</summary>
internal sealed partial class LearnerRole
{
    private readonly Queue<Message> _spool = [];    // What arrives behind a snapshot waits until it is installed; the leader's window bounds it.
    private SnapshotInfo? _receiving;
    private long _received;
    private WriteId _modeWrite;
    private bool _isModeSet;
    private Zxid _syncPoint;
    private WriteId? _adoptWrite;
    private Zxid _reported;

    /// <summary>Whether the sync mode has been carried out durably: only then does a commit point mean anything for our history, and no further than it is verified.</summary>
    private bool IsMatched => _isModeSet && _receiving is null && state.Installing is null && state.Writes.IsDone(_modeWrite);

    private void OnDiff(Message.Diff diff)
    {
        if (!MayBegin("DIFF")) return;
        if (diff.Base != state.History.Last) Refuse($"DIFF begins at {diff.Base}, and our log ends at {state.History.Last}");
        else BeginSync(WriteId.None);
    }

    /// <summary>The target must stand in our log exactly, hash and all; never is anything cut at "the next one".</summary>
    private void OnTrunc(Message.Trunc trunc)
    {
        if (!MayBegin("TRUNC")) return;
        if (!state.History.TryGet(trunc.Target.Zxid, out HistoryPoint own)) Refuse($"TRUNC to {trunc.Target}, which our log, from {state.History.Base} to {state.History.Last}, does not hold");
        else if (own != trunc.Target) Diverged($"leader {Leader} holds {trunc.Target}, and we hold {own}");
        else if (own.Zxid < state.LastCommitted) Diverged($"leader {Leader} cuts at {own}, and {state.LastCommitted} was committed here");
        else BeginSync(state.Truncate(own));
    }

    private void OnSnap(Message.Snap snap)
    {
        if (!MayBegin("SNAP")) return;
        Zxid target = snap.Snapshot.Point.Zxid;
        if (target < snap.Common.Zxid && state.HardState.RepairFloor is null) Refuse($"SNAP at {target} lies below {snap.Common.Zxid}, which both hold");
        else if (target < state.LastCommitted) Refuse($"SNAP at {target} lies below {state.LastCommitted}, which is committed here");
        else
        {
            _receiving = snap.Snapshot;
            _received = 0;
            BeginSync(state.BeginSnapshot(snap.Snapshot));
        }
    }

    private void OnSnapshotChunk(Message.SnapshotChunk chunk)
    {
        if (_receiving is not { } snapshot || chunk.Offset != _received || chunk.Data.Length == 0 || chunk.Data.Length > snapshot.Length - _received)
        {
            Leave($"a snapshot chunk at {chunk.Offset} with {chunk.Data.Length} bytes does not continue at {_received} of {_receiving?.Length ?? 0}");
            return;
        }

        Progress();
        _received += chunk.Data.Length;
        WriteId stored = state.StoreSnapshotChunk(chunk.Offset, chunk.Data);
        state.Send(_channel, new Message.SnapshotProgress(Epoch, _received), stored);
        if (_received < snapshot.Length) return;
        _receiving = null;
        _modeWrite = state.Install(snapshot);
    }

    /// <summary>The old state is whole; what arrived was not what its sender described.</summary>
    internal void OnSnapshotRejected(string reason) => Refuse($"the snapshot was not installed: {reason}");

    private bool MayBegin(string what)
    {
        if (Phase == LearnerPhase.Discovery && !_isModeSet) return true;
        Leave($"leader {Leader} sent {what} in phase {Phase}");
        return false;
    }

    private void BeginSync(WriteId write)
    {
        _modeWrite = write;
        _isModeSet = true;
        Phase = LearnerPhase.Sync;
        Progress();
    }

    /// <summary>Whether a message has to wait for the snapshot before it. What keeps the channel alive does not.</summary>
    private bool MustWait(Message message) =>
        (state.Installing is not null || _spool.Count > 0) && message is Message.Proposal or Message.NewLeader or Message.UpToDate;

    private void OnProposal(Message.Proposal proposal)
    {
        if (!_isModeSet || _receiving is not null)
        {
            Leave($"leader {Leader} sent entries before the way to its history");
            return;
        }

        int known = 0;
        while (known < proposal.Entries.Length && proposal.Entries[known].Zxid <= state.History.Last.Zxid)
        {
            Entry entry = proposal.Entries[known++];
            if (entry.Zxid > state.History.Base.Zxid && !state.History.Contains(entry.Point))
            {
                Diverged($"leader {Leader} sent {entry.Point}, and we hold another entry there");
                return;
            }
        }

        if (known > 0) state.Ignore("PROPOSAL of an entry that is logged");
        Entry[] added = known == 0 ? proposal.Entries : proposal.Entries[known..];
        if (FirstGap(added) is { } gap)
        {
            Leave($"{gap} does not follow our last entry, or cannot be read: there is a gap, or it was damaged");
            return;
        }

        Progress();
        if (added.Length > 0) state.Append(added);
        HearCommit(proposal.Committed);
    }

    private Zxid? FirstGap(Entry[] entries)
    {
        HistoryPoint previous = state.History.Last;
        foreach (Entry entry in entries)
        {
            if (!entry.Follows(previous) || entry.Zxid.Epoch > Epoch || !entry.IsReadable) return entry.Zxid;
            previous = entry.Point;
        }

        return null;
    }

    /// <summary>The end of the initial history. Writes become durable in the order they are asked for: so the epoch is never durable before the history.</summary>
    private void OnNewLeader(Message.NewLeader newLeader)
    {
        if (Phase != LearnerPhase.Sync || _receiving is not null || state.History.Last.Zxid < newLeader.SyncPoint)
        {
            Leave($"leader {Leader} ends its history at {newLeader.SyncPoint} in phase {Phase}, and ours ends at {state.History.Last.Zxid}");
            return;
        }

        Phase = LearnerPhase.Adopting;
        _syncPoint = newLeader.SyncPoint;
        _adoptWrite = state.Adopt(Epoch);
        Progress();
    }

    private void OnUpToDate(Message.UpToDate upToDate)
    {
        if (Phase != LearnerPhase.Adopted)
        {
            Leave($"leader {Leader} sent UPTODATE in phase {Phase}");
            return;
        }

        Phase = LearnerPhase.UpToDate;
        HearCommit(upToDate.Committed);
    }

    /// <summary>What has become durable is reported: first the epoch, then entries, one cumulative ack for all of them.</summary>
    internal void OnWritesDone(bool isInstalled)
    {
        if (isInstalled) Progress();
        Unspool();
        if (_hasEnded) return;
        if (Phase == LearnerPhase.Adopting && state.Writes.IsDone(_adoptWrite ?? WriteId.None) && _adoptWrite is { } adopted)
        {
            Phase = LearnerPhase.Adopted;
            _reported = _syncPoint;
            state.Send(_channel, new Message.AckNewLeader(Epoch, _syncPoint), adopted);
        }

        Report();
        HearCommit(Zxid.None);
        state.Recent.Trim(state.LastDurable);
    }

    private void Report()
    {
        if (!IsMatched || state.LastDurable <= _reported) return;
        _reported = state.LastDurable;
        Message report = Phase >= LearnerPhase.Adopted ? new Message.Ack(Epoch, _reported) : new Message.SyncProgress(Epoch, _reported);
        state.Send(_channel, report, state.Writes.DoneThrough);
    }

    private void Unspool()
    {
        while (!_hasEnded && state.Installing is null && _spool.TryDequeue(out Message? message)) Handle(message);
    }

    private void Refuse(string reason)
    {
        state.Send(_channel, new Message.SyncRefused(Epoch, reason));
        Leave($"the synchronisation by leader {Leader} is refused: {reason}");
    }

    /// <summary>Two histories that cannot both be right: never repaired silently.</summary>
    private void Diverged(string what)
    {
        state.Send(_channel, new Message.SyncRefused(Epoch, $"the histories have diverged: {what}"));
        roles.Stop($"the histories have diverged: {what}. Compare the logs of both servers before either is started again");
    }
}
