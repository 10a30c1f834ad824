namespace Zab.Testing;

/// <summary>The clock of one machine: it drifts, and it jumps. Production code reads it as it reads a real one.</summary>
/// <remarks>Monotonic time never goes back. Wall time is monotonic time plus an offset that may jump either way.</remarks>
internal sealed class MachineClock(World world) : TimeProvider
{
    /// <summary>2026-01-01, in UTC ticks.</summary>
    private const long Beginning = 639_028_224_000_000_000;

    private readonly List<MachineTimer> _timers = [];

    private World World => world;

    private long _anchor;               // Simulated time at which the rate last changed,
    private long _local;                // and the local time then.
    private long _perMillion = 1_000_000;
    private long _wallOffset;

    /// <summary>Who the timers belong to: none of them fires in a life that is over, or while the process is paused.</summary>
    internal ServerLife? Life { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    internal long Local => _local + Scale(world.Time.Now - _anchor, _perMillion, 1_000_000);

    public override long GetTimestamp() => Local;

    public override DateTimeOffset GetUtcNow() => new(Beginning + Local + _wallOffset, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new MachineTimer(this, Life, callback, state);
        if (!world.IsPutOff(() => _timers.Add(timer))) _timers.Add(timer);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Simulated ticks until so many local ones have passed.</summary>
    internal long Until(long localTicks) => localTicks <= 0 ? 0 : Scale(localTicks, 1_000_000, _perMillion) + 1;

    /// <summary>From now on it runs at this speed, in parts of a million of the true one.</summary>
    internal void Drift(long perMillion)
    {
        (_local, _anchor, _perMillion) = (Local, world.Time.Now, perMillion);
        Reschedule();
    }

    internal void JumpAhead(long ticks)
    {
        _local += ticks;
        Reschedule();
    }

    private void CountFired() => FiredTimers++;

    internal long FiredTimers { get; private set; }

    internal void JumpWall(long ticks) => _wallOffset += ticks;

    internal void Forget(ServerLife life) => _timers.RemoveAll(timer => timer.Life == life);

    internal void Reschedule()
    {
        foreach (MachineTimer timer in _timers.ToArray()) timer.Schedule();
    }

    private static long Scale(long ticks, long by, long over) => (long)((Int128)ticks * by / over);

    private sealed class MachineTimer(MachineClock clock, ServerLife? life, TimerCallback callback, object? state) : ITimer
    {
        private long _due = long.MaxValue;      // Local.
        private long _period;
        private int _version;

        internal ServerLife? Life => life;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (clock.World.IsPutOff(() => Change(dueTime, period))) return true;
            _due = dueTime < TimeSpan.Zero ? long.MaxValue : clock.Local + dueTime.Ticks;
            _period = period <= TimeSpan.Zero ? 0 : period.Ticks;
            Schedule();
            return true;
        }

        public void Dispose()
        {
            if (clock.World.IsPutOff(Dispose)) return;
            _due = long.MaxValue;
            clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Schedule()
        {
            int version = ++_version;
            if (_due == long.MaxValue) return;
            clock.Plan(clock.Until(_due - clock.Local), () =>
            {
                if (version == _version) Fire();
            });
        }

        private void Fire()
        {
            if (life is { IsOver: true }) return;
            if (life is { Server.IsPaused: true })
            {
                life.Server.OnResume(Schedule);
                return;
            }

            if (clock.Local < _due)
            {
                Schedule();
                return;
            }

            clock.CountFired();
            _due = _period > 0 ? clock.Local + _period : long.MaxValue;
            Schedule();
            callback(state);
        }
    }

    private void Plan(long ticks, Action what) => world.Time.After(ticks, what);
}
