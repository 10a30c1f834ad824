using Zab.Core;

namespace Zab.Replica;

/// <summary>The only place that looks at a clock.</summary>
internal sealed class ReplicaClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();     // Measured from here, so that the product below keeps its precision.

    internal Instant Now => new(MonotonicTicks, time.GetUtcNow().UtcTicks);

    internal long MonotonicTicks => time.GetElapsedTime(_start).Ticks;
}

/// <summary>When the next tick is due.</summary>
internal sealed class Ticker(TimeSpan period)
{
    private long _due;
    private bool _isDeferred;

    internal TimeSpan Until(long now) => new(Math.Max(0, _due - now));

    /// <summary>
    /// <code>
    /// case  now                                     tick
    /// A     before the next is due                  no
    /// B     due, or late by less than a pause       yes
    /// C     so late that the process was paused     no: what the sockets hold comes first, for one more period
    /// D     late again after C                      yes, one for all that were missed
    /// </code>
    /// </summary>
    /// <param name="now">By the monotonic clock.</param>
    /// <param name="paused">In case C, for how long; else zero.</param>
    internal bool IsDue(long now, out TimeSpan paused)
    {
        paused = TimeSpan.Zero;
        if (now < _due) return false;                                                           // A
        long late = now - _due;
        _isDeferred = !_isDeferred && _due != 0 && late > DriverLimits.PausedPeriods * period.Ticks;
        _due = now + period.Ticks;
        if (_isDeferred) paused = new TimeSpan(late);                                           // C
        return !_isDeferred;                                                                    // B, D
    }
}
