using System.Globalization;
using System.Text;
using Zab;

namespace KeyValueStore;

/// <summary>Values by key, the same on every server.</summary>
[Replicated]
public sealed partial class KeyValue
{
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    [Command] public WriteResult Put(string key, byte[] value) => Set(key, value, WriteOutcome.Done);
    [Command] public WriteResult Delete(string key) => new(_values.Remove(key) ? WriteOutcome.Done : WriteOutcome.NotFound);
    [Query] public byte[]? Get(string key) => _values.GetValueOrDefault(key);

    [Command]
    public WriteResult CompareAndSet(string key, byte[]? expected, byte[] value)
    {
        byte[]? current = Get(key);
        bool isExpected = expected is null ? current is null : current is not null && current.AsSpan().SequenceEqual(expected);
        return isExpected ? Set(key, value, WriteOutcome.Done) : new(WriteOutcome.Different, current);
    }

    [Command]
    public WriteResult Increment(string key, long by)
    {
        long number = 0;
        if (Get(key) is { } text && !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)) return new(WriteOutcome.NotANumber);
        if (by > 0 ? number > long.MaxValue - by : number < long.MinValue - by) return new(WriteOutcome.Overflow);
        byte[] sum = Encoding.ASCII.GetBytes((number + by).ToString(CultureInfo.InvariantCulture));
        return Set(key, sum, WriteOutcome.Counted) with { Value = sum };
    }

    private WriteResult Set(string key, byte[] value, WriteOutcome outcome)
    {
        _values[key] = value;
        return new WriteResult(outcome);
    }
}
