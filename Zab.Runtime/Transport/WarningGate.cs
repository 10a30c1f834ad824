namespace Zab.Transport;

/// <summary>Lets one warning through in an interval, and counts the others.</summary>
internal sealed class WarningGate(TimeSpan interval)
{
    private readonly Lock _gate = new();
    private long _nextMilliseconds = long.MinValue;
    private int _leftOut;

    /// <summary>Whether to warn now; <paramref name="leftOut"/> is how many were not let through since the last one.</summary>
    internal bool TryPass(out int leftOut)
    {
        lock (_gate)
        {
            long now = Environment.TickCount64;
            leftOut = _leftOut;
            if (now < _nextMilliseconds)
            {
                _leftOut++;
                return false;
            }

            _nextMilliseconds = now + (long)interval.TotalMilliseconds;
            _leftOut = 0;
            return true;
        }
    }
}
