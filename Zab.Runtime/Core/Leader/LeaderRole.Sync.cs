namespace Zab.Core;

/// <summary>Phase 2: brings learners to our history. What follows the sync point is a cursor into the log, not a queue: a learner that comes later, or slowly, costs no memory.</summary>
internal sealed partial class LeaderRole
{
    private WriteId _adoptedWrite;
    private bool _isSelfAdopted;
    private Message.Proposal? _shared;      // The last batch that was put together: learners at the same place get the same message.

    private bool IsVoter(LearnerLink link) => state.Config.IsVoter(link.Id);

    /// <summary>In one step: the way is chosen, the sync point fixed, and all that is proposed later follows for sure.</summary>
    private void StartSync(LearnerLink link)
    {
        Message.AckEpoch summary = link.Summary ?? throw new InvariantException($"learner {link.Id} would be synchronised without a summary");
        Zxid through = IsVoter(link) ? state.History.Last.Zxid : state.LastCommitted;
        SyncPlan plan = SyncPlan.For(summary, state.History, through, state.Snapshot);
        link.Phase = LinkPhase.Syncing;
        link.SyncPoint = through;
        link.Cursor = plan.Common.Zxid;
        link.LastProgress = state.Now.MonotonicTicks;
        switch (plan.Mode)
        {
            case SyncMode.Diff:
                state.Send(link.Channel, new Message.Diff(Epoch, plan.Common));
                break;
            case SyncMode.Trunc:
                state.Send(link.Channel, new Message.Trunc(Epoch, plan.Common));
                break;
            case SyncMode.Snap:
                SnapshotInfo snapshot = state.Snapshot!;
                link.Transfer = new SnapshotTransfer(snapshot);
                link.Cursor = snapshot.Point.Zxid;
                state.Send(link.Channel, new Message.Snap(Epoch, plan.Common, snapshot));
                break;
            default:
                Close(link, $"its history (to {summary.Last}) and ours (to {state.History.Last}) have diverged at {plan.Common.Zxid}; nothing is repaired without an operator");
                return;
        }

        Pump(link);
    }

    /// <summary>Sends what the learner may have now, as far as its window allows.</summary>
    private void Pump(LearnerLink link)
    {
        if (link.Phase < LinkPhase.Syncing || !PumpSnapshot(link)) return;
        while (true)
        {
            if (!link.IsNewLeaderSent && link.Cursor >= link.SyncPoint)
            {
                link.IsNewLeaderSent = true;
                state.Send(link.Channel, new Message.NewLeader(Epoch, link.SyncPoint));
            }

            Zxid through = !link.IsNewLeaderSent ? link.SyncPoint : IsVoter(link) ? state.History.Last.Zxid : state.LastCommitted;
            if (link.Cursor >= through || link.IsReading || link.InFlightBytes >= Limits.LearnerInFlightBytesMax) return;
            if (BatchAfter(link.Cursor, through) is not { } batch)
            {
                ReadFromLog(link, through);
                return;
            }

            SendBatch(link, batch);
        }
    }

    private Message.Proposal? BatchAfter(Zxid after, Zxid through)
    {
        if (_shared is { } shared && shared.Entries[0].PrevZxid == after && shared.Entries[^1].Zxid <= through && shared.Committed == state.LastCommitted
            && (shared.Entries[^1].Zxid == through || shared.Entries.Length > 1)) return shared;
        return state.Recent.Batch(after, through) is { } entries ? _shared = new Message.Proposal(Epoch, entries, state.LastCommitted) : null;
    }

    private void SendBatch(LearnerLink link, Message.Proposal batch)
    {
        state.Send(link.Channel, batch);
        if (link is { Phase: LinkPhase.Adopted, InFlightBytes: 0 }) link.LastProgress = state.Now.MonotonicTicks;      // It owed us nothing until now.
        link.Sent(batch.Entries);
        link.CommitTold = batch.Committed;
    }

    private void ReadFromLog(LearnerLink link, Zxid through)
    {
        Zxid readable = through < state.LastDurable ? through : state.LastDurable;
        if (readable <= link.Cursor) return;
        link.IsReading = true;
        state.Out.Add(new Output.ReadLog(link.Channel, link.Cursor, readable, Limits.BatchBytes));
    }

    internal void OnLogRead(Input.LogRead read)
    {
        if (!_links.TryGetValue(read.Channel.Value, out LearnerLink? link) || !link.IsReading || link.Cursor != read.After)
        {
            state.Ignore("entries for a learner that has gone");
            return;
        }

        link.IsReading = false;
        if (read.Entries.Length == 0)
        {
            Close(link, $"the log no longer holds what follows {read.After}; it begins again with a snapshot");
            return;
        }

        Zxid previous = read.After;
        foreach (Entry entry in read.Entries)
        {
            Invariant.Require(entry.PrevZxid == previous && state.History.Contains(entry.Point), $"the log gives {entry.Zxid} after {previous}, which is not our history");
            previous = entry.Zxid;
        }

        SendBatch(link, new Message.Proposal(Epoch, read.Entries, state.LastCommitted));
        Pump(link);
    }

    /// <summary>Whether the snapshot, if there is one to send, is on its way as a whole.</summary>
    private bool PumpSnapshot(LearnerLink link)
    {
        if (link.Transfer is not { } transfer) return true;
        while (transfer.MayAsk)
        {
            int bytes = (int)Math.Min(Limits.SnapshotChunkBytes, transfer.Snapshot.Length - transfer.Asked);
            state.Out.Add(new Output.ReadSnapshot(link.Channel, transfer.Snapshot, transfer.Asked, bytes));
            transfer.Asked += bytes;
        }

        return transfer.IsSent;
    }

    internal void OnSnapshotRead(Input.SnapshotRead read)
    {
        if (!_links.TryGetValue(read.Channel.Value, out LearnerLink? link) || link.Transfer is not { } transfer || transfer.Sent != read.Offset)
        {
            state.Ignore("a snapshot chunk for a learner that has gone");
            return;
        }

        if (read.Data.Length == 0 || transfer.Sent + read.Data.Length > transfer.Asked)
        {
            Close(link, $"the snapshot at {transfer.Snapshot.Point.Zxid} cannot be read any more; it begins again with a newer one");
            return;
        }

        transfer.Sent += read.Data.Length;
        state.Send(link.Channel, new Message.SnapshotChunk(Epoch, read.Offset, read.Data));
        Pump(link);
    }

    private void OnSnapshotProgress(LearnerLink link, Message.SnapshotProgress progress)
    {
        if (progress.Epoch != Epoch || link.Transfer is not { } transfer || progress.Offset <= transfer.Stored || progress.Offset > transfer.Sent)
        {
            state.Ignore("progress of no snapshot of ours");
            return;
        }

        transfer.Stored = progress.Offset;
        MadeProgress(link);
        Pump(link);
    }

    private void OnSyncProgress(LearnerLink link, Message.SyncProgress progress)
    {
        if (progress.Epoch != Epoch || link.Phase != LinkPhase.Syncing) state.Ignore("progress of another synchronisation");
        else if (!TryAck(link, progress.Zxid)) Close(link, $"it reports {progress.Zxid}, and was sent no such entry; the last one was {link.Cursor}");
        else
        {
            MadeProgress(link);
            Pump(link);
        }
    }

    /// <summary>The learner holds the initial history and has taken over the epoch: this acknowledges every entry up to its sync point.</summary>
    private void OnAckNewLeader(LearnerLink link, Message.AckNewLeader ack)
    {
        if (ack.Epoch != Epoch || link.Phase != LinkPhase.Syncing || !link.IsNewLeaderSent)
        {
            state.Ignore("ACK of no NEWLEADER of ours");
            return;
        }

        if (ack.SyncPoint != link.SyncPoint || !TryAck(link, ack.SyncPoint))
        {
            Close(link, $"it acknowledges NEWLEADER at {ack.SyncPoint}, and its sync point is {link.SyncPoint}");
            return;
        }

        link.Phase = LinkPhase.Adopted;
        MadeProgress(link);
        TryEstablish();
        if (!IsEstablished) return;
        if (!link.IsUpToDateSent) SendUpToDate(link);
        TryCommit();
        Pump(link);
    }

    private void OnEpochDurable()
    {
        if (Phase == LeaderPhase.Sync && state.Writes.IsDone(_adoptedWrite)) _isSelfAdopted = true;
    }

    /// <summary>A quorum, ourselves among them, holds the initial history in this epoch: all of it is committed, and only now may we propose and serve.</summary>
    private void TryEstablish()
    {
        if (Phase != LeaderPhase.Sync || !_isSelfAdopted) return;
        int adopted = 1 + _links.Values.Count(static link => link.Counts && link.Phase == LinkPhase.Adopted);
        if (adopted < state.Config.QuorumSize) return;

        Invariant.Require(state.History.Last.Zxid == _summary.LastZxid, $"the initial history was to end at {_summary.LastZxid}, and the log ends at {state.History.Last.Zxid}");
        Phase = LeaderPhase.Broadcast;
        state.Commit(state.History.Last.Zxid);
        foreach (LearnerLink link in Links())
        {
            if (link.Phase == LinkPhase.Adopted) SendUpToDate(link);
            else if (link.Phase == LinkPhase.Known) Invite(link);
        }

        TryBeginReads();
    }

    private void SendUpToDate(LearnerLink link)
    {
        link.IsUpToDateSent = true;
        link.CommitTold = state.LastCommitted;
        state.Send(link.Channel, new Message.UpToDate(Epoch, state.LastCommitted));
    }

    private void MadeProgress(LearnerLink link)
    {
        link.LastProgress = state.Now.MonotonicTicks;
        if (link.Counts) Progress();
    }
}
