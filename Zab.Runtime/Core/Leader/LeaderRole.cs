namespace Zab.Core;

/// <summary>What a leader has reached.</summary>
internal enum LeaderPhase : byte { Discovery, Sync, Broadcast }

/// <summary>A server that was elected: finds an epoch that a quorum promises (discovery), brings a quorum to its history (sync), and then orders proposals (broadcast).</summary>
/// <remarks>One concern a file: this one holds the state and the times; see Discovery, Sync, Broadcast and Reads.</remarks>
internal sealed partial class LeaderRole(PeerState state, IPeerRoles roles, ulong round, RequestValidator validate)
{
    private readonly SortedDictionary<ulong, LearnerLink> _links = [];      // by channel, so that every walk has one order
    private readonly long _since = state.Now.MonotonicTicks;
    private long _lastProgress = state.Now.MonotonicTicks;
    private ulong _nonce;
    private bool _hasLeft;

    internal LeaderPhase Phase { get; private set; }

    /// <summary>The epoch that this leader proposes, or leads; 0 until a quorum is connected. Invariant: = HardState.AcceptedEpoch once it is set.</summary>
    internal uint Epoch { get; private set; }

    internal bool IsEstablished => Phase == LeaderPhase.Broadcast;

    internal void Start()
    {
        Invariant.Require(state.IsAdmitted && state.HardState.RepairFloor is null, $"server {state.Self} would lead, and may not");
        FixSummary();
        TryChooseEpoch();
    }

    /// <summary>When a quorum, ourselves among it, was last heard from, as the clock of the steps has it.</summary>
    internal long QuorumHeardAt
    {
        get
        {
            long[] heard = [state.Now.MonotonicTicks, .. _links.Values.Where(static link => link.Counts && link.Phase == LinkPhase.Adopted).Select(static link => link.LastHeard)];
            Array.Sort(heard);
            return heard[Math.Max(0, heard.Length - state.Config.QuorumSize)];
        }
    }

    internal Message.Vote Vote() => ElectionRole.InRole(state, VoteState.Leading, round, state.Self);

    internal void OnLearnerInfo(ChannelId channel, ServerId from, Message.LearnerInfo info)
    {
        if (info.ProtocolVersion != ProtocolVersion.Current)
        {
            state.Send(channel, new Message.Goodbye($"protocol version {info.ProtocolVersion}; this leader speaks {ProtocolVersion.Current}"));
            state.Out.Add(new Output.CloseChannel(channel, "another protocol version"));
            return;
        }

        foreach (LearnerLink old in _links.Values.Where(link => link.Id == from).ToArray()) Close(old, "the same server opened a newer channel");
        Standing standing = state.StandingOf(from, info.Counts && info.IsVoter, info.Incarnation, info.Generation, info.LastDurable);
        var link = new LearnerLink(channel, from, info, state.Now.MonotonicTicks) { Counts = standing == Standing.Counts };
        _links.Add(channel.Value, link);
        if (_admitting == from && standing != Standing.None && state.Config.Find(from)!.Incarnation == info.Incarnation) Await(link);
        Welcome(link);
    }

    internal void OnChannelDown(ChannelId channel)
    {
        if (!_links.Remove(channel.Value)) state.Ignore("the end of a channel without a learner");
    }

    internal void OnReceived(ChannelId channel, Message message)
    {
        if (!_links.TryGetValue(channel.Value, out LearnerLink? link))
        {
            state.Ignore($"{message.GetType().Name} on a channel without a learner");
            return;
        }

        link.LastHeard = state.Now.MonotonicTicks;
        switch (message)
        {
            case Message.AckEpoch m: OnAckEpoch(link, m); break;
            case Message.SyncProgress m: OnSyncProgress(link, m); break;
            case Message.SnapshotProgress m: OnSnapshotProgress(link, m); break;
            case Message.SyncRefused m: Close(link, $"it refused the synchronisation: {m.Reason}"); break;
            case Message.AckNewLeader m: OnAckNewLeader(link, m); break;
            case Message.Ack m: OnAck(link, m); break;
            case Message.Request m: OnRequest(link, m); break;
            case Message.ReadIndex m: OnReadIndex(link, m); break;
            case Message.Touch m: state.Out.Add(new Output.Touched(m.Sessions)); break;
            case Message.PingReply m: OnPingReply(link, m); break;
            case Message.Goodbye m: Close(link, $"it said goodbye: {m.Reason}"); break;
            default: Close(link, $"it sent {message.GetType().Name}, which learners do not send here"); break;
        }
    }

    internal void OnWritesDone()
    {
        if (_hasLeft) return;
        OnEpochDurable();
        TryEstablish();
        if (IsEstablished) TryCommit();
        foreach (LearnerLink link in Links()) Pump(link);      // What became durable can now be read from the log.
        state.Recent.Trim(state.LastDurable);
    }

    /// <summary>
    /// <code>
    /// what is found                                                      what follows
    /// the own disk has not answered for the sync limit                   leaves: a stalled disk must not keep a leader
    /// no quorum heard from within the sync limit                         leaves
    /// discovery or sync stands still for the init limit                  leaves
    /// a learner silent for the sync limit, or without progress           its channel is closed
    /// </code>
    /// </summary>
    internal void OnTick()
    {
        if (state.IsDiskSilent) { Leave("the own disk does not answer"); return; }
        if (state.HasPassed(_since, state.Options.SyncLimit) && CountHeard() < state.Config.QuorumSize) { Leave("no quorum is heard from"); return; }
        if (!IsEstablished && state.HasPassed(_lastProgress, state.Options.InitLimit)) { Leave("no quorum came through discovery and synchronisation in time"); return; }

        foreach (LearnerLink link in Links())
        {
            if (state.HasPassed(link.LastHeard, state.Options.SyncLimit)) Close(link, "nothing was heard from it within the sync limit");
            else if ((link.Phase == LinkPhase.Syncing || link.InFlightBytes > 0) && state.HasPassed(link.LastProgress, state.Options.InitLimit)) Close(link, "it answers, and makes nothing durable");
            if (_hasLeft) return;
        }

        NameServers();
        Ping();
        if (!IsEstablished) roles.Tell(Epoch == 0 ? "elected; waiting for a quorum to connect" : $"elected; bringing a quorum into epoch {Epoch}");
    }

    /// <summary>Ends the role from outside: tells the learners why.</summary>
    internal void End(string reason)
    {
        _hasLeft = true;
        foreach (LearnerLink link in Links())
        {
            state.Send(link.Channel, new Message.Goodbye(reason));
            state.Out.Add(new Output.CloseChannel(link.Channel, reason));
        }

        _links.Clear();
        FailReads(reason);
    }

    /// <summary>How much of the log up to <paramref name="through"/> may go. A learner that has held it back too often is cut off, and begins again with a snapshot.</summary>
    internal Zxid MayCompact(Zxid through)
    {
        Zxid least = through;
        foreach (LearnerLink link in Links())
        {
            bool holdsBack = link.Phase >= LinkPhase.Syncing && link.Cursor < through;
            link.HeldCompactions = holdsBack ? link.HeldCompactions + 1 : 0;
            if (link.HeldCompactions > Limits.HeldCompactionsMax) Close(link, $"it has held back {Limits.HeldCompactionsMax} compactions of the log; it begins again with a snapshot");
            else if (holdsBack && link.Cursor < least) least = link.Cursor;
        }

        return least;
    }

    private void Leave(string reason)
    {
        if (_hasLeft) return;
        _hasLeft = true;
        roles.Look(reason);
    }

    private LearnerLink[] Links() => [.. _links.Values];

    private void Close(LearnerLink link, string reason)
    {
        if (!_links.Remove(link.Channel.Value)) return;
        state.Send(link.Channel, new Message.Goodbye(reason));
        state.Out.Add(new Output.CloseChannel(link.Channel, $"learner {link.Id}: {reason}"));
    }

    private int CountConnected() => 1 + _links.Values.Count(static link => link.Counts);

    private int CountHeard() => 1 + _links.Values.Count(link => link.Counts && !state.HasPassed(link.LastHeard, state.Options.SyncLimit));

    private void Progress() => _lastProgress = state.Now.MonotonicTicks;
}

/// <summary>The version of the messages on a channel.</summary>
internal static class ProtocolVersion
{
    internal const int Current = 1;
}
