namespace Zab.Core;

/// <summary>How far a learner has come with its leader.</summary>
internal enum LearnerPhase : byte
{
    /// <summary>The channel was asked for.</summary>
    Connecting,

    /// <summary>LEARNERINFO was sent; LEADERINFO, or the way to the leader's history, is waited for.</summary>
    Discovery,

    /// <summary>DIFF, TRUNC or SNAP was told: the initial history arrives.</summary>
    Sync,

    /// <summary>NEWLEADER has arrived; the epoch is being made durable behind the history.</summary>
    Adopting,

    /// <summary>NEWLEADER is acknowledged; UPTODATE is waited for.</summary>
    Adopted,

    /// <summary>Serving.</summary>
    UpToDate,
}

/// <summary>A server that follows a leader: as a voter whose acks count, as an observer, or as a server that does not count yet. All three do the same.</summary>
/// <remarks>History durable, then the epoch durable, then the ACK of NEWLEADER: a crash between any two leaves a server that loses elections to those that went on.</remarks>
internal sealed partial class LearnerRole(PeerState state, IPeerRoles roles, ServerId leader, ulong round)
{
    private ChannelId _channel;
    private long _lastHeard = state.Now.MonotonicTicks;
    private long _lastProgress = state.Now.MonotonicTicks;
    private bool _hasEnded;

    internal ServerId Leader { get; } = leader;

    internal LearnerPhase Phase { get; private set; }

    /// <summary>The epoch that the leader proposes or leads; 0 before LEADERINFO. Invariant: = HardState.AcceptedEpoch once it is set.</summary>
    internal uint Epoch { get; private set; }

    /// <summary>When the leader was last heard from, as the clock of the steps has it.</summary>
    internal long LeaderHeardAt => _lastHeard;

    /// <summary>Whether the leader has said anything to this learner.</summary>
    internal bool WasAnswered { get; private set; }

    internal bool IsUpToDate => Phase == LearnerPhase.UpToDate;

    internal void Start()
    {
        _channel = new ChannelId(state.Random.NextUInt64());
        state.Out.Add(new Output.OpenChannel(Leader, _channel));
    }

    internal bool Owns(ChannelId channel) => channel == _channel;

    internal Message.Vote Vote() => ElectionRole.InRole(state, VoteState.Following, round, Leader);

    /// <summary>The first word on the channel claims what this server holds: not before all of it is durable.</summary>
    internal void OnChannelUp()
    {
        Heard();
        Phase = LearnerPhase.Discovery;
        var info = new Message.LearnerInfo(state.IsVoter, state.HardState.AcceptedEpoch, ProtocolVersion.Current, state.CommittedConfigVersion,
            state.HardState.Incarnation, state.IsTrusted, state.HardState.Generation, state.History.Last.Zxid);
        state.Send(_channel, info, state.Writes.All);
    }

    internal void OnChannelDown(string reason) => roles.Look($"the channel to leader {Leader} is closed: {reason}");

    internal void OnReceived(Message message)
    {
        WasAnswered = true;
        Heard();
        if (MustWait(message))
        {
            _spool.Enqueue(message);
            return;
        }

        Handle(message);
    }

    private void Handle(Message message)
    {
        switch (message)
        {
            case Message.LeaderInfo m: OnLeaderInfo(m); break;
            case Message.Diff m when IsOurs(m.Epoch): OnDiff(m); break;
            case Message.Trunc m when IsOurs(m.Epoch): OnTrunc(m); break;
            case Message.Snap m when IsOurs(m.Epoch): OnSnap(m); break;
            case Message.SnapshotChunk m when IsOurs(m.Epoch): OnSnapshotChunk(m); break;
            case Message.Proposal m when IsOurs(m.Epoch): OnProposal(m); break;
            case Message.NewLeader m when IsOurs(m.Epoch): OnNewLeader(m); break;
            case Message.UpToDate m when IsOurs(m.Epoch): OnUpToDate(m); break;
            case Message.Commit m when IsOurs(m.Epoch): HearCommit(m.Zxid); break;
            case Message.Ping m: OnPing(m); break;
            case Message.RequestRefused m: state.Out.Add(new Output.Refused(m.Tags, m.Reason)); break;
            case Message.ReadIndexReply m: OnReadIndexReply(m); break;
            case Message.Goodbye m: roles.Look($"leader {Leader} said goodbye: {m.Reason}"); break;
            default: Leave($"leader {Leader} sent {message.GetType().Name} in phase {Phase} of epoch {Epoch}"); break;
        }
    }

    internal void OnTick()
    {
        if (state.HasPassed(_lastHeard, state.Options.SyncLimit)) roles.Look($"nothing was heard from leader {Leader} within the sync limit");
        else if (!IsUpToDate && state.HasPassed(_lastProgress, state.Options.InitLimit)) roles.Look($"leader {Leader} brought nothing new for the init limit");
        else if (!IsUpToDate) roles.Tell(Epoch == 0 ? $"waiting for leader {Leader} to propose an epoch" : $"coming into epoch {Epoch} of leader {Leader}");
    }

    internal void End(string reason)
    {
        _hasEnded = true;
        state.Send(_channel, new Message.Goodbye(reason));
        state.Out.Add(new Output.CloseChannel(_channel, reason));
        foreach (ulong id in _reads) state.Out.Add(new Output.ReadReady(id, null, reason));
        _reads.Clear();
    }

    /// <summary>
    /// <code>
    /// the epoch proposed       what follows
    /// above the accepted one   promised: durable first, then ACKEPOCH as a promise
    /// = the accepted one       promised before, to whoever: ACKEPOCH that is no promise; we may synchronise
    /// below it                 another leader has our promise: the role ends
    /// </code>
    /// </summary>
    private void OnLeaderInfo(Message.LeaderInfo info)
    {
        if (Phase != LearnerPhase.Discovery)
        {
            Leave($"leader {Leader} proposed epoch {info.Epoch} in phase {Phase}");
            return;
        }

        if (info.ClusterId != state.HardState.ClusterId)
        {
            Leave($"leader {Leader} belongs to another cluster, {info.ClusterId}");
            return;
        }

        if (info.Epoch < state.HardState.AcceptedEpoch)
        {
            Leave($"leader {Leader} proposes epoch {info.Epoch}, and epoch {state.HardState.AcceptedEpoch} is promised to another one");
            return;
        }

        bool isPromise = info.Epoch > state.HardState.AcceptedEpoch;
        if (isPromise) state.SaveHardState(state.HardState with { AcceptedEpoch = info.Epoch });
        Epoch = info.Epoch;
        Progress();
        var ack = new Message.AckEpoch(Epoch, isPromise, state.HardState.CurrentEpoch, state.History.Base, state.History.Last, state.History.EpochEnds(), state.HardState.RepairFloor);
        state.Send(_channel, ack, state.Writes.All);
    }

    private bool IsOurs(uint epoch) => Epoch != 0 && epoch == Epoch;

    private void Heard() => _lastHeard = state.Now.MonotonicTicks;

    private void Progress() => _lastProgress = state.Now.MonotonicTicks;

    private void Leave(string reason) => roles.Look(reason);
}
