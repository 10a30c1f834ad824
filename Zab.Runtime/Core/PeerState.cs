using System.Collections.Immutable;

namespace Zab.Core;

/// <summary>What outlives the roles of a server: promises, history, configurations, and how far all of it is durable and committed.</summary>
/// <remarks>Roles change it only through the methods here, which keep memory and the writes that were asked for in step.</remarks>
internal sealed class PeerState
{
    private readonly List<Ensemble> _configs;
    private Zxid _lastCommitTold;
    private WriteId _installWrite;

    internal PeerState(PeerOptions options, StartList startList, RecoveredState recovered, ulong seed)
    {
        Options = options;
        StartList = startList;
        HardState = recovered.HardState;
        History = recovered.History;
        Snapshot = recovered.Snapshot;
        LastUtcTicks = recovered.LastUtcTicks;
        Damage = recovered.Damage;
        Random = new DeterministicRandom(seed);
        Writes = new WriteLedger(History.Last.Zxid);
        _configs = [.. recovered.Configs];
        if (_configs.Count == 0 && HardState.Founding is { } founding) _configs.Add(founding);
        LastCommitted = _lastCommitTold = Snapshot?.Point.Zxid ?? History.Base.Zxid;
    }

    internal PeerOptions Options { get; }

    internal StartList StartList { get; }

    internal ServerId Self => StartList.Self;

    internal DeterministicRandom Random { get; }

    /// <summary>The instant of this step; its monotonic part never goes back.</summary>
    internal Instant Now { get; private set; }

    internal Outputs Out { get; private set; } = new();

    /// <summary>The newest promises, durable or about to be. Invariant: CurrentEpoch ≤ AcceptedEpoch; neither ever decreases.</summary>
    internal HardState HardState { get; private set; }

    /// <summary>Everything logged, durable or about to be.</summary>
    internal History History { get; }

    internal RecentEntries Recent { get; } = new();

    internal WriteLedger Writes { get; }

    internal ServerMemory Memory { get; } = new();

    /// <summary>The newest snapshot on disk. Invariant: History.Base ≤ its zxid ≤ LastCommitted.</summary>
    internal SnapshotInfo? Snapshot { get; private set; }

    /// <summary>The leader's time of the last entry.</summary>
    internal long LastUtcTicks { get; private set; }

    /// <summary>What recovery said about the log; until it is whole again.</summary>
    internal string? Damage { get; private set; }

    /// <summary>Known to be on a quorum; what was heard, already clipped to what is verified on the channel. Invariant: ≤ History.Last; never decreases.</summary>
    internal Zxid LastCommitted { get; private set; }

    internal Zxid LastDurable => Writes.LastDurable;

    /// <summary>The newest configuration in the log; the start list until one is known.</summary>
    internal Ensemble Config => _configs.Count > 0 ? _configs[^1] : StartList.Members;

    /// <summary>The version of the newest configuration that is known to be committed.</summary>
    internal Zxid CommittedConfigVersion => _configs.FindLast(config => config.Version <= LastCommitted)?.Version ?? Zxid.None;

    internal bool IsVoter => Config.IsVoter(Self);

    /// <summary>Whether the newest configuration names this server's directory: it was there at the founding, or has been admitted since, as far as this server knows.</summary>
    internal bool IsTrusted => Names(Config, Self, HardState.Incarnation, HardState.Founded);

    /// <summary>Whether this server's promises and history can be relied on for certain, so that it may lead.</summary>
    internal bool IsAdmitted => IsTrusted && (ConfigBefore is not { } before || Names(before, Self, HardState.Incarnation, HardState.Founded));

    /// <summary>Whether the log alone tells that its newest configuration is committed, where that matters: where a directory has taken the place of another one.</summary>
    internal bool IsConfigConfirmed => _configs.Count < 2 || Config.KeepsDirectoriesOf(_configs[^2]);

    /// <summary>The configuration that may still be in force, since nobody here knows whether the newest one is committed; null where it is. An older one never is: a leader proposes a configuration only when the one before is committed.</summary>
    private Ensemble? ConfigBefore => _configs.Count < 2 || Config.Version <= LastCommitted ? null : _configs[^2];

    /// <summary>Whether a history as good as (<paramref name="currentEpoch"/>, <paramref name="lastZxid"/>) holds all that this server once held.</summary>
    internal bool MayFollow(uint currentEpoch, Zxid lastZxid) =>
        HardState.RepairFloor is not { } floor || new RepairFloor(currentEpoch, lastZxid).CompareTo(floor) >= 0;

    /// <summary>Whether what <paramref name="server"/> says counts in a quorum, as the log has it.</summary>
    internal Standing StandingOf(ServerId server, bool saysSo, Incarnation incarnation, ulong generation, Zxid lastDurable)
    {
        bool isAsKnown = Memory.Note(server, incarnation, generation, lastDurable);
        if (!isAsKnown || !saysSo || Config.Find(server) is not { IsVoter: true } member) return Standing.None;
        bool isNamed = Names(Config, server, incarnation, isFounded: true) && (ConfigBefore is not { } before || Names(before, server, incarnation, isFounded: !member.IsReplacement));
        return isNamed ? Standing.Counts : Standing.Claims;
    }

    /// <summary>Whether a configuration means this directory: one that does not know yet means any that was founded.</summary>
    private static bool Names(Ensemble config, ServerId server, Incarnation incarnation, bool isFounded) =>
        config.Find(server) is { IsVoter: true } member && (member.Incarnation.IsNone ? isFounded : member.Incarnation == incarnation);

    internal void BeginStep(Instant now, Outputs outputs)
    {
        Now = now with { MonotonicTicks = Math.Max(now.MonotonicTicks, Now.MonotonicTicks) };
        Out = outputs;
    }

    internal bool HasPassed(long since, TimeSpan time) => Now.MonotonicTicks - since >= time.Ticks;

    /// <summary>Whether the own disk has not answered for the sync limit.</summary>
    internal bool IsDiskSilent => Writes.OldestAge(Now.MonotonicTicks) > Options.SyncLimit.Ticks;

    internal void Ignore(string reason) => Out.Add(new Output.Ignored(reason));

    internal void Send(ChannelId channel, Message message, WriteId after = default) => Out.Add(new Output.Send(channel, message, after));

    /// <summary>A vote says which generation and which last entry its sender holds, and that is remembered: it leaves when both are durable.</summary>
    internal void SendVote(ServerId to, Message.Vote vote) => Out.Add(new Output.SendPeer(to, vote, Writes.All));

    internal WriteId SaveHardState(HardState state)
    {
        Invariant.Require(state.AcceptedEpoch >= HardState.AcceptedEpoch, $"accepted epoch would go back from {HardState.AcceptedEpoch} to {state.AcceptedEpoch}");
        Invariant.Require(state.CurrentEpoch >= HardState.CurrentEpoch, $"current epoch would go back from {HardState.CurrentEpoch} to {state.CurrentEpoch}");
        Invariant.Require(state.CurrentEpoch <= state.AcceptedEpoch, $"current epoch {state.CurrentEpoch} would pass the accepted epoch {state.AcceptedEpoch}");
        HardState = NextGeneration(state);
        WriteId id = Writes.Issue(Now.MonotonicTicks);
        Out.Add(new Output.SaveHardState(id, HardState));
        return id;
    }

    /// <summary>Takes over the epoch of a leader, behind the history that was asked to be written before; a damaged log is whole again with it.</summary>
    internal WriteId Adopt(uint epoch)
    {
        WriteId id = SaveHardState(HardState with { CurrentEpoch = epoch, RepairFloor = null });
        Damage = null;
        return id;
    }

    internal WriteId Append(Entry[] entries)
    {
        foreach (Entry entry in entries)
        {
            Invariant.Require(entry.PrevZxid == History.Last.Zxid, $"{entry.Zxid} says it follows {entry.PrevZxid}, and the log ends at {History.Last.Zxid}");
            History.Append(entry.Point);
            Recent.Add(entry);
            LastUtcTicks = Math.Max(LastUtcTicks, entry.UtcTicks);
            if (entry.Type == EntryType.Config) EnterConfig(Ensemble.Decode(entry.Payload.Span).At(entry.Zxid));
        }

        WriteId id = Writes.Issue(Now.MonotonicTicks, entries[^1].Zxid);
        Out.Add(new Output.Append(id, entries));
        return id;
    }

    /// <summary>Cuts the history after <paramref name="target"/>, which it holds and which is not below what is committed.</summary>
    internal WriteId Truncate(HistoryPoint target)
    {
        Invariant.Require(target.Zxid >= LastCommitted, $"the history would be cut at {target.Zxid}, below {LastCommitted}, which is committed");
        Invariant.Require(History.Contains(target), $"the history would be cut at {target}, which it does not hold");
        History.TruncateAfter(target.Zxid);
        Recent.TruncateAfter(target.Zxid);
        Writes.Cut(target.Zxid);
        if (_configs.RemoveAll(config => config.Version > target.Zxid) > 0) TellConfig();
        HardState = NextGeneration(HardState);
        WriteId id = Writes.Issue(Now.MonotonicTicks, target.Zxid);
        Out.Add(new Output.Truncate(id, target));
        return id;
    }

    /// <summary>The received snapshot that is about to replace everything; null where none is. Until it has, or is rejected, nothing may be claimed or appended.</summary>
    internal SnapshotInfo? Installing { get; private set; }

    internal WriteId BeginSnapshot(SnapshotInfo snapshot)
    {
        WriteId id = Writes.Issue(Now.MonotonicTicks);
        Out.Add(new Output.BeginSnapshot(id, snapshot));
        return id;
    }

    internal WriteId StoreSnapshotChunk(long offset, ReadOnlyMemory<byte> data)
    {
        WriteId id = Writes.Issue(Now.MonotonicTicks);
        Out.Add(new Output.StoreSnapshotChunk(id, offset, data));
        return id;
    }

    internal WriteId Install(SnapshotInfo snapshot)
    {
        Invariant.Require(Installing is null, $"a snapshot at {snapshot.Point.Zxid} would be installed while another one is");
        Installing = snapshot;
        HardState = NextGeneration(HardState);
        WriteId id = Writes.Issue(Now.MonotonicTicks, snapshot.Point.Zxid);
        Out.Add(new Output.InstallSnapshot(id, snapshot));
        _installWrite = id;
        return id;
    }

    /// <summary>What was asked to be written up to <paramref name="through"/> is durable. Gives whether an installed snapshot is now the whole history.</summary>
    internal bool WritesDone(WriteId through)
    {
        Writes.Done(through);
        if (Installing is not { } snapshot || !Writes.IsDone(_installWrite)) return false;
        Installing = null;
        Installed(snapshot);
        return true;
    }

    /// <summary>The snapshot was not installed: everything is as it was.</summary>
    internal void InstallRejected()
    {
        Installing = null;
        Writes.Withdraw(_installWrite);
    }

    private void Installed(SnapshotInfo snapshot)
    {
        Invariant.Require(snapshot.Point.Zxid >= LastCommitted, $"a snapshot at {snapshot.Point.Zxid} was installed over {LastCommitted}, which is committed");
        History.Reset(snapshot.Point);
        Recent.Clear();
        Snapshot = snapshot;
        LastUtcTicks = snapshot.UtcTicks;
        LastCommitted = _lastCommitTold = snapshot.Point.Zxid;
        _configs.Clear();
        EnterConfig(snapshot.Config);
    }

    /// <summary>A snapshot of this server's own: the log up to <paramref name="through"/> may go.</summary>
    internal void Compact(SnapshotInfo snapshot, Zxid through)
    {
        if (!History.Contains(snapshot.Point) || snapshot.Point.Zxid > LastCommitted)
        {
            Ignore("a snapshot of a history that was replaced");
            return;
        }

        Snapshot = snapshot;
        if (through <= History.Base.Zxid || !History.TryGet(through, out _)) return;
        History.CompactThrough(through);
        while (_configs.Count > 1 && _configs[1].Version <= through) _configs.RemoveAt(0);
        Out.Add(new Output.CompactLog(Writes.Issue(Now.MonotonicTicks), through));
    }

    /// <summary>Everything up to <paramref name="zxid"/>, which this server holds, is committed.</summary>
    internal void Commit(Zxid zxid)
    {
        Invariant.Require(zxid <= History.Last.Zxid, $"{zxid} would be committed, and the log ends at {History.Last.Zxid}");
        if (zxid > LastCommitted) LastCommitted = zxid;
        TellCommit();
    }

    /// <summary>Lets the state machine have what is both committed and durable here.</summary>
    internal void TellCommit()
    {
        Zxid through = LastCommitted < LastDurable ? LastCommitted : LastDurable;
        if (through <= _lastCommitTold) return;
        _lastCommitTold = through;
        Out.Add(new Output.Commit(through));
    }

    /// <summary>The directory belongs to this ensemble from now on.</summary>
    internal WriteId Join(ClusterId cluster, Ensemble record, bool isFounded)
    {
        WriteId id = SaveHardState(HardState with { ClusterId = cluster, Founding = record, Founded = isFounded });
        _configs.Clear();
        _configs.Add(record);
        return id;
    }

    internal void TellConfig() => Out.Add(new Output.ConfigChanged(Config, HardState.ClusterId));

    private void EnterConfig(Ensemble config)
    {
        _configs.Add(config);
        Memory.Forget();
        TellConfig();
    }

    /// <summary>What others see of the generation; the store counts at least as far.</summary>
    private static HardState NextGeneration(HardState state) => state with { Generation = state.Generation + 1 };

    internal void CheckInvariants()
    {
        Invariant.Require(HardState.CurrentEpoch <= HardState.AcceptedEpoch, $"current epoch {HardState.CurrentEpoch} is beyond the accepted epoch {HardState.AcceptedEpoch}");
        Invariant.Require(LastDurable <= History.Last.Zxid, $"{LastDurable} is durable, and the log ends at {History.Last.Zxid}");
        Invariant.Require(LastCommitted <= History.Last.Zxid, $"{LastCommitted} is committed, and the log ends at {History.Last.Zxid}");
        Invariant.Require(_lastCommitTold <= LastCommitted, $"{_lastCommitTold} was given to the state machine, and only {LastCommitted} is committed");
    }
}
