namespace Zab.Core;

/// <summary>How a learner reaches the leader's history.</summary>
internal enum SyncMode : byte { Diff, Trunc, Snap, Diverged }

/// <summary>The decision for one learner. <paramref name="Common"/> is the last point that both histories are known to share.</summary>
internal readonly record struct SyncPlan(SyncMode Mode, HistoryPoint Common)
{
    /// <summary>
    /// <code>
    /// common = the newest epoch present on both sides, the lesser of the two ends in it, and never beyond what this learner may hold;
    ///          never "our last before the learner's end", which the learner may not have
    /// case  common point                          plan
    ///  A    below the base of our log             SNAP, at a snapshot at or above it and the learner's own, then DIFF
    ///  B    = the learner's last zxid             DIFF after it
    ///  C    below it, in the learner's log        TRUNC to it (the learner checks the chain hash first), then DIFF
    ///  D    below the base of the learner's log   its snapshot holds what we lack: both committed, so the histories have diverged
    ///  E    our chain hash there is another       diverged
    /// </code>
    /// </summary>
    /// <param name="learner">What the learner says of its history.</param>
    /// <param name="ours">The leader's history.</param>
    /// <param name="through">What this learner may hold: all that is proposed for a voter, what is committed for an observer.</param>
    /// <param name="snapshot">The leader's newest snapshot, if it has one.</param>
    internal static SyncPlan For(Message.AckEpoch learner, History ours, Zxid through, SnapshotInfo? snapshot)
    {
        Zxid common = CommonZxid(learner.EpochEnds, ours.EpochEnds(), through);
        if (common < ours.Base.Zxid)                                                                                   // A
        {
            bool isCovered = snapshot is not null && snapshot.Point.Zxid >= common && (snapshot.Point.Zxid >= learner.Base.Zxid || learner.RepairFloor is not null);
            return new SyncPlan(isCovered ? SyncMode.Snap : SyncMode.Diverged, new HistoryPoint(common, 0));
        }

        if (!ours.TryGet(common, out HistoryPoint point)) return new SyncPlan(SyncMode.Diverged, new HistoryPoint(common, 0));
        if (common == learner.Last.Zxid) return new SyncPlan(point == learner.Last ? SyncMode.Diff : SyncMode.Diverged, point);      // B, E
        if (common >= learner.Base.Zxid) return new SyncPlan(SyncMode.Trunc, point);                                   // C
        bool canReplace = learner.RepairFloor is not null && snapshot is not null && snapshot.Point.Zxid >= common;    // A damaged server's base counts for nothing.
        return new SyncPlan(canReplace ? SyncMode.Snap : SyncMode.Diverged, point);                                    // D
    }

    /// <summary>Both lists ascend by epoch. Entries of one epoch come in order from one leader, so whoever holds one of them holds all before it.</summary>
    private static Zxid CommonZxid(EpochEnd[] theirs, EpochEnd[] ours, Zxid through)
    {
        for (int i = theirs.Length - 1, j = ours.Length - 1; i >= 0 && j >= 0;)
        {
            if (ours[j].Epoch > through.Epoch || theirs[i].Epoch < ours[j].Epoch) j--;
            else if (theirs[i].Epoch > ours[j].Epoch) i--;
            else return Least(theirs[i].Last, ours[j].Last, through);
        }

        return Zxid.None;
    }

    private static Zxid Least(Zxid a, Zxid b, Zxid c)
    {
        Zxid least = a < b ? a : b;
        return least < c ? least : c;
    }
}
