namespace Zab.Mutants;

/// <summary>Mistakes in choosing a candidate: who is better, who counts, who answers.</summary>
internal static class ElectionMutants
{
    internal static IReadOnlyList<Mutant> All { get; } =
    [
        new(
            "zxid-before-epoch-in-votes",
            "Core/Messages.cs",
            find: """
                CurrentEpoch != other.CurrentEpoch ? CurrentEpoch.CompareTo(other.CurrentEpoch)
                : LastZxid != other.LastZxid ? LastZxid.CompareTo(other.LastZxid)
                """,
            replace: """
                LastZxid != other.LastZxid ? LastZxid.CompareTo(other.LastZxid)
                : CurrentEpoch != other.CurrentEpoch ? CurrentEpoch.CompareTo(other.CurrentEpoch)
                """,
            row: "E02",
            breaks: "L1",
            why: "the longest log wins, also where a newer leader has replaced it; discovery finds out, and the same server is elected again"),
        new(
            "half-is-a-quorum",
            "Core/Ensemble.cs",
            find: "QuorumSize = (Voters.Length / 2) + 1;",
            replace: "QuorumSize = Math.Max(1, Voters.Length / 2);",
            row: "R07",
            breaks: "I5",
            why: "two halves of an ensemble do not intersect"),
        new(
            "roles-do-not-answer-votes",
            "Core/Peer.cs",
            find: "else if ((_leader?.Vote() ?? _learner?.Vote()) is { } answer) _state.SendVote(from, answer);",
            replace: "else if (_leader is not null || _learner is not null) _state.Ignore(\"VOTE of a server that looks\");",
            row: "E05",
            breaks: "L3",
            why: "a server that comes late is never told who leads"),
        new(
            "damaged-server-is-a-candidate",
            "Core/Election/ElectionRole.cs",
            find: "state.IsAdmitted && state.HardState.RepairFloor is null && !failedJoins",
            replace: "state.IsAdmitted && !failedJoins",
            row: "T02",
            breaks: "I8",
            why: "a server whose log was damaged stands for election with what is left of it"),
    ];
}
