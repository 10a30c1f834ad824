using Xunit;
using Zab.Replica;

namespace Zab.Tests.Calls;

/// <summary>When a leader may end a session for its silence.</summary>
public sealed class SessionClockTests
{
    private static readonly SessionId _a = new(1);
    private static readonly SessionId _b = new(2);
    private readonly ManualTime _time = new();
    private readonly SessionClock _clock;

    public SessionClockTests() => _clock = new SessionClock(_time);

    [Fact]
    public void A_silent_session_is_due_after_its_timeout_and_not_before()
    {
        _clock.Start([new SessionTimeout(_a, Seconds(10)), new SessionTimeout(_b, Seconds(20))]);
        Assert.Empty(After(9.999));
        Assert.Equal([_a], After(0.001));
        _clock.Closed(_a);
        Assert.Empty(After(9.999));
        Assert.Equal([_b], After(0.001));
        _clock.Closed(_b);
        Assert.Empty(After(1000));
        Assert.Equal(0, _clock.Count);
    }

    [Fact] // C05: as long as somebody hears of it, a session lives.
    public void A_touch_gives_the_whole_timeout_again()
    {
        _clock.Start([new SessionTimeout(_a, Seconds(10))]);
        for (int i = 0; i < 20; i++)
        {
            Assert.Empty(After(9));
            _clock.Touch(_a);
        }

        Assert.Empty(After(9.999));
        Assert.Equal([_a], After(0.001));
    }

    [Fact]
    public void What_is_due_is_due_again_until_it_has_ended()
    {
        _clock.Start([new SessionTimeout(_a, Seconds(10))]);
        Assert.Equal([_a], After(10));
        Assert.Empty(After(0));
        Assert.Equal([_a], After(SessionClock.DueAgain.TotalSeconds));
        _clock.Closed(_a);
        Assert.Empty(After(100));
    }

    [Fact]
    public void A_session_that_was_due_and_is_heard_from_before_it_ended_lives_on()
    {
        _clock.Start([new SessionTimeout(_a, Seconds(10))]);
        Assert.Equal([_a], After(10));
        _clock.Touch(_a);
        Assert.Empty(After(9.999));
        Assert.Equal([_a], After(0.001));
    }

    [Fact] // C05
    public void A_new_leader_gives_every_session_its_full_timeout()
    {
        _clock.Start([new SessionTimeout(_a, Seconds(10))]);
        After(9);
        _clock.Start([new SessionTimeout(_a, Seconds(10)), new SessionTimeout(_b, Seconds(10))]);
        Assert.Empty(After(9.999));
        Assert.Equal([_a, _b], After(0.001).Order(Comparer<SessionId>.Create(static (x, y) => x.Value.CompareTo(y.Value))));
    }

    [Fact]
    public void A_session_that_is_created_later_counts_from_then()
    {
        _clock.Start([]);
        After(100);
        _clock.Created(_a, Seconds(10));
        Assert.Empty(After(9.999));
        Assert.Equal([_a], After(0.001));
    }

    [Fact]
    public void What_does_not_live_is_ignored()
    {
        _clock.Start([]);
        _clock.Touch(_a);
        _clock.Closed(_a);
        Assert.Empty(After(1000));
    }

    [Fact]
    public void A_timeout_beyond_all_time_never_comes()
    {
        _clock.Start([new SessionTimeout(_a, TimeSpan.MaxValue)]);
        _clock.Touch(_a);
        Assert.Empty(After(TimeSpan.FromDays(100_000).TotalSeconds));
    }

    [Fact]
    public void Many_at_once_come_in_portions()
    {
        _clock.Start([.. Enumerable.Range(1, SessionClock.DueMax + 5).Select(static i => new SessionTimeout(new SessionId((ulong)i), Seconds(1)))]);
        IReadOnlyList<SessionId> first = After(1);
        IReadOnlyList<SessionId> second = After(0);
        Assert.Equal((SessionClock.DueMax, 5), (first.Count, second.Count));
        Assert.Empty(first.Intersect(second));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private IReadOnlyList<SessionId> After(double seconds)
    {
        _time.Advance(Seconds(seconds));
        return _clock.Due();
    }
}
