using System.Diagnostics;

namespace Zab.Acceptance;

/// <summary>Of five servers one never runs. Where it should be, connections are swallowed; and, to compare, refused. Leaders are killed in both, and the elections timed.</summary>
internal sealed class UnreachableHost(int rounds, Action<string> report)
{
    private const uint Missing = 5;

    /// <summary>The fastest elections of both: what others do to this machine only ever makes one slower.</summary>
    internal async Task<(TimeSpan Refused, TimeSpan Swallowed)> RunAsync()
    {
        using var hole = new BlackHole();
        if (!hole.Swallows(TimeSpan.FromMilliseconds(500))) throw new AcceptanceException("Connections to the black hole are answered.");
        int closed = Ports.Free(1)[0];
        (TimeSpan Refused, TimeSpan Swallowed) fastest = (await FastestAsync(closed), await FastestAsync(hole.Port));
        report(FormattableString.Invariant($"fastest of {rounds} elections: {fastest.Refused.TotalMilliseconds:0} ms where the host refuses, {fastest.Swallowed.TotalMilliseconds:0} ms where it swallows"));
        return fastest;
    }

    private async Task<TimeSpan> FastestAsync(int portOfMissing)
    {
        await using var ensemble = new EnsembleOfProcesses(new() { Voters = 5, Route = (_, dialed, port) => dialed == Missing ? portOfMissing : port });
        ServerOfEnsemble[] present = ensemble.Except(ensemble[Missing]);
        await Task.WhenAll(present.Select(static s => s.InitAsync("shop")));
        foreach (ServerOfEnsemble server in present) server.Start();
        var times = new List<TimeSpan>();
        for (int round = 0; round < rounds; round++)
        {
            ServerOfEnsemble leader = await ensemble.ServingAsync();
            uint epoch = (await leader.StatusAsync("to lead", static s => s.IsLeader, EnsembleOfProcesses.Patience)).Epoch;
            long killed = Stopwatch.GetTimestamp();
            await leader.KillAsync();
            await ensemble.LeaderAfterAsync(epoch, EnsembleOfProcesses.Patience);
            times.Add(Stopwatch.GetElapsedTime(killed));
            leader.Start();
        }

        report("elections: " + string.Join(", ", times.Select(static t => FormattableString.Invariant($"{t.TotalMilliseconds:0} ms"))));
        return times.Min();
    }
}
