namespace Zab.Core;

/// <summary>Phase 3: gives proposals their zxids, and commits what a quorum holds, in order.</summary>
internal sealed partial class LeaderRole
{
    private readonly Queue<(Zxid Zxid, int Bytes)> _outstanding = [];
    private long _outstandingBytes;
    private Zxid? _pendingConfig;           // One configuration at a time.
    private ServerId? _admitting;           // Who begins to count when that is committed, and not before, however often it comes again. Invariant: null where _pendingConfig is.

    /// <summary>Requests of this server's callers.</summary>
    internal void OnSubmit(ProposalRequest[] requests) => Propose(null, requests);

    /// <summary>Requests of a learner's callers.</summary>
    private void OnRequest(LearnerLink link, Message.Request request)
    {
        if (link.Phase == LinkPhase.Adopted && IsEstablished) Propose(link, request.Requests);
        else Refuse(link, request.Requests, "the leader is not established");
    }

    /// <summary>
    /// <code>
    /// refused, before a zxid is given, when        because
    /// the leader is not established                nothing may be proposed yet
    /// the payload is larger than the bound         no frame and no log takes it
    /// no server could apply it                     a poisoned entry stops every server
    /// too much is outstanding                      overload is answered at once, not by a timeout
    /// the counter is used up                       the role ends, and the next epoch begins at 1
    /// </code>
    /// </summary>
    private void Propose(LearnerLink? origin, ProposalRequest[] requests)
    {
        if (!IsEstablished || _hasLeft)
        {
            Refuse(origin, requests, "the leader is not established");
            return;
        }

        var entries = new List<Entry>(requests.Length);
        HistoryPoint last = state.History.Last;
        long time = Math.Max(state.Now.UtcTicks, state.LastUtcTicks);
        bool isUsedUp = false;
        foreach (ProposalRequest request in requests)
        {
            isUsedUp |= IsLastOfEpoch(last.Zxid);
            if (isUsedUp) Refuse(origin, [request], "the zxids of this epoch are used up; another one begins");
            else if (Refusal(request) is { } reason) Refuse(origin, [request], reason);
            else
            {
                Entry entry = Entry.After(last, NextZxid(last.Zxid), time, EntryType.Request, request.Payload);
                Outstanding(entry);
                entries.Add(entry);
                last = entry.Point;
            }
        }

        if (entries.Count > 0) AppendAndSend([.. entries]);
        if (isUsedUp) Leave("the zxids of this epoch are used up");
    }

    private string? Refusal(ProposalRequest request)
    {
        if (request.Payload.Length > Limits.PayloadBytesMax) return $"the request has {request.Payload.Length} bytes; at most {Limits.PayloadBytesMax} are allowed";
        if (_outstanding.Count >= Limits.OutstandingEntriesMax || _outstandingBytes + request.Payload.Length > Limits.OutstandingBytesMax) return "overloaded: too many proposals wait for their quorum; try again later";
        return validate(request.Payload.Span);
    }

    private bool IsLastOfEpoch(Zxid zxid) => zxid == new Zxid(Epoch, state.Options.CounterMax);

    private Zxid NextZxid(Zxid last) => last.Epoch == Epoch ? new Zxid(Epoch, last.Counter + 1) : new Zxid(Epoch, 1);

    private void Outstanding(Entry entry)
    {
        _outstanding.Enqueue((entry.Zxid, entry.Payload.Length));
        _outstandingBytes += entry.Payload.Length;
    }

    /// <summary>The own fsync runs beside the sends: our ack is one of the quorum's, no more.</summary>
    private void AppendAndSend(Entry[] entries)
    {
        state.Append(entries);
        foreach (LearnerLink link in Links()) Pump(link);
    }

    private void Refuse(LearnerLink? origin, ProposalRequest[] requests, string reason)
    {
        ulong[] tags = [.. requests.Select(static request => request.Tag)];
        if (origin is null) state.Out.Add(new Output.Refused(tags, reason));
        else state.Send(origin.Channel, new Message.RequestRefused(tags, reason));
    }

    private void OnAck(LearnerLink link, Message.Ack ack)
    {
        if (ack.Epoch != Epoch || link.Phase != LinkPhase.Adopted)
        {
            state.Ignore("ACK of another epoch, or before that of NEWLEADER");
            return;
        }

        if (!TryAck(link, ack.Zxid))
        {
            Close(link, $"it acknowledges {ack.Zxid}, and was sent no such entry; the last one was {link.Cursor}");
            return;
        }

        link.LastProgress = state.Now.MonotonicTicks;
        if (link.Counts) TryCommit();
        Pump(link);
    }

    /// <summary>What is acknowledged must be an entry of ours: else a quorum's acks could meet at a zxid that nobody holds.</summary>
    private bool TryAck(LearnerLink link, Zxid zxid) => (zxid <= state.History.Base.Zxid || state.History.TryGet(zxid, out _)) && link.TryAck(zxid);

    /// <summary>An ack is cumulative, so what a quorum holds is the quorum's size-th highest ack; everything before it is committed with it.</summary>
    private void TryCommit()
    {
        if (!IsEstablished || _hasLeft) return;
        Span<ulong> acked = stackalloc ulong[Limits.MembersMax];
        int count = 0;
        acked[count++] = state.LastDurable.Value;
        foreach (LearnerLink link in _links.Values)
            if (link.Counts && link.Phase == LinkPhase.Adopted) acked[count++] = link.AckedUpTo.Value;
        if (count < state.Config.QuorumSize) return;
        acked[..count].Sort();
        Zxid quorumHolds = Zxid.FromValue(acked[count - state.Config.QuorumSize]);
        if (quorumHolds <= state.LastCommitted) return;

        Invariant.Require(quorumHolds.Epoch == Epoch, $"{quorumHolds} would be committed by counting in epoch {Epoch}");
        state.Commit(quorumHolds);
        while (_outstanding.TryPeek(out (Zxid Zxid, int Bytes) oldest) && oldest.Zxid <= quorumHolds) _outstandingBytes -= _outstanding.Dequeue().Bytes;
        OnConfigCommitted();
        TellLearners();
    }

    /// <summary>With the next batch where there is one, else alone, at once: nobody waits for a commit longer than it takes to send it.</summary>
    private void TellLearners()
    {
        foreach (LearnerLink link in Links())
        {
            Pump(link);
            if (!link.IsUpToDateSent || link.CommitTold >= state.LastCommitted) continue;
            link.CommitTold = state.LastCommitted;
            state.Send(link.Channel, new Message.Commit(Epoch, state.LastCommitted));
        }
    }

    /// <summary>
    /// Names in the configuration the incarnation of a voter that is synchronised, and that the configuration does not have:
    /// <code>
    /// the voter                                        until the entry commits
    /// started by a token, not named yet                counts already; named once there is an entry to lose
    /// lost its disk, or was restored from an old copy  does not count: this epoch was established without it
    /// </code>
    /// When the entry that puts a directory in the place of another one is committed, the configuration is proposed once more: whoever starts from a log that
    /// holds it twice knows that it was committed.
    /// </summary>
    private void NameServers()
    {
        if (!IsEstablished || _pendingConfig is not null) return;
        bool hasEntries = state.History.Last.Zxid != Zxid.None;
        if (!state.IsConfigConfirmed)
        {
            ProposeConfig(state.Config);
            return;
        }

        foreach (LearnerLink link in _links.Values)
        {
            if (link.Phase != LinkPhase.Adopted || !IsVoter(link)) continue;
            if (link.Counts && (!hasEntries || state.Config.Find(link.Id)!.Incarnation == link.Info.Incarnation)) continue;
            ProposeConfig(state.Config.Admit(link.Id, link.Info.Incarnation, isReplacement: !link.Counts));
            if (!link.Counts && _pendingConfig is not null) Await(link);
            return;
        }

        if (hasEntries && state.Config.Find(state.Self)!.Incarnation != state.HardState.Incarnation) ProposeConfig(state.Config.Admit(state.Self, state.HardState.Incarnation));
    }

    private void ProposeConfig(Ensemble config)
    {
        HistoryPoint last = state.History.Last;
        if (IsLastOfEpoch(last.Zxid)) return;
        Entry entry = Entry.After(last, NextZxid(last.Zxid), Math.Max(state.Now.UtcTicks, state.LastUtcTicks), EntryType.Config, config.Encode());
        _pendingConfig = entry.Zxid;
        Outstanding(entry);
        AppendAndSend([entry]);
    }

    /// <summary>What the learner promised with the directory that it lost may still count elsewhere. Only a quorum without it shows that no leader comes of that.</summary>
    private void Await(LearnerLink link)
    {
        _admitting = link.Id;
        link.Counts = false;
        link.AdmittedAt = _pendingConfig;
    }

    private void OnConfigCommitted()
    {
        if (_pendingConfig is not { } version || version > state.LastCommitted) return;
        (_pendingConfig, _admitting) = (null, null);
        foreach (LearnerLink link in _links.Values)
        {
            if (link.AdmittedAt is not { } admitted || admitted > state.LastCommitted) continue;
            link.AdmittedAt = null;
            link.Counts = true;
        }
    }
}
