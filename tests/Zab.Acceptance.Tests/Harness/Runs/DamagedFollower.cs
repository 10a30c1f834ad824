namespace Zab.Acceptance;

/// <summary>One way to damage the newest log segment of a server that does not run.</summary>
/// <param name="Name">For people.</param>
/// <param name="WasTerminated">Whether the server ended by SIGTERM, with everything it wrote known to be durable; else by kill -9.</param>
/// <param name="Damage">Does it, to the file.</param>
internal sealed record LogDamage(string Name, bool WasTerminated, Action<string> Damage)
{
    internal static LogDamage CutBeforeEndOfLastRecord(int bytes, bool wasTerminated) =>
        new($"cut {bytes} bytes before the end of the last record", wasTerminated, file => LogFiles.CutBeforeEndOfLastRecord(file, bytes));

    internal static LogDamage CutEndOfFile(int bytes, bool wasTerminated) =>
        new($"cut {bytes} bytes off the file", wasTerminated, file => LogFiles.CutEndOfFile(file, bytes));
}

/// <summary>A follower stops, its log is damaged, it starts again beside the others, which went on, and has everything in the end; again and again.</summary>
internal static class DamagedFollower
{
    internal static async Task RunAsync(IEnumerable<LogDamage> damages, Action<string> report)
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        var records = new List<WriteRecord>();
        int round = 0;
        foreach (LogDamage damage in damages)
        {
            ServerOfEnsemble leader = await ensemble.ServingAsync();
            ServerOfEnsemble follower = ensemble.Servers.First(s => s != leader);
            await using var load = new WriteLoad([.. ensemble.Servers.Where(s => s != follower).Select(static s => s.Http)], clients: 8, $"damage-{++round}");
            await load.AdvanceAsync(100);
            if (damage.WasTerminated) await follower.TerminateAsync();
            else await follower.KillAsync();

            damage.Damage(LogFiles.Newest(follower.Directory));
            follower.Start();
            await ensemble.ServingAsync();
            await load.AdvanceAsync(50);
            await load.StopAsync();
            int lookFrom = records.Count;
            records.AddRange(load.Records);
            await Verifier.VerifyAsync(ensemble, records, lookFrom);
            report($"{damage.Name} after a {(damage.WasTerminated ? "SIGTERM" : "kill -9")}: caught up, nothing lost");
        }

        await Verifier.VerifyAsync(ensemble, records);
    }
}
