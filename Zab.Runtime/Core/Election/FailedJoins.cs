namespace Zab.Core;

/// <summary>Leaders that did not bring this server up: they refused, or could not be reached. The first few times mean little; then asking again waits, ever longer.</summary>
/// <remarks>
/// A server whose votes arrive, and that cannot be reached, would be elected again and again where its history is the best: one direction of its network is lost, or only
/// one of its links is left. So it is no candidate for those who have tried, nor for itself where no quorum came when it was elected, for a while that is longer than an
/// election: whether somebody else may lead is for discovery to decide. The while ends, for it may be the only one that holds what was acknowledged.
/// </remarks>
internal sealed class FailedJoins
{
    /// <summary>Refusals, and elections in vain, that mean little: roles were changing.</summary>
    private const int AtOnce = 3;

    /// <summary>Attempts without any answer that may have been bad luck.</summary>
    private const int UnansweredAtOnce = 1;

    private const int DoublingsMax = 16;

    private readonly SortedDictionary<ServerId, Failures> _failures = [];
    private readonly SortedSet<ServerId> _unreachable = [];       // Of those that nothing was heard from since.
    private long? _since;                                         // When it began to look.

    /// <summary>This leader was joined in vain.</summary>
    internal void Add(ServerId leader, bool wasAnswered, Instant now, PeerOptions options)
    {
        Failures failures = _failures.GetValueOrDefault(leader);
        failures = failures with { Count = failures.Count + 1, JoinedNotBefore = After(failures.Count - AtOnce, options.VoteResendMin, options.VoteResendMax, now) };
        if (!wasAnswered) failures = failures with { Unanswered = failures.Unanswered + 1, ElectedNotBefore = After(failures.Unanswered - UnansweredAtOnce, options.VoteResendMax, options.InitLimit, now) };
        _failures[leader] = failures;
    }

    /// <summary>This server itself was elected in vain: no quorum has come.</summary>
    internal void AddOwn(ServerId self, Instant now, PeerOptions options)
    {
        Failures failures = _failures.GetValueOrDefault(self);
        _failures[self] = failures with { Count = failures.Count + 1, ElectedNotBefore = After(failures.Count - AtOnce, options.VoteResendMax, options.InitLimit, now) };
    }

    /// <summary>Whether joining this leader, which others follow, has to wait.</summary>
    internal bool IsTooSoon(ServerId leader, Instant now) => now.MonotonicTicks < _failures.GetValueOrDefault(leader).JoinedNotBefore;

    /// <summary>Whether this server is not to be elected by us for now.</summary>
    internal bool IsNoCandidate(ServerId server, Instant now) => now.MonotonicTicks < _failures.GetValueOrDefault(server).ElectedNotBefore;

    internal void Unreachable(ServerId server) => _unreachable.Add(server);

    internal void HeardFrom(ServerId server) => _unreachable.Remove(server);

    /// <summary>This server looks for a leader, perhaps again.</summary>
    internal void Looks(Instant now) => _since ??= now.MonotonicTicks;

    /// <summary>Whether something must be wrong with the network, beyond a server that has died.</summary>
    internal bool HasLookedLong(Instant now, PeerOptions options) => _since is { } since && now.MonotonicTicks - since >= LookedLong(options).Ticks;

    /// <summary>No election takes as long as that.</summary>
    internal static TimeSpan LookedLong(PeerOptions options) => 2 * options.VoteResendMax;

    /// <summary>Whether this server can reach a quorum; while it has not looked for long, that is taken for granted.</summary>
    internal bool ReachesQuorum(Ensemble ensemble, Instant now, PeerOptions options) =>
        !HasLookedLong(now, options) || ensemble.Voters.Count(voter => !_unreachable.Contains(voter.Id)) >= ensemble.QuorumSize;

    internal void Clear()
    {
        _failures.Clear();
        _unreachable.Clear();
        _since = null;
    }

    /// <summary>Nothing is waited for while <paramref name="doublings"/> is negative.</summary>
    private static long After(int doublings, TimeSpan first, TimeSpan atMost, Instant now) =>
        doublings < 0 ? 0 : now.MonotonicTicks + Math.Min(first.Ticks << Math.Min(doublings, DoublingsMax), atMost.Ticks);

    private readonly record struct Failures(int Count, int Unanswered, long JoinedNotBefore, long ElectedNotBefore);
}
