namespace Zab.Mutants;

/// <summary>Mistakes in acknowledging, committing and applying, and in giving up a role.</summary>
internal static class BroadcastMutants
{
    internal static IReadOnlyList<Mutant> All { get; } =
    [
        new(
            "ack-before-fsync",
            "Core/Learner/LearnerRole.Sync.cs",
            find: "if (added.Length > 0) state.Append(added);",
            replace: "if (added.Length > 0) { state.Append(added); state.Send(_channel, new Message.Ack(Epoch, state.History.Last.Zxid)); }",
            row: "T10",
            breaks: "I4",
            why: "a proposal is acknowledged when it is written, not when it is on the disk"),
        new(
            "ack-of-what-is-logged",
            "Core/Learner/LearnerRole.Sync.cs",
            find: """
                if (!IsMatched || state.LastDurable <= _reported) return;
                _reported = state.LastDurable;
                """,
            replace: """
                if (!IsMatched || state.History.Last.Zxid <= _reported) return;
                _reported = state.History.Last.Zxid;
                """,
            row: "T10",
            breaks: "I4",
            why: "an fsync acknowledges entries that came after it had begun"),
        new(
            "own-ack-before-fsync",
            "Core/Leader/LeaderRole.Broadcast.cs",
            find: "acked[count++] = state.LastDurable.Value;",
            replace: "acked[count++] = state.History.Last.Zxid.Value;",
            row: "B13",
            breaks: "I5",
            why: "the leader counts itself before its own fsync (etcd 14370)"),
        new(
            "commit-one-ack-short",
            "Core/Leader/LeaderRole.Broadcast.cs",
            find: "acked[count - state.Config.QuorumSize]",
            replace: "acked[count - state.Config.QuorumSize + 1]",
            row: "B09",
            breaks: "I5",
            why: "one less than a quorum commits"),
        new(
            "ack-without-the-epoch-counts",
            "Core/Leader/LeaderRole.Broadcast.cs",
            find: "if (link.Counts && link.Phase == LinkPhase.Adopted) acked[count++]",
            replace: "if (link.Counts) acked[count++]",
            row: "S08",
            breaks: "I5",
            why: "a learner that has the entries and not yet the epoch loses elections to one that has not got them"),
        new(
            "wiped-voter-counts-before-its-entry",
            "Core/Leader/LeaderRole.Broadcast.cs",
            find: "link.AdmittedAt = _pendingConfig;",
            replace: "link.AdmittedAt = _pendingConfig; link.Counts = true;",
            row: "T24",
            breaks: "I5",
            why: "the entry that names a new disk is committed by that disk"),
        new(
            "apply-before-durable",
            "Core/PeerState.cs",
            find: "Zxid through = LastCommitted < LastDurable ? LastCommitted : LastDurable;",
            replace: "Zxid through = LastCommitted;",
            row: "B12",
            breaks: "crash",
            why: "the state runs ahead of the own disk, which may fail (ZOOKEEPER-4882)"),
        new(
            "time-goes-back",
            "Core/Leader/LeaderRole.Broadcast.cs",
            find: "long time = Math.Max(state.Now.UtcTicks, state.LastUtcTicks);",
            replace: "long time = state.Now.UtcTicks;",
            row: "C08",
            breaks: "crash",
            why: "a leader whose clock is behind stamps entries with times that were before"),
        new(
            "deposed-leader-stays",
            "Core/Leader/LeaderRole.cs",
            find: "if (state.HasPassed(_since, state.Options.SyncLimit) && CountHeard() < state.Config.QuorumSize) { Leave(\"no quorum is heard from\"); return; }",
            replace: "",
            row: "B05",
            breaks: "L3",
            why: "a leader that lost its quorum leads nobody for ever"),
        new(
            "follower-never-gives-up",
            "Core/Learner/LearnerRole.cs",
            find: "if (state.HasPassed(_lastHeard, state.Options.SyncLimit)) roles.Look",
            replace: "if (false) roles.Look",
            row: "N10",
            breaks: "L3",
            why: "a follower whose connection is half open waits for a leader that has long closed it"),
    ];
}
