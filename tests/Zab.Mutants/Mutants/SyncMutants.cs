namespace Zab.Mutants;

/// <summary>Mistakes between ACKEPOCH and UPTODATE, where most lost writes of ZooKeeper come from: history, then epoch, then ACK.</summary>
internal static class SyncMutants
{
    internal static IReadOnlyList<Mutant> All { get; } =
    [
        new(
            "epoch-before-history",
            "Core/Learner/LearnerRole.Sync.cs",
            find: "Phase = LearnerPhase.Sync;",
            replace: "Phase = LearnerPhase.Sync; _adoptWrite = state.Adopt(Epoch);",
            row: "S03",
            breaks: "I3",
            why: "a crash in the middle leaves a new epoch on an old history, which then wins elections (ZOOKEEPER-4643)"),
        new(
            "own-epoch-not-awaited",
            "Core/Leader/LeaderRole.Sync.cs",
            find: "if (Phase == LeaderPhase.Sync && state.Writes.IsDone(_adoptedWrite)) _isSelfAdopted = true;",
            replace: "if (Phase == LeaderPhase.Sync) _isSelfAdopted = true;",
            row: "S23",
            breaks: "I3",
            why: "the end of an earlier write is taken for that of the leader's own epoch"),
        new(
            "newleader-before-the-history",
            "Core/Leader/LeaderRole.Sync.cs",
            find: "link.SyncPoint = through;",
            replace: "link.SyncPoint = plan.Common.Zxid;",
            row: "S07",
            breaks: "I5",
            why: "NEWLEADER is queued before the entries of DIFF, so its acknowledgement says nothing of them (ZOOKEEPER-3104)"),
        new(
            "established-while-a-quorum-synchronises",
            "Core/Leader/LeaderRole.Sync.cs",
            find: "int adopted = 1 + _links.Values.Count(static link => link.Counts && link.Phase == LinkPhase.Adopted);",
            replace: "int adopted = 1 + _links.Values.Count(static link => link.Counts && link.Phase >= LinkPhase.Syncing);",
            row: "S25",
            breaks: "I5",
            why: "the leader serves before a quorum holds its initial history"),
        new(
            "newleader-acknowledged-before-fsync",
            "Core/Learner/LearnerRole.Sync.cs",
            find: "_adoptWrite = state.Adopt(Epoch);",
            replace: "_adoptWrite = state.Adopt(Epoch); state.Send(_channel, new Message.AckNewLeader(Epoch, _syncPoint));",
            row: "S04",
            breaks: "I3",
            why: "the entries of DIFF are acknowledged while they are in the page cache (ZOOKEEPER-3911)"),
        new(
            "newleader-taken-for-a-commit",
            "Core/Learner/LearnerRole.Sync.cs",
            find: "_syncPoint = newLeader.SyncPoint;",
            replace: "_syncPoint = newLeader.SyncPoint; HearCommit(_syncPoint);",
            row: "S06",
            breaks: "I5",
            why: "a follower applies the initial history of a leader that may never be established"),
        new(
            "initial-history-committed-by-promises",
            "Core/Leader/LeaderRole.Discovery.cs",
            find: "_adoptedWrite = state.Adopt(Epoch);",
            replace: "_adoptedWrite = state.Adopt(Epoch); state.Commit(state.History.Last.Zxid);",
            row: "S25",
            breaks: "I5",
            why: "the initial history counts as committed when a quorum has promised the epoch, not when it holds the history"),
        new(
            "ping-commits-beyond-what-is-verified",
            "Core/Learner/LearnerRole.Serving.cs",
            find: "if (!IsMatched) return;",
            replace: "",
            row: "S26",
            breaks: "I7",
            why: "a commit point that overtakes TRUNC commits the tail that is about to be cut"),
        new(
            "diff-with-a-hole",
            "Core/RecentEntries.cs",
            find: "if (first == _entries.Count || _entries[first].PrevZxid != after) return null;",
            replace: "if (first == _entries.Count) return null;",
            row: "S19",
            breaks: "L3",
            why: "entries between the learner's log and the leader's memory are left out (ZOOKEEPER-4925)"),
        new(
            "trunc-to-a-missing-zxid",
            "Core/Leader/SyncPlan.cs",
            find: "else return Least(theirs[i].Last, ours[j].Last, through);",
            replace: "else return Least(ours[j].Last, ours[j].Last, through);",
            row: "S15",
            breaks: "L3",
            why: "the learner is to cut at our last entry of the epoch, which it may not have"),
        new(
            "snap-below-the-common-point",
            "Core/Leader/SyncPlan.cs",
            find: "if (common >= learner.Base.Zxid) return new SyncPlan(SyncMode.Trunc, point);",
            replace: "if (common >= learner.Base.Zxid) return snapshot is null ? new SyncPlan(SyncMode.Trunc, point) : new SyncPlan(SyncMode.Snap, snapshot.Point);",
            row: "S27",
            breaks: "I7",
            why: "an older snapshot replaces entries that the learner has acknowledged"),
        new(
            "cut-entries-stay-in-memory",
            "Core/PeerState.cs",
            find: "Recent.TruncateAfter(target.Zxid);",
            replace: "",
            row: "S20",
            breaks: "crash",
            why: "entries that TRUNC has cut are still offered to learners"),
        new(
            "cut-entries-stay-durable",
            "Core/WriteLedger.cs",
            find: "if (LastDurable > target) LastDurable = target;",
            replace: "",
            row: "S23",
            breaks: "crash",
            why: "what was durable before a cut counts as durable after it"),
    ];
}
