namespace Zab.Mutants;

/// <summary>Mistakes that show an old state to a reader.</summary>
internal static class ReadMutants
{
    internal static IReadOnlyList<Mutant> All { get; } =
    [
        new(
            "read-joins-a-round-that-runs",
            "Core/Leader/ReadRounds.cs",
            find: "internal void Add(PendingRead read) => _waiting.Add(read);",
            replace: "internal void Add(PendingRead read) => (IsRunning ? _inRound : _waiting).Add(read);",
            row: "B15",
            breaks: "I22",
            why: "a read is answered with the commit point of a round that began before it"),
        new(
            "read-before-the-leader-is-established",
            "Core/Leader/LeaderRole.Reads.cs",
            find: "if (!IsEstablished || !_reads.TryBegin(_nonce + 1, state.LastCommitted)) return;",
            replace: "if (!_reads.TryBegin(_nonce + 1, state.LastCommitted)) return;",
            row: "B16",
            breaks: "I22",
            why: "a new leader does not know yet what was committed before it"),
        new(
            "read-confirmed-by-nobody",
            "Core/Leader/ReadRounds.cs",
            find: "if (!IsRunning || _answered.Count + 1 < quorumSize) return null;",
            replace: "if (!IsRunning || _answered.Count + 2 < quorumSize) return null;",
            row: "B04",
            breaks: "I22",
            why: "one less than a quorum confirms that a leader leads: a deposed one serves old reads"),
        new(
            "old-ping-confirms-a-read",
            "Core/Leader/ReadRounds.cs",
            find: "if (IsRunning && nonce >= Nonce) _answered.Add(voter);",
            replace: "if (IsRunning) _answered.Add(voter);",
            row: "B04",
            breaks: "I22",
            why: "the answer to a ping from before the read says nothing of now"),
        new(
            "observer-confirms-a-read",
            "Core/Leader/LeaderRole.Reads.cs",
            find: "if (reply.Epoch != Epoch || !link.Counts || link.Phase != LinkPhase.Adopted) return;",
            replace: "if (reply.Epoch != Epoch || link.Phase != LinkPhase.Adopted) return;",
            row: "R08",
            breaks: "I22",
            why: "an observer that follows a deposed leader counts as part of its quorum"),
        new(
            "read-does-not-wait-for-apply",
            "Replica/Calls/LocalReads.cs",
            find: "await replica.WaitAppliedAsync(fresh, ends).ConfigureAwait(false);",
            replace: "",
            row: "C04",
            breaks: "I22",
            why: "the commit point is confirmed, and the state has not come there yet"),
        new(
            "session-read-is-local",
            "Replica/Calls/LocalReads.cs",
            find: "|| (read.Kind == Read.Level.Session && callOptions.Session is not null)",
            replace: "",
            row: "C04",
            breaks: "I23",
            why: "a session that moves to a server that lags goes back in time"),
        new(
            "read-id-used-again",
            "Replica/Driver/PendingReads.cs",
            find: """
                _waiting.Add(++_lastId, waiter);
                return _lastId;
                """,
            replace: """
                ulong id = 1;
                while (_waiting.ContainsKey(id)) id++;
                _lastId = Math.Max(_lastId, id);
                _waiting.Add(id, waiter);
                return id;
                """,
            row: "B15",
            breaks: "I22",
            why: "the answer to a read that was given up serves one that came later (etcd 20418)"),
    ];
}
