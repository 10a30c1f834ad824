namespace Zab.Core;

/// <summary>Fast leader election: finds a server whose history is at least as good as that of a quorum. A hint only; discovery checks it again.</summary>
/// <remarks>
/// After ZooKeeper's FastLeaderElection. The better history wins: current epoch first, then zxid, then id.
/// <code>
/// vote from                     in                     what follows
/// a server that does not count  LOOKING                answered with our vote if it knows that it does not count, no other effect
/// one that only claims to       LOOKING                as if it counted, but for the quorum: it may hold the best history, and we be the one that lags
/// LOOKING                       a later round          its round is ours, all votes dropped; the better of its and our own candidate
/// LOOKING                       an earlier round       answered with our vote, so that it catches up; taken as a later one where we do not count
/// LOOKING                       our round              counted; a better candidate is taken over and told to all, a worse one answered with ours, and so is its first vote
/// FOLLOWING, LEADING            any round              counted; a quorum with a leader that says so itself (in our round, who looks for it is with it): we join it
/// FOLLOWING, LEADING            our round              counted as a vote for that leader, too: its vote was lost, or it was quicker than we are
/// </code>
/// </remarks>
internal sealed class ElectionRole(PeerState state, IPeerRoles roles, ulong round, FailedJoins failedJoins)
{
    private readonly VoteBox _votes = new();
    private readonly SortedSet<ServerId> _unreachable = [];
    private const int ResendsPerRound = 4;

    private Candidate _proposal;
    private long? _finalizeAt;
    private long _resendAt;
    private long _resendAfter;
    private int _resends;

    /// <summary>Counts the elections of this process; never compared with epochs.</summary>
    internal ulong Round { get; private set; } = round;

    internal void Start()
    {
        _proposal = Own();
        _resendAfter = state.Options.VoteResendMin.Ticks;
        Broadcast();
        Evaluate();
    }

    internal void OnTick()
    {
        if (_finalizeAt is { } at && state.Now.MonotonicTicks >= at)
        {
            Finish();
            return;
        }

        if (state.Now.MonotonicTicks < _resendAt) return;
        _resendAfter = Math.Min(_resendAfter * 2, state.Options.VoteResendMax.Ticks);
        if (++_resends % ResendsPerRound == 0) BeginRound();      // What we wait for may be a candidate that is gone, or that holds less than it did.
        else Broadcast();
    }

    internal void OnUnreachable(ServerId peer)
    {
        _votes.Remove(peer);
        _unreachable.Add(peer);
        if ((_proposal.Id == peer && _proposal != Candidate.None) || (_proposal.Id == state.Self && Own() == Candidate.None)) BeginRound();
        else Evaluate();
    }

    /// <summary>Votes of this round may stand for a server that cannot be elected any more: everybody begins anew.</summary>
    private void BeginRound()
    {
        Round++;
        _votes.DropLooking();
        _proposal = Own();
        _finalizeAt = null;
        Broadcast();
        Evaluate();
    }

    internal void OnVote(ServerId from, Message.Vote vote)
    {
        _unreachable.Remove(from);
        if (_proposal == Candidate.None && Own() is var own && own != Candidate.None) Propose(own);      // With this one, enough can reach us.
        Standing standing = state.StandingOf(from, vote.Counts, vote.Incarnation, vote.Generation, vote.LastDurable);
        if (vote.State == VoteState.Looking) OnLooking(from, vote, standing);
        else OnInRole(from, vote, standing);
    }

    private void OnLooking(ServerId from, Message.Vote vote, Standing standing)
    {
        if (standing == Standing.None)
        {
            _votes.Put(from, new Ballot(vote.State, vote.Round, vote.Candidate, SaysItCounts: false, Counts: false));
            if (CountsFor(_proposal) && !vote.Counts) Answer(from);  // Two servers that both answer such votes would do so for ever; one that knows that it does not count never answers.
            Evaluate();
            return;
        }

        if (vote.Round < Round && CountsFor(_proposal))
        {
            state.Ignore("VOTE of an earlier round");
            Answer(from);
            return;
        }

        if (vote.Round != Round) EnterRound(vote);                   // The round of a server that does not count is nobody else's: it goes by the others'.
        else if (IsBetter(vote.Candidate, _proposal)) Propose(vote.Candidate);
        else if (CountsFor(_proposal) && (vote.Candidate.CompareTo(_proposal) < 0 || !_votes.IsLooking(from))) Answer(from);     // It may have begun to look after we told our vote.
        _votes.Put(from, new Ballot(vote.State, vote.Round, vote.Candidate, SaysItCounts: true, standing == Standing.Counts));
        Evaluate();
    }

    /// <summary>Who leads is asked of every voter as it sees itself: our own configuration may be too old to know the leader's directory, and the leader decides whom it counts.</summary>
    private void OnInRole(ServerId from, Message.Vote vote, Standing standing)
    {
        _votes.Put(from, new Ballot(vote.State, vote.Round, vote.Candidate, vote.Counts && state.Config.IsVoter(from), standing == Standing.Counts));
        ServerId? found = _votes.LeaderOf(state.Config.QuorumSize, Round, CountsFor(_proposal) ? _proposal.Id : null);
        if (found is null && vote.State == VoteState.Leading && vote.Counts && vote.Candidate.Id == from && failedJoins.HasLookedLong(state.Now, state.Options)) found = from;     // Where it stands between servers that do not hear each other, nobody else sees its quorum.
        if (found is not { } leader || leader == state.Self || failedJoins.IsTooSoon(leader, state.Now))
        {
            Evaluate();
            return;
        }

        if (vote.Round > Round) Round = vote.Round;
        roles.Learn(leader);
    }

    private void EnterRound(Message.Vote vote)
    {
        Round = vote.Round;
        _votes.DropLooking();
        Candidate own = Own();
        Propose(IsBetter(vote.Candidate, own) ? vote.Candidate : own);
    }

    /// <summary>What is said of ourselves is what we said once: only we know what we hold now. Who could not be joined, however often we tried, leads nobody.</summary>
    private bool IsBetter(Candidate candidate, Candidate than) =>
        candidate.CompareTo(than) > 0 && candidate.Id != state.Self && state.Config.IsVoter(candidate.Id) && !failedJoins.IsNoCandidate(candidate.Id, state.Now);

    private void Propose(Candidate candidate)
    {
        _proposal = candidate;
        _finalizeAt = null;
        _resendAfter = state.Options.VoteResendMin.Ticks;
        if (CountsFor(candidate)) Broadcast();
    }

    /// <summary>A quorum waits a little for a better vote; not when there is nobody left who could bring one: each is unreachable, has voted, or is with our candidate already.</summary>
    /// <remarks>Whoever follows another one, while a quorum looks, has only not noticed yet that its leader is gone: its vote is worth the wait.</remarks>
    private void Evaluate()
    {
        if (_proposal == Candidate.None || _votes.CountFor(_proposal, Round) + (CountsFor(_proposal) ? 1 : 0) < state.Config.QuorumSize)
        {
            _finalizeAt = null;
            return;
        }

        bool isComplete = state.Config.Voters.All(voter => voter.Id == state.Self || _unreachable.Contains(voter.Id) || _votes.IsLooking(voter.Id) || _votes.IsWith(voter.Id, _proposal.Id));
        if (isComplete) Finish();
        else _finalizeAt ??= state.Now.MonotonicTicks + state.Options.FinalizeWait.Ticks;
    }

    /// <summary>A leader with a disk that hangs would leave at once, and be elected again at the next tick.</summary>
    private void Finish()
    {
        if (_proposal.Id != state.Self) roles.Learn(_proposal.Id);
        else if (!state.IsDiskSilent) roles.Lead();
        else _finalizeAt = state.Now.MonotonicTicks;
    }

    /// <summary>The history this server stands for; none where it may not lead, was elected in vain too often, or knows that too few can reach it.</summary>
    private Candidate Own() =>
        state.IsAdmitted && state.HardState.RepairFloor is null && !failedJoins.IsNoCandidate(state.Self, state.Now) && failedJoins.ReachesQuorum(state.Config, state.Now, state.Options) ? new Candidate(state.HardState.CurrentEpoch, state.History.Last.Zxid, state.Self) : Candidate.None;

    /// <summary>A damaged server votes for whoever holds all that it once held.</summary>
    private bool CountsFor(Candidate candidate) => state.IsTrusted && candidate != Candidate.None && state.MayFollow(candidate.CurrentEpoch, candidate.LastZxid);

    private void Answer(ServerId to) => state.SendVote(to, MyVote());

    private void Broadcast()
    {
        foreach (Member voter in state.Config.Voters)
            if (voter.Id != state.Self) Answer(voter.Id);
        long jitter = state.Random.NextInt64((_resendAfter / 4) + 1);
        _resendAt = state.Now.MonotonicTicks + _resendAfter + jitter;
    }

    private Message.Vote MyVote() =>
        new(VoteState.Looking, Round, _proposal, CountsFor(_proposal), state.HardState.Incarnation, state.HardState.Generation, state.History.Last.Zxid, state.CommittedConfigVersion);

    /// <summary>What a server in a role answers to one that looks. Round and zxid of the election are long past: only the leader's id is compared.</summary>
    internal static Message.Vote InRole(PeerState state, VoteState role, ulong round, ServerId leader) =>
        new(role, round, new Candidate(state.HardState.CurrentEpoch, Zxid.None, leader), state.IsTrusted, state.HardState.Incarnation, state.HardState.Generation, state.History.Last.Zxid, state.CommittedConfigVersion);
}
