using System.Globalization;

namespace Zab.Acceptance;

/// <summary>What must hold of the answers that callers got, whatever happened to the servers.</summary>
/// <remarks>
/// <code>
/// rule  of all acknowledged writes
///  A    no two have the same zxid
///  B    one that began after another was answered has the greater zxid
///  C    the counter's answers ascend with their zxids, and none comes twice: no increment took effect twice
///  D    they leave out no more numbers than there are increments without an answer: nothing else counted
/// </code>
/// </remarks>
internal static class HistoryRules
{
    /// <summary>The first rule that is broken, in words; null where all hold.</summary>
    internal static string? Broken(IReadOnlyCollection<WriteRecord> records)
    {
        WriteRecord[] ordered = [.. records.Where(static r => r.IsAcknowledged).OrderBy(static r => r.Zxid!.Value)];
        return SameZxid(ordered) ?? AgainstTime(ordered) ?? Counted(ordered, records.Count(static r => r is { IsIncrement: true, IsAcknowledged: false }));
    }

    private static string? SameZxid(WriteRecord[] ordered)
    {
        for (int i = 1; i < ordered.Length; i++)
        {
            if (ordered[i].Zxid == ordered[i - 1].Zxid) return $"A: two writes have zxid {ordered[i].Zxid}: {ordered[i - 1]} and {ordered[i]}";
        }

        return null;
    }

    /// <summary>Seen from the last zxid down: no write may have ended before all of those above it began, which the least beginning tells.</summary>
    private static string? AgainstTime(WriteRecord[] ordered)
    {
        for (int i = ordered.Length - 2, later = ordered.Length - 1; i >= 0; i--)
        {
            // The one that ended first of all after i in the order must not have ended before i began.
            if (ordered[later].Ended < ordered[i].Began) return $"B: {ordered[later]} was answered before {ordered[i]} began, and has the greater zxid";
            if (ordered[i].Ended < ordered[later].Ended) later = i;
        }

        return null;
    }

    private static string? Counted(WriteRecord[] ordered, int unknown)
    {
        long last = 0, missing = 0;
        foreach (WriteRecord record in ordered.Where(static r => r.IsIncrement))
        {
            long value = long.Parse(record.Value!, CultureInfo.InvariantCulture);
            if (value <= last) return $"C: {record} answered {value} after {last} was answered at an earlier zxid";
            missing += value - last - 1;
            last = value;
        }

        return missing > unknown ? $"D: the counter's answers leave out {missing} numbers up to {last}, and only {unknown} increments have no answer" : null;
    }
}
