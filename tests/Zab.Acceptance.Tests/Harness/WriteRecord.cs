namespace Zab.Acceptance;

/// <summary>One write as its caller saw it. Times are of one monotonic clock.</summary>
/// <param name="Client">Which caller.</param>
/// <param name="Key">The key that was written.</param>
/// <param name="Value">What was put; of an increment, the number it answered, or null while that is not known.</param>
/// <param name="IsIncrement">Whether it counts up, and must count once.</param>
/// <param name="Zxid">The zxid of the answer; null where the answer is not known.</param>
/// <param name="Began">When the caller made the call.</param>
/// <param name="Ended">When its answer came, or when it was given up.</param>
internal readonly record struct WriteRecord(int Client, string Key, string? Value, bool IsIncrement, Zxid? Zxid, long Began, long Ended)
{
    internal bool IsAcknowledged => Zxid is not null;
}
