using Zab.Core;
using Zab.Replica;
using Zab.Storage;

namespace Zab.Testing;

/// <summary>Paths that an ordinary run never takes: a simulator that does not take them either proves nothing about them.</summary>
internal enum Rare
{
    Truncated,
    TruncatedThenDiff,
    SnapshotSent,
    SnapshotInstalled,
    SnapshotRejected,
    SnapshotTaken,
    LogCompacted,
    Abdicated,
    LookingAgainInElection,
    LookingAgainInDiscovery,
    LookingAgainInSync,
    LookingAgainInBroadcast,
    LeaderSteppedDown,
    TornTail,
    RotFound,
    RotCoveredBySnapshot,
    OlderSnapshotUsed,
    NothingToStartFrom,
    RotRepaired,
    WipedAdmitted,
    DuplicateAnswered,
    Filled,
    SessionExpired,
    ReadRefused,
    RequestRefused,
    FrameRefused,
    StoppedByFailure,
    StartRefused,
    CrashInDiskOperation,
    EpochExhausted,
    FoundedUnanimously,
    OldCopyRestored,
}

/// <summary>How often each rare path was taken.</summary>
internal sealed class Rarities
{
    private readonly long[] _counts = new long[Enum.GetValues<Rare>().Length];
    private readonly SortedDictionary<ServerId, ServerPath> _paths = [];
    private readonly HashSet<Zxid> _configs = [];

    internal long this[Rare rare] => _counts[(int)rare];

    internal void Count(Rare rare) => _counts[(int)rare]++;

    internal void Add(Rarities other)
    {
        for (int i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
    }

    internal void Recovered(ServerId server, RecoveryCase found, bool hasRepairFloor)
    {
        _paths[server] = new ServerPath { HadRepairFloor = hasRepairFloor };
        switch (found)
        {
            case RecoveryCase.Torn: Count(Rare.TornTail); break;
            case RecoveryCase.Rotten: Count(Rare.RotFound); break;
            case RecoveryCase.CoveredBySnapshot: Count(Rare.RotCoveredBySnapshot); break;
            case RecoveryCase.OlderSnapshot: Count(Rare.OlderSnapshotUsed); break;
            case RecoveryCase.NothingToStartFrom: Count(Rare.NothingToStartFrom); break;
        }
    }

    internal void Sent(ServerId server, Message message)
    {
        ServerPath path = Path(server);
        switch (message)
        {
            case Message.Snap: Count(Rare.SnapshotSent); break;
            case Message.LearnerInfo or Message.LeaderInfo or Message.AckEpoch: path.Phase = Rare.LookingAgainInDiscovery; break;
            case Message.Diff or Message.Trunc: path.Phase = Rare.LookingAgainInSync; break;
        }
    }

    internal void Stepped(ServerId server, Input input, Outputs outputs)
    {
        ServerPath path = Path(server);
        switch (input)
        {
            case Input.Received { Message: Message.Trunc }: path.IsTruncating = true; break;
            case Input.Received { Message: Message.Diff or Message.Snap }: path.Phase = Rare.LookingAgainInSync; break;
            case Input.Received { Message: Message.NewLeader }: path.IsTruncating = false; break;
            case Input.SnapshotRejected: Count(Rare.SnapshotRejected); break;
        }

        for (int i = 0; i < outputs.Count; i++)
        {
            switch (outputs[i])
            {
                case Output.Truncate: Count(Rare.Truncated); break;
                case Output.Append when path.IsTruncating:
                    Count(Rare.TruncatedThenDiff);
                    path.IsTruncating = false;
                    break;
                case Output.InstallSnapshot: Count(Rare.SnapshotInstalled); break;
                case Output.CompactLog: Count(Rare.LogCompacted); break;
                case Output.SaveHardState save:
                    if (path.HadRepairFloor && save.State.RepairFloor is null) Count(Rare.RotRepaired);
                    path.HadRepairFloor = save.State.RepairFloor is not null;
                    break;
                case Output.RoleChanged changed: path.Changed(changed, this); break;
                case Output.SendPeer { Message: Message.Vote { State: VoteState.Looking } vote }: path.Looks(vote.Round, this); break;
                case Output.Refused: Count(Rare.RequestRefused); break;
                case Output.ReadReady { Zxid: null }: Count(Rare.ReadRefused); break;
            }
        }
    }

    internal void Applied(ServerId server, in AppliedRequest applied)
    {
        if (server.Value != 1) return;
        switch (applied.Outcome)
        {
            case RequestOutcome.Filled: Count(Rare.Filled); break;
            case RequestOutcome.SessionClosed when applied.Request == 0: Count(Rare.SessionExpired); break;
            case RequestOutcome.Result when applied.Request != 0 && applied.Entry != applied.Zxid: Count(Rare.DuplicateAnswered); break;
        }
    }

    /// <summary>A configuration was applied somewhere; all but the first admit a voter with another directory.</summary>
    internal void Configured(Zxid version)
    {
        if (_configs.Add(version) && _configs.Count > 1) Count(Rare.WipedAdmitted);
    }

    private ServerPath Path(ServerId server)
    {
        if (!_paths.TryGetValue(server, out ServerPath? path)) _paths.Add(server, path = new ServerPath());
        return path;
    }

    /// <summary>Where one server stands on its way into and out of a role.</summary>
    private sealed class ServerPath
    {
        internal Rare Phase { get; set; } = Rare.LookingAgainInElection;

        internal bool IsTruncating { get; set; }

        internal bool HadRepairFloor { get; set; }

        private Role? _role;
        private ulong _round;

        /// <summary>A vote of a later round: the round before came to an end somewhere.</summary>
        internal void Looks(ulong round, Rarities rarities)
        {
            if (round <= _round) return;
            if (_round > 0) rarities.Count(Phase);
            _round = round;
            Phase = Rare.LookingAgainInElection;
        }

        internal void Changed(Output.RoleChanged changed, Rarities rarities)
        {
            if (changed.Role == Role.Looking && _role == Role.Leading) rarities.Count(Rare.LeaderSteppedDown);
            if (changed.Role == Role.Looking && _role == Role.Fresh) rarities.Count(Rare.FoundedUnanimously);
            if (changed.Role == Role.Looking && changed.Reason?.Contains("holds a better history", StringComparison.Ordinal) == true) rarities.Count(Rare.Abdicated);
            if (changed.Role == Role.Looking && changed.Reason?.Contains("used up", StringComparison.Ordinal) == true) rarities.Count(Rare.EpochExhausted);
            if (changed.Role is Role.Leading or Role.Following or Role.Observing) Phase = Rare.LookingAgainInBroadcast;
            IsTruncating = false;
            _role = changed.Role;
        }
    }
}
