namespace Zab.Core;

/// <summary>A vote as it was received.</summary>
/// <param name="State">The role it speaks from.</param>
/// <param name="Round">The sender's round.</param>
/// <param name="Candidate">Whom the sender is for, or with.</param>
/// <param name="SaysItCounts">Whether the sender says that it counts, and is a voter.</param>
/// <param name="Counts">Whether we count it, too: its directory is the one that we know.</param>
internal readonly record struct Ballot(VoteState State, ulong Round, Candidate Candidate, bool SaysItCounts, bool Counts);

/// <summary>The newest vote of each server since this one began to look.</summary>
internal sealed class VoteBox
{
    private readonly SortedDictionary<ServerId, Ballot> _ballots = [];

    internal void Clear() => _ballots.Clear();

    /// <summary>A new round: the votes of the old one say nothing any more. What servers in a role said stays true.</summary>
    internal void DropLooking()
    {
        foreach (ServerId id in _ballots.Where(static ballot => ballot.Value.State == VoteState.Looking).Select(static ballot => ballot.Key).ToArray()) _ballots.Remove(id);
    }

    internal void Put(ServerId from, Ballot ballot) => _ballots[from] = ballot;

    internal void Remove(ServerId from) => _ballots.Remove(from);

    internal bool IsWith(ServerId from, ServerId leader) => _ballots.TryGetValue(from, out Ballot ballot) && ballot.State != VoteState.Looking && ballot.Candidate.Id == leader;

    internal bool IsLooking(ServerId from) => _ballots.TryGetValue(from, out Ballot ballot) && ballot.State == VoteState.Looking;

    /// <summary>How many look for the candidate in this round, or are with it already.</summary>
    internal int CountFor(Candidate candidate, ulong round) =>
        _ballots.Values.Count(ballot => ballot.Counts && ballot.Round == round
            && (ballot.State == VoteState.Looking ? ballot.Candidate == candidate : ballot.Candidate.Id == candidate.Id));

    /// <summary>The leader that a quorum is with, itself among them, or null. A dead leader does not say that it leads, so it is not followed again and again.</summary>
    /// <param name="quorumSize">How many make a quorum.</param>
    /// <param name="round">Votes of servers that look for the leader in this round, which is its own, are with it too.</param>
    /// <param name="own">Whom this server would count for in this round, if for anybody.</param>
    internal ServerId? LeaderOf(int quorumSize, ulong round, ServerId? own)
    {
        foreach ((ServerId id, Ballot ballot) in _ballots)
        {
            if (ballot.State != VoteState.Leading || ballot.Candidate.Id != id || !ballot.SaysItCounts) continue;
            bool isThisRound = ballot.Round == round;
            int with = _ballots.Values.Count(other => other.SaysItCounts && other.Candidate.Id == id && (other.State != VoteState.Looking || (isThisRound && other.Round == round)));
            if (isThisRound && own == id) with++;
            if (with >= quorumSize) return id;
        }

        return null;
    }
}
