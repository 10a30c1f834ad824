namespace Zab.Core;

/// <summary>Leaders that did not bring this server up: they refused, or could not be reached. The first few times mean little; then asking again waits, ever longer.</summary>
/// <remarks>
/// A server whose votes arrive, and that cannot be reached, would be elected again and again where its history is the best: one direction of its network is lost, or only
/// one of its links is left. So it is no candidate for those who have tried, nor for itself where no quorum came when it was elected, for a while that is longer than an
/// election: whether somebody else may lead is for discovery to decide. The while ends, for it may be the only one that holds what was acknowledged.
/// </remarks>
internal sealed class FailedJoins
{
    private const int AtOnce = 3;
    private const int DoublingsMax = 16;

    private readonly SortedDictionary<ServerId, Failures> _failures = [];

    /// <summary>Joining this leader has failed; or leading has, where it is this server itself.</summary>
    internal void Add(ServerId leader, bool wasUnreachable, Instant now, PeerOptions options)
    {
        Failures failures = _failures.GetValueOrDefault(leader);
        int count = failures.Count + 1, unreached = failures.Unreached + (wasUnreachable ? 1 : 0);
        _failures[leader] = new Failures(
            count,
            unreached,
            After(count, options.VoteResendMin, options.VoteResendMax),
            wasUnreachable ? After(unreached, options.VoteResendMax, options.InitLimit) : failures.ElectedNotBefore);

        long After(int failed, TimeSpan first, TimeSpan atMost) =>
            failed <= AtOnce ? 0 : now.MonotonicTicks + Math.Min(first.Ticks << Math.Min(failed - AtOnce - 1, DoublingsMax), atMost.Ticks);
    }

    /// <summary>Whether joining this leader, which others follow, has to wait.</summary>
    internal bool IsTooSoon(ServerId leader, Instant now) => now.MonotonicTicks < _failures.GetValueOrDefault(leader).JoinedNotBefore;

    /// <summary>Whether this server is not to be elected by us for now.</summary>
    internal bool IsNoCandidate(ServerId server, Instant now) => now.MonotonicTicks < _failures.GetValueOrDefault(server).ElectedNotBefore;

    internal void Clear() => _failures.Clear();

    private readonly record struct Failures(int Count, int Unreached, long JoinedNotBefore, long ElectedNotBefore);
}
