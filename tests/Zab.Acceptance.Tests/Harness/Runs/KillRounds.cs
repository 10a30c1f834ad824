using System.Diagnostics;

namespace Zab.Acceptance;

/// <summary>What one round came to.</summary>
/// <param name="Round">Its number, from 1.</param>
/// <param name="Killed">The server that was killed.</param>
/// <param name="WasLeader">Whether it was the leader.</param>
/// <param name="NewLeaderAfter">From the kill to a survivor that says it leads.</param>
/// <param name="LongestSilence">The longest time in the round without an acknowledged write.</param>
/// <param name="WritesPerSecond">Acknowledged, over the whole round, the silence included.</param>
internal sealed record KillRound(int Round, uint Killed, bool WasLeader, TimeSpan NewLeaderAfter, TimeSpan LongestSilence, double WritesPerSecond)
{
    public override string ToString() => FormattableString.Invariant(
        $"round {Round}: kill -9 of server {Killed}{(WasLeader ? " (leader)" : "")}; a leader after {NewLeaderAfter.TotalMilliseconds:0} ms; longest silence {LongestSilence.TotalMilliseconds:0} ms; {WritesPerSecond:0} writes/s");
}

/// <summary>What a machine that does nothing else must keep to.</summary>
/// <param name="NewLeader">From a kill to a new leader.</param>
/// <param name="WritesPerSecondMin">With less load than this a round proves nothing, and is void.</param>
internal sealed record KillLimits(TimeSpan NewLeader, double WritesPerSecondMin);

/// <summary>Servers are killed under load and started again, round by round; what was acknowledged must be there, once, everywhere.</summary>
/// <remarks>Without limits, times are told and not judged.</remarks>
internal sealed class KillRounds(int rounds, TimeSpan roundLength, int clients, int seed, KillLimits? limits, Action<string> report)
{
    private readonly Random _random = new(seed);

    internal List<KillRound> Valid { get; } = [];

    /// <summary>Rounds with too little load to prove anything. They are checked all the same, and played again.</summary>
    internal List<KillRound> Void { get; } = [];

    /// <summary>Plays until enough rounds are valid; gives up where twice as many again are void.</summary>
    internal async Task RunAsync()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        var records = new List<WriteRecord>();
        for (int round = 1; Valid.Count < rounds; round++)
        {
            if (Void.Count > 2 * rounds) throw new AcceptanceException($"{Void.Count} rounds had fewer than {limits?.WritesPerSecondMin} acknowledged writes a second: this machine cannot prove anything. {Void[^1]}");
            KillRound played = await PlayAsync(ensemble, round, records);
            report(played.ToString());
            if (played.NewLeaderAfter > limits?.NewLeader) throw new AcceptanceException($"It took more than {limits.NewLeader.TotalSeconds} s to a new leader. {played}");
            (played.WritesPerSecond < limits?.WritesPerSecondMin ? Void : Valid).Add(played);
        }

        await Verifier.VerifyAsync(ensemble, records);
        int leaders = Valid.Count(static r => r.WasLeader);
        if (2 * leaders < Valid.Count) throw new AcceptanceException($"Only {leaders} of {Valid.Count} rounds killed the leader.");
        report(FormattableString.Invariant($"{Valid.Count} rounds, {leaders} of a leader, {Void.Count} void; slowest new leader {Valid.Max(static r => r.NewLeaderAfter).TotalMilliseconds:0} ms; {records.Count} writes, none lost, none twice"));
    }

    private async Task<KillRound> PlayAsync(EnsembleOfProcesses ensemble, int round, List<WriteRecord> records)
    {
        ServerOfEnsemble leader = await ensemble.ServingAsync();
        await using var load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], clients, $"round-{round}");
        await load.AdvanceAsync(clients * 10);
        long start = Stopwatch.GetTimestamp();
        int before = load.Acknowledged;

        // In at least half of the rounds that count, and in some of the others, the leader is killed.
        ServerOfEnsemble victim = 2 * Valid.Count(static r => r.WasLeader) <= Valid.Count ? leader : ensemble.Servers[_random.Next(ensemble.Servers.Count)];
        ServerStatus old = await leader.StatusAsync("a status", static _ => true, EnsembleOfProcesses.Patience);
        bool wasLeader = victim == leader && old.IsLeader;
        long killed = Stopwatch.GetTimestamp();
        await victim.KillAsync();
        await ensemble.LeaderAfterAsync(wasLeader ? old.Epoch : old.Epoch - 1, EnsembleOfProcesses.Patience, except: victim);
        TimeSpan newLeaderAfter = Stopwatch.GetElapsedTime(killed);

        await load.AdvanceAsync(clients);
        victim.Start();
        await ensemble.ServingAsync();
        await load.RunForAsync(roundLength - Stopwatch.GetElapsedTime(start));
        double writesPerSecond = (load.Acknowledged - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;
        await load.StopAsync();

        int lookFrom = records.Count;
        records.AddRange(load.Records);
        await Verifier.VerifyAsync(ensemble, records, lookFrom);
        return new KillRound(round, victim.Id, wasLeader, newLeaderAfter, LongestSilence(load.Records, start), writesPerSecond);
    }

    private static TimeSpan LongestSilence(IReadOnlyList<WriteRecord> records, long start)
    {
        long last = start, longest = 0;
        foreach (long ended in records.Where(r => r.IsAcknowledged && r.Ended > start).Select(static r => r.Ended).Order())
        {
            longest = Math.Max(longest, ended - last);
            last = ended;
        }

        return Stopwatch.GetElapsedTime(0, longest);
    }
}
