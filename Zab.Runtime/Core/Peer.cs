namespace Zab.Core;

/// <summary>One server of an ensemble, as a pure state machine: the same inputs give the same outputs. No clock, disk, network, thread or random of its own.</summary>
/// <remarks>It owns the channels and the change of roles; what a role does stands in <c>Election/</c>, <c>Leader/</c> and <c>Learner/</c>. After Junqueira, Reed, Serafini: "Zab: High-performance broadcast for primary-backup systems" (DSN 2011), and ZooKeeper.</remarks>
internal sealed class Peer : IPeerRoles
{
    private readonly PeerState _state;
    private readonly RequestValidator _validate;
    private readonly SortedDictionary<ulong, IncomingChannel> _incoming = [];    // Invariant: at most one of each server.
    private (Role, ServerId?, uint, string?) _told;
    private ulong _round;
    private readonly FailedJoins _failedJoins = new();
    private bool _hasStarted;
    private bool _isStopped;

    // Invariant: at most one of these is set; none before the first step, when stopped, and while an installed snapshot is waited for.
    private FoundingRole? _founding;
    private ElectionRole? _election;
    private LeaderRole? _leader;
    private LearnerRole? _learner;

    internal Peer(PeerOptions options, StartList startList, RecoveredState recovered, ulong seed, RequestValidator validate)
    {
        _state = new PeerState(options, startList, recovered, seed);
        _validate = validate;
        Invariant.Require(startList.Members.Find(startList.Self) is not null, $"server {startList.Self} is not in its own start list");
        Invariant.Require(startList.Members.Members.Length <= Limits.MembersMax, $"{startList.Members.Members.Length} servers; at most {Limits.MembersMax} make an ensemble");
    }

    internal Role Role =>
        _isStopped ? Role.Stopped
        : _founding is not null || !_hasStarted && _state.HardState.ClusterId.IsNone ? Role.Fresh
        : _leader is { IsEstablished: true } ? Role.Leading
        : _learner is { IsUpToDate: true } ? (_state.IsVoter ? Role.Following : Role.Observing)
        : Role.Looking;

    internal ServerId? Leader => Role switch { Role.Leading => _state.Self, Role.Following or Role.Observing => _learner!.Leader, _ => null };

    /// <summary>The epoch of the leader that this server is or follows; 0 while looking.</summary>
    internal uint Epoch => Role switch { Role.Leading => _leader!.Epoch, Role.Following or Role.Observing => _learner!.Epoch, _ => 0 };

    /// <summary>When this server last heard that its state was current: from its leader, or as the leader from a quorum. In monotonic ticks of the steps; null where there is no leader.</summary>
    internal long? HeardAt => Role switch { Role.Leading => _leader!.QuorumHeardAt, Role.Following or Role.Observing => _learner!.LeaderHeardAt, _ => null };

    /// <summary>Why this server is not serving, for people; null where it is.</summary>
    internal string? Reason { get; private set; }

    /// <summary>Whether its votes and acks count for nothing, or for less, until an ensemble has brought it up: its log was damaged, or its directory lost.</summary>
    internal bool IsRecovering => _state.HardState.RepairFloor is not null || (!_state.HardState.ClusterId.IsNone && _state.IsVoter && !_state.IsTrusted);

    internal HardState HardState => _state.HardState;

    internal Zxid LastLogged => _state.History.Last.Zxid;

    internal Zxid LastDurable => _state.LastDurable;

    internal Zxid LastCommitted => _state.LastCommitted;

    internal HistoryPoint LastPoint => _state.History.Last;

    /// <summary>The leader's time of the last entry, in UTC ticks.</summary>
    internal long LastUtcTicks => _state.LastUtcTicks;

    internal Ensemble Config => _state.Config;

    /// <summary>Whether this server counts for everybody who holds what it holds: no later start takes that back.</summary>
    internal bool IsAdmitted => _state.IsAdmitted && _state.IsConfigConfirmed && _state.LastCommitted >= _state.Config.Version;

    /// <summary>Takes one input. The only thing that changes a peer; called by one thread.</summary>
    /// <exception cref="InvariantException">A bug: this peer must not be used any more.</exception>
    internal void Step(Instant now, Input input, Outputs outputs)
    {
        _state.BeginStep(now, outputs);
        if (_isStopped)
        {
            _state.Ignore("stopped");
            return;
        }

        if (!_hasStarted) Begin();
        if (!_isStopped) Take(input);
        TellRole();
        _state.CheckInvariants();
    }

    private void Begin()
    {
        _hasStarted = true;
        if (_state.HardState.Founding is { } record && StartList.Difference(_state.StartList, record) is { } difference)
        {
            Stop(difference);
            return;
        }

        if (_state.HardState.ClusterId.IsNone)
        {
            Reason = "fresh";
            _founding = new FoundingRole(_state, this);
            _founding.Start();
            return;
        }

        _state.TellConfig();
        Look("started");
    }

    private void Take(Input input)
    {
        switch (input)
        {
            case Input.Tick: OnTick(); break;
            case Input.PeerMessage i: OnPeerMessage(i); break;
            case Input.PeerUnreachable i: OnUnreachable(i.Peer); break;
            case Input.ChannelUp i: OnChannelUp(i); break;
            case Input.ChannelDown i: OnChannelDown(i); break;
            case Input.Received i: OnReceived(i.Channel, i.Message); break;
            case Input.WritesDone i: OnWritesDone(i.Through); break;
            case Input.StorageFailed i: Stop(i.Reason); break;
            case Input.Submit i: OnSubmit(i.Requests); break;
            case Input.Read i: OnRead(i.Id); break;
            case Input.Touch i: OnTouch(i.Sessions); break;
            case Input.LogRead i: Leading(i.Channel)?.OnLogRead(i); break;
            case Input.SnapshotRead i: Leading(i.Channel)?.OnSnapshotRead(i); break;
            case Input.SnapshotRejected i: OnSnapshotRejected(i.Reason); break;
            case Input.SnapshotTaken i: _state.Compact(i.Snapshot, _leader?.MayCompact(i.CompactThrough) ?? i.CompactThrough); break;
            case Input.Stop: Stop(reason: null); break;
            default: throw new InvariantException($"{input.GetType().Name} is no input that a peer knows");
        }
    }

    private LeaderRole? Leading(ChannelId channel)
    {
        if (_leader is null) _state.Ignore($"what was read for channel {channel} of a role that has ended");
        return _leader;
    }

    private void OnTick()
    {
        foreach (IncomingChannel channel in _incoming.Values.ToArray())
            if (_leader is null && _state.HasPassed(channel.Since, _state.Options.SyncLimit)) Refuse(channel, "this server does not lead");
        _founding?.OnTick();
        _election?.OnTick();
        _leader?.OnTick();
        _learner?.OnTick();
    }

    private void OnPeerMessage(Input.PeerMessage input)
    {
        switch (input.Message)
        {
            case Message.Founding founding when _founding is not null: _founding.OnFounding(input.From, founding); break;
            case Message.Founding { ClusterId.IsNone: true } when !_state.HardState.ClusterId.IsNone:
                _state.Out.Add(new Output.SendPeer(input.From, FoundingRole.Mine(_state), WriteId.None));
                break;
            case Message.Vote vote when input.ClusterId == _state.HardState.ClusterId && !input.ClusterId.IsNone: OnVote(input.From, vote); break;
            default: _state.Ignore($"{input.Message.GetType().Name} from server {input.From} of cluster {input.ClusterId}"); break;
        }
    }

    private void OnVote(ServerId from, Message.Vote vote)
    {
        _failedJoins.HeardFrom(from);
        _round = Math.Max(_round, _election?.Round ?? 0);
        if (IsElectedInVain(from, vote)) Look($"voter {from} looks in a later round, and no quorum has come");
        if (_election is not null) _election.OnVote(from, vote);
        else if (vote.State != VoteState.Looking) _state.Ignore("VOTE of a server in a role, to one in a role");
        else if ((_leader?.Vote() ?? _learner?.Vote()) is { } answer) _state.SendVote(from, answer);
        else _state.Ignore("VOTE while a snapshot is being installed");
    }

    /// <summary>Those who elected us have gone on, and their next election needs our vote: not worth the time that a leader without a quorum has.</summary>
    private bool IsElectedInVain(ServerId from, Message.Vote vote) =>
        _leader is { Epoch: 0 } && vote.State == VoteState.Looking && vote.Round > _round && _state.StandingOf(from, vote.Counts, vote.Incarnation, vote.Generation, vote.LastDurable) != Standing.None;

    private void OnUnreachable(ServerId peer)
    {
        _failedJoins.Unreachable(peer);
        _founding?.OnUnreachable(peer);
        _election?.OnUnreachable(peer);
    }

    private void OnChannelUp(Input.ChannelUp input)
    {
        if (!input.IsOutgoing) Accept(input.Channel, input.Peer);
        else if (_learner?.Owns(input.Channel) == true) _learner.OnChannelUp();
        else _state.Out.Add(new Output.CloseChannel(input.Channel, "its role has ended"));
    }

    private void Accept(ChannelId channel, ServerId from)
    {
        foreach (IncomingChannel old in _incoming.Values.Where(old => old.Peer == from).ToArray()) Refuse(old, "the same server opened a newer channel");
        var incoming = new IncomingChannel(channel, from, _state.Now.MonotonicTicks);
        _incoming.Add(channel.Value, incoming);
        if (_learner is not null || _founding is not null) Refuse(incoming, "this server does not lead");
    }

    private void OnChannelDown(Input.ChannelDown input)
    {
        if (_incoming.Remove(input.Channel.Value)) _leader?.OnChannelDown(input.Channel);
        else if (_learner?.Owns(input.Channel) == true) _learner.OnChannelDown(input.Reason);
        else _state.Ignore("the end of a channel whose role has ended");
    }

    private void OnReceived(ChannelId channel, Message message)
    {
        if (_learner?.Owns(channel) == true) _learner.OnReceived(message);
        else if (!_incoming.TryGetValue(channel.Value, out IncomingChannel? incoming)) _state.Ignore("a message on a closed channel");
        else if (message is Message.LearnerInfo info) OnLearnerInfo(incoming, info);
        else if (_leader is not null) _leader.OnReceived(channel, message);
        else _state.Ignore("a message for a leader, to a server that does not lead");
    }

    /// <summary>A learner may be quicker than we are to see that we are elected: its word waits until we know.</summary>
    private void OnLearnerInfo(IncomingChannel channel, Message.LearnerInfo info)
    {
        if (channel.Info is not null)
        {
            Refuse(channel, "LEARNERINFO came twice");
            _leader?.OnChannelDown(channel.Channel);
            return;
        }

        channel.Info = info;
        _leader?.OnLearnerInfo(channel.Channel, channel.Peer, info);
    }

    private void OnWritesDone(WriteId through)
    {
        bool wasInstalling = _state.Installing is not null;
        bool isInstalled = _state.WritesDone(through);
        _state.TellCommit();
        _founding?.OnWritesDone();
        _leader?.OnWritesDone();
        _learner?.OnWritesDone(isInstalled);
        if (wasInstalling && isInstalled) ResumeLooking();
    }

    private void OnSnapshotRejected(string reason)
    {
        _state.InstallRejected();
        if (_learner is not null) _learner.OnSnapshotRejected(reason);
        else ResumeLooking();
    }

    private void OnSubmit(ProposalRequest[] requests)
    {
        if (_leader is not null) _leader.OnSubmit(requests);
        else if (_learner is not null) _learner.OnSubmit(requests);
        else _state.Out.Add(new Output.Refused([.. requests.Select(static request => request.Tag)], "there is no leader at present"));
    }

    private void OnRead(ulong id)
    {
        if (_leader is not null) _leader.OnRead(id);
        else if (_learner is not null) _learner.OnRead(id);
        else _state.Out.Add(new Output.ReadReady(id, null, "there is no leader at present"));
    }

    private void OnTouch(SessionId[] sessions)
    {
        if (_leader is { IsEstablished: true }) _state.Out.Add(new Output.Touched(sessions));
        else _learner?.OnTouch(sessions);
    }

    // ---- Roles ----

    void IPeerRoles.Look(string reason) => Look(reason);

    void IPeerRoles.Lead()
    {
        EndRole("elected");
        _leader = new LeaderRole(_state, this, _round, _validate);
        LeaderRole leader = _leader;
        leader.Start();
        foreach (IncomingChannel channel in _incoming.Values.OrderBy(static channel => channel.Peer).ToArray())       // Which epochs it tries must not depend on random ids.
            if (_leader == leader && channel.Info is { } info) leader.OnLearnerInfo(channel.Channel, channel.Peer, info);
    }

    void IPeerRoles.Learn(ServerId leader)
    {
        EndRole($"follows {leader}");
        RefuseIncoming("this server does not lead");
        _learner = new LearnerRole(_state, this, leader, _round);
        _learner.Start();
    }

    void IPeerRoles.Stop(string reason) => Stop(reason);

    void IPeerRoles.Tell(string reason) => Reason = WithDamage(reason);

    /// <summary>While a snapshot is being installed, what this server holds is about to change: it claims nothing until that is done.</summary>
    private void Look(string reason)
    {
        if (_learner is { IsUpToDate: false }) _failedJoins.Add(_learner.Leader, _learner.WasAnswered, _state.Now, _state.Options);
        if (_leader is { Epoch: 0 }) _failedJoins.AddOwn(_state.Self, _state.Now, _state.Options);
        EndRole(reason);
        RefuseIncoming(reason);
        Reason = WithDamage(reason);
        if (_state.Installing is null) ResumeLooking();
    }

    private void ResumeLooking()
    {
        if (_isStopped || _founding is not null || _election is not null || _leader is not null || _learner is not null) return;
        _failedJoins.Looks(_state.Now);
        _election = new ElectionRole(_state, this, ++_round, _failedJoins);
        _election.Start();
    }

    private void EndRole(string reason)
    {
        _round = Math.Max(_round, _election?.Round ?? 0);
        bool wasLeading = _leader is not null;
        _leader?.End(reason);
        _learner?.End(reason);
        if (wasLeading) ForgetLearners();
        if (_founding is not null) _state.TellConfig();
        (_founding, _election, _leader, _learner) = (null, null, null, null);
    }

    /// <summary>Nothing more is acknowledged, voted, committed or answered by this life.</summary>
    private void Stop(string? reason)
    {
        EndRole(reason ?? "this server is being stopped");
        RefuseIncoming(reason ?? "this server is being stopped");
        _isStopped = true;
        Reason = reason ?? "stopped";
        if (reason is not null) _state.Out.Add(new Output.Fatal(reason));
        TellRole();
    }

    /// <summary>A leader closes the channels of its learners as it ends; those on which nothing was said yet are left to us.</summary>
    private void ForgetLearners()
    {
        foreach (IncomingChannel told in _incoming.Values.Where(static channel => channel.Info is not null).ToArray()) _incoming.Remove(told.Channel.Value);
    }

    private void RefuseIncoming(string reason)
    {
        foreach (IncomingChannel channel in _incoming.Values.ToArray()) Refuse(channel, reason);
    }

    private void Refuse(IncomingChannel channel, string reason)
    {
        _incoming.Remove(channel.Channel.Value);
        _leader?.OnChannelDown(channel.Channel);
        _state.Send(channel.Channel, new Message.Goodbye(reason));
        _state.Out.Add(new Output.CloseChannel(channel.Channel, reason));
    }

    private string WithDamage(string reason) => _state.Damage is { } damage ? $"{damage} {reason}" : reason;

    private void TellRole()
    {
        if (Role is Role.Leading or Role.Following or Role.Observing)
        {
            Reason = _state.Damage;
            _failedJoins.Clear();
        }

        (Role, ServerId?, uint, string?) now = (Role, Leader, Epoch, Reason);
        if (now == _told) return;
        _told = now;
        _state.Out.Add(new Output.RoleChanged(Role, Leader, Epoch, Reason));
    }

    /// <summary>A channel that a server opened to us, as a learner.</summary>
    private sealed class IncomingChannel(ChannelId channel, ServerId peer, long since)
    {
        internal ChannelId Channel { get; } = channel;

        internal ServerId Peer { get; } = peer;

        internal long Since { get; } = since;

        internal Message.LearnerInfo? Info { get; set; }
    }
}
