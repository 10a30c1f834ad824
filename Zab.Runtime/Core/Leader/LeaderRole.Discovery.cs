namespace Zab.Core;

/// <summary>Phase 1: a quorum promises an epoch that no leader had before, and none of them holds a better history than ours.</summary>
internal sealed partial class LeaderRole
{
    private readonly SortedSet<ServerId> _electing = [];
    private (uint CurrentEpoch, Zxid LastZxid) _summary;
    private WriteId _acceptedWrite;

    /// <summary>What this leader's history is; fixed here, for the whole of discovery.</summary>
    private void FixSummary() => _summary = (state.HardState.CurrentEpoch, state.History.Last.Zxid);

    /// <summary>
    /// <code>
    /// learner              its accepted epoch      in discovery                    in sync or broadcast
    /// counts, no epoch yet any                     helps to choose one             -
    /// counts               &lt; ours                  invited                         invited
    /// counts               = ours                  all begin again, one higher     invited: it may sync, its answer is no promise
    /// counts               &gt; ours                  all begin again, above it       the role ends: it could never follow
    /// does not count       any                     waits for an established leader invited (established)
    /// </code>
    /// </summary>
    private void Welcome(LearnerLink link)
    {
        if (!link.Counts)
        {
            if (IsEstablished) Invite(link);
            return;
        }

        uint accepted = link.Info.AcceptedEpoch;
        if (Epoch == 0) TryChooseEpoch();
        else if (accepted > Epoch && Phase != LeaderPhase.Discovery) Leave($"voter {link.Id} has promised epoch {accepted} to another leader");
        else if (accepted >= Epoch && Phase == LeaderPhase.Discovery) ChooseEpochAbove(accepted);
        else Invite(link);
    }

    private void TryChooseEpoch()
    {
        if (CountConnected() < state.Config.QuorumSize) return;
        uint highest = state.HardState.AcceptedEpoch;
        foreach (LearnerLink link in _links.Values)
            if (link.Counts) highest = Math.Max(highest, link.Info.AcceptedEpoch);
        ChooseEpochAbove(highest);
    }

    private void ChooseEpochAbove(uint epoch)
    {
        if (epoch == uint.MaxValue)
        {
            roles.Stop($"the epochs are used up: a voter has promised epoch {epoch}, the last one. Restore this ensemble from a backup into a new one");
            return;
        }

        Epoch = epoch + 1;
        Progress();
        _acceptedWrite = state.SaveHardState(state.HardState with { AcceptedEpoch = Epoch });
        _electing.Clear();
        _electing.Add(state.Self);
        foreach (LearnerLink link in Links())
            if (link.Counts) Invite(link);
        TryCompleteDiscovery();
    }

    /// <summary>LEADERINFO, once our own promise is durable: otherwise a second leader could find the epoch free.</summary>
    private void Invite(LearnerLink link)
    {
        link.Phase = LinkPhase.Invited;
        link.Summary = null;
        WriteId after = state.Writes.IsDone(_acceptedWrite) ? WriteId.None : _acceptedWrite;
        state.Send(link.Channel, new Message.LeaderInfo(Epoch, ProtocolVersion.Current, state.HardState.ClusterId, state.Config), after);
    }

    private void OnAckEpoch(LearnerLink link, Message.AckEpoch ack)
    {
        if (ack.Epoch != Epoch || link.Phase != LinkPhase.Invited)
        {
            state.Ignore("ACKEPOCH of another epoch, or a second one");
            return;
        }

        link.Summary = ack;
        link.Phase = LinkPhase.Summarised;
        if (Phase != LeaderPhase.Discovery)
        {
            StartSync(link);
            return;
        }

        if (!link.Counts)
        {
            state.Ignore("ACKEPOCH that does not count, before there is a quorum");
            return;
        }

        if (ack.RepairFloor is { } floor && new RepairFloor(_summary.CurrentEpoch, _summary.LastZxid).CompareTo(floor) < 0)
        {
            state.Ignore("ACKEPOCH of a damaged voter, which held more than we do");     // It may not lead itself, so we do not step down for it either.
            return;
        }

        if ((ack.CurrentEpoch, ack.Last.Zxid).CompareTo(_summary) > 0)
        {
            Leave($"voter {link.Id} holds a better history: epoch {ack.CurrentEpoch}, {ack.Last.Zxid}");
            return;
        }

        if (!ack.IsPromise) return;
        Progress();
        _electing.Add(link.Id);
        TryCompleteDiscovery();
    }

    /// <summary>A quorum has promised: our history is the initial history of the epoch, and only now do we take the epoch over.</summary>
    private void TryCompleteDiscovery()
    {
        if (Phase != LeaderPhase.Discovery || _electing.Count < state.Config.QuorumSize) return;
        Phase = LeaderPhase.Sync;
        Progress();
        _adoptedWrite = state.Adopt(Epoch);
        foreach (LearnerLink link in Links())
            if (link.Phase == LinkPhase.Summarised) StartSync(link);
    }
}
