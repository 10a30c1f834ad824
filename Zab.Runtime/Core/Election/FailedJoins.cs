namespace Zab.Core;

/// <summary>Leaders that did not bring this server up: they refused, or could not be reached. The first few times mean little; then asking again waits, ever longer.</summary>
/// <remarks>
/// A server whose votes arrive, and that cannot be joined, would be elected again and again where its history is the best (one direction of its network is lost). So
/// it is no candidate for those who have tried, for a while that is longer than an election: whether somebody else may lead is for discovery to decide. The while ends,
/// for it may be the only one that holds what was acknowledged.
/// </remarks>
internal sealed class FailedJoins
{
    private const int AtOnce = 3;
    private const int DoublingsMax = 16;

    private readonly SortedDictionary<ServerId, Failures> _failures = [];

    internal void Add(ServerId leader, Instant now, PeerOptions options)
    {
        int count = _failures.GetValueOrDefault(leader).Count + 1;
        int doublings = Math.Min(count - AtOnce - 1, DoublingsMax);
        _failures[leader] = doublings < 0
            ? new Failures(count, 0, 0)
            : new Failures(count, After(options.VoteResendMin, options.VoteResendMax), After(options.VoteResendMax, options.InitLimit));

        long After(TimeSpan first, TimeSpan atMost) => now.MonotonicTicks + Math.Min(first.Ticks << doublings, atMost.Ticks);
    }

    /// <summary>Whether joining this leader, which others follow, has to wait.</summary>
    internal bool IsTooSoon(ServerId leader, Instant now) => now.MonotonicTicks < _failures.GetValueOrDefault(leader).JoinedNotBefore;

    /// <summary>Whether this server is not to be elected by us for now.</summary>
    internal bool IsNoCandidate(ServerId server, Instant now) => now.MonotonicTicks < _failures.GetValueOrDefault(server).ElectedNotBefore;

    internal void Clear() => _failures.Clear();

    private readonly record struct Failures(int Count, long JoinedNotBefore, long ElectedNotBefore);
}
