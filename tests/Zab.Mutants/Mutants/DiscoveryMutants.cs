namespace Zab.Mutants;

/// <summary>Mistakes in choosing an epoch: promises that are not kept, or not durable, or counted for another epoch.</summary>
internal static class DiscoveryMutants
{
    internal static IReadOnlyList<Mutant> All { get; } =
    [
        new(
            "leaderinfo-before-promise",
            "Core/Leader/LeaderRole.Discovery.cs",
            find: "WriteId after = state.Writes.IsDone(_acceptedWrite) ? WriteId.None : _acceptedWrite;",
            replace: "WriteId after = WriteId.None;",
            row: "E12",
            breaks: "I2",
            why: "the leader proposes an epoch that it may have forgotten after a crash, so another one finds it free"),
        new(
            "ackepoch-before-promise",
            "Core/Learner/LearnerRole.cs",
            find: "state.Send(_channel, ack, state.Writes.All);",
            replace: "state.Send(_channel, ack);",
            row: "S01",
            breaks: "I2",
            why: "a follower that crashes has forgotten the promise that a leader counts on"),
        new(
            "older-ackepoch-counts",
            "Core/Leader/LeaderRole.Discovery.cs",
            find: "if (ack.Epoch != Epoch || link.Phase != LinkPhase.Invited)",
            replace: "if (link.Phase != LinkPhase.Invited)",
            row: "E21",
            breaks: "I1",
            why: "an answer to the epoch before is taken for a promise of this one"),
        new(
            "promises-of-the-epoch-before-are-kept",
            "Core/Leader/LeaderRole.Discovery.cs",
            find: "_electing.Clear();",
            replace: "",
            row: "E21",
            breaks: "I1",
            why: "whoever promised a lower epoch counts for the higher one, too"),
        new(
            "same-epoch-promised-twice",
            "Core/Learner/LearnerRole.cs",
            find: "bool isPromise = info.Epoch > state.HardState.AcceptedEpoch;",
            replace: "bool isPromise = info.Epoch >= state.HardState.AcceptedEpoch;",
            row: "E11",
            breaks: "I1",
            why: "two candidates of one epoch both count the same follower"),
        new(
            "abdication-forgotten",
            "Core/Leader/LeaderRole.Discovery.cs",
            find: "if ((ack.CurrentEpoch, ack.Last.Zxid).CompareTo(_summary) > 0)",
            replace: "if (false)",
            row: "E13",
            breaks: "I8",
            why: "the election was a hint only: a candidate goes on although a voter of its quorum holds more"),
        new(
            "leader-adopts-with-its-promise",
            "Core/Leader/LeaderRole.Discovery.cs",
            find: "state.HardState with { AcceptedEpoch = Epoch }",
            replace: "state.HardState with { AcceptedEpoch = Epoch, CurrentEpoch = Epoch }",
            row: "S03",
            breaks: "I3",
            why: "a candidate that fails has a newer epoch, with an old history, than those that go on without it"),
        new(
            "higher-promise-ignored",
            "Core/Leader/LeaderRole.Discovery.cs",
            find: "else if (accepted > Epoch && Phase != LeaderPhase.Discovery) Leave($\"voter {link.Id} has promised epoch {accepted} to another leader\");",
            replace: "",
            row: "E18",
            breaks: "L3",
            why: "a voter that has promised more can never follow this leader, and the leader stays"),
        new(
            "observer-invited-by-a-candidate",
            "Core/Leader/LeaderRole.Discovery.cs",
            find: "if (IsEstablished) Invite(link);",
            replace: "if (Epoch != 0) Invite(link);",
            row: "E15",
            breaks: "L3",
            why: "an observer accepts the epoch of a candidate that fails, and then refuses the living leader"),
        new(
            "admission-counts-before-it-is-committed",
            "Core/PeerState.cs",
            find: "_configs.Count < 2 || Config.Version <= LastCommitted ? null : _configs[^2];",
            replace: "null;",
            row: "T24",
            breaks: "I25",
            why: "a directory that only the leader's log names helps to elect, and what it promised before it was lost is forgotten"),
        new(
            "admission-of-one-never-named-counts-at-once",
            "Core/PeerState.cs",
            find: "isFounded: !member.IsReplacement)",
            replace: "isFounded: true)",
            row: "T24",
            breaks: "I25",
            why: "where no directory was named yet, one that was lost is taken for one that was there from the beginning"),
        new(
            "admission-stands-once-in-the-log",
            "Core/Leader/LeaderRole.Broadcast.cs",
            find: "if (!state.IsConfigConfirmed)",
            replace: "if (false)",
            row: "T24",
            breaks: "L1",
            why: "after a restart of all nobody knows that the admission was committed, and the one that was admitted is missing for ever"),
    ];
}
