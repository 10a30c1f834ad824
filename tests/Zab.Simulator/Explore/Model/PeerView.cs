using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>What the search has to see of a peer beyond what it tells: read, never changed.</summary>
internal static class PeerView
{
    private static readonly FieldRef<Peer, PeerState> State = FieldAccess.RefTo<Peer, PeerState>("_state");
    private static readonly FieldRef<Peer, FoundingRole?> Founding = FieldAccess.RefTo<Peer, FoundingRole?>("_founding");
    private static readonly FieldRef<Peer, ElectionRole?> Election = FieldAccess.RefTo<Peer, ElectionRole?>("_election");
    private static readonly FieldRef<Peer, LeaderRole?> Leader = FieldAccess.RefTo<Peer, LeaderRole?>("_leader");
    private static readonly FieldRef<Peer, LearnerRole?> Learner = FieldAccess.RefTo<Peer, LearnerRole?>("_learner");
    private static readonly FieldRef<Peer, ulong> Round = FieldAccess.RefTo<Peer, ulong>("_round");
    private static readonly FieldRef<ElectionRole, long?> FinalizeAt = FieldAccess.RefTo<ElectionRole, long?>("_finalizeAt");

    internal static LeaderRole? LeaderOf(Peer peer) => Leader(ref peer);

    internal static LearnerRole? LearnerOf(Peer peer) => Learner(ref peer);

    internal static bool IsLooking(Peer peer) => Election(ref peer) is not null || Founding(ref peer) is not null;

    /// <summary>While the disk is silent it is that which is waited for, not a better vote.</summary>
    internal static bool IsWaiting(Peer peer) => Election(ref peer) is { } election && FinalizeAt(ref election) is not null && !State(ref peer).IsDiskSilent;

    internal static ulong RoundOf(Peer peer) => Math.Max(Round(ref peer), Election(ref peer)?.Round ?? 0);

    internal static HistoryPath Logged(Peer peer, HistoryPaths paths)
    {
        History history = State(ref peer).History;
        HistoryPath path = paths.At(history.Base);
        for (Zxid at = history.Base.Zxid; history.TryNext(at, out Zxid next); at = next)
            path = paths.Then(path, history.TryGet(next, out HistoryPoint point) ? point : throw new InvariantException($"the history names {next}, and does not hold it"));
        return path;
    }
}
