namespace Zab.Core;

/// <summary>A linearizable read that waits at the leader: of a caller here, or of a learner's.</summary>
internal readonly record struct PendingRead(ulong Id, ChannelId? Learner);

/// <summary>Linearizable reads by quorum rounds: a read is served only by a round of pings that began after it arrived, and reads that arrive meanwhile share the next one.</summary>
internal sealed class ReadRounds
{
    private readonly SortedSet<ServerId> _answered = [];
    private List<PendingRead> _waiting = [];
    private List<PendingRead> _inRound = [];

    /// <summary>Invariant: &gt; 0 while reads are in a round; every ping that was sent since carries at least this nonce.</summary>
    internal ulong Nonce { get; private set; }

    /// <summary>What was committed when the round began: everything acknowledged before its reads arrived.</summary>
    internal Zxid Index { get; private set; }

    internal bool IsRunning => _inRound.Count > 0;

    internal int Count => _waiting.Count + _inRound.Count;

    internal void Add(PendingRead read) => _waiting.Add(read);

    /// <summary>Begins a round for all that wait; false where one is running, or none waits.</summary>
    internal bool TryBegin(ulong nonce, Zxid committed)
    {
        if (IsRunning || _waiting.Count == 0) return false;
        (_inRound, _waiting) = (_waiting, _inRound);
        _answered.Clear();
        Nonce = nonce;
        Index = committed;
        return true;
    }

    internal void Answered(ServerId voter, ulong nonce)
    {
        if (IsRunning && nonce >= Nonce) _answered.Add(voter);
    }

    /// <summary>The reads of the round, once the leader and those who answered are a quorum.</summary>
    internal IReadOnlyList<PendingRead>? TryComplete(int quorumSize)
    {
        if (!IsRunning || _answered.Count + 1 < quorumSize) return null;
        List<PendingRead> done = _inRound;
        _inRound = [];
        return done;
    }

    internal IEnumerable<PendingRead> All => _inRound.Concat(_waiting);
}
