namespace Zab.Core;

/// <summary>How often in a row one leader did not bring this server up: it refused, or could not be reached. The first few times mean little; then asking again waits, ever longer.</summary>
internal sealed class FailedJoins
{
    private const int AtOnce = 3;
    private const int DoublingsMax = 16;

    private ServerId? _leader;
    private int _count;
    private long _notBefore;

    internal void Add(ServerId leader, Instant now, PeerOptions options)
    {
        _count = leader == _leader ? _count + 1 : 1;
        _leader = leader;
        if (_count <= AtOnce) return;
        long wait = options.VoteResendMin.Ticks << Math.Min(_count - AtOnce - 1, DoublingsMax);
        _notBefore = now.MonotonicTicks + Math.Min(wait, options.VoteResendMax.Ticks);
    }

    internal bool IsTooSoon(ServerId leader, Instant now) => leader == _leader && _count > AtOnce && now.MonotonicTicks < _notBefore;

    internal void Clear() => (_leader, _count) = (null, 0);
}
