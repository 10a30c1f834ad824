using Zab.Core;
using Zab.Replica;

namespace Zab.Tests.Replica.Driver;

/// <summary>Logs to begin with.</summary>
internal static class Entries
{
    /// <summary>The counter's class, a session, then additions of 1: a log of that many entries in all.</summary>
    internal static Entry[] Counting(int count) => [.. CountingRun(count).Log];

    internal static Run CountingRun(int count)
    {
        Run run = Run.WithCounter(out Session session);
        for (ulong number = 1; run.Log.Count < count; number++) run.Count(session, number, 1);
        return run;
    }
}
