using System.Diagnostics;

namespace Zab.Acceptance;

/// <summary>Every server is killed and started again at random moments, each by itself, for a while; then all are left alone.</summary>
internal sealed class RestartStorm(TimeSpan duration, TimeSpan calmLimit, int seed, Action<string> report)
{
    private const int Servers = 5;
    private const int Clients = 8;
    private static readonly TimeSpan LifeMin = TimeSpan.FromMilliseconds(200), LifeMax = TimeSpan.FromSeconds(2);

    internal async Task RunAsync()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(new() { Voters = Servers });
        await using var load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], Clients, longestSilence: duration);
        await load.AdvanceAsync(10 * Clients);
        ServerStatus before = await (await ensemble.ServingAsync()).StatusAsync("a status", static _ => true, EnsembleOfProcesses.Patience);

        int written = load.Acknowledged;
        int[] restarts = await Task.WhenAll(ensemble.Servers.Select(server => StormAsync(server, new Random(seed + (int)server.Id))));
        int inStorm = load.Acknowledged - written;

        long calm = Stopwatch.GetTimestamp();
        await ensemble.ServingAsync();
        TimeSpan recovered = Stopwatch.GetElapsedTime(calm);
        await load.AdvanceAsync(10 * Clients);
        ServerStatus steady = await (await ensemble.ServingAsync()).StatusAsync("a status", static _ => true, EnsembleOfProcesses.Patience);
        await load.StopAsync();
        ServerStatus after = await Verifier.VerifyAsync(ensemble, load.Records);

        report(FormattableString.Invariant($"{restarts.Sum()} restarts, {inStorm} writes acknowledged meanwhile; every server served {recovered.TotalSeconds:0.0} s after the last one; {after.Epoch - before.Epoch} epochs; {load.Records.Count} writes, none lost, none twice"));
        if (recovered > calmLimit) throw new AcceptanceException($"It took {recovered.TotalSeconds:0.0} s until every server followed one leader.");
        if (after.Epoch - before.Epoch > restarts.Sum()) throw new AcceptanceException($"There were {after.Epoch - before.Epoch} epochs for {restarts.Sum()} restarts.");
        if (after.Epoch != steady.Epoch) throw new AcceptanceException($"The leader of epoch {steady.Epoch} was not the last one: {after}");
    }

    /// <summary>Gives how often the server was started again.</summary>
    private async Task<int> StormAsync(ServerOfEnsemble server, Random random)
    {
        long start = Stopwatch.GetTimestamp();
        int restarts = 0;
        for (; Stopwatch.GetElapsedTime(start) < duration; restarts++)
        {
            await Task.Delay(random.Next((int)LifeMin.TotalMilliseconds, (int)LifeMax.TotalMilliseconds));
            await server.KillAsync();
            server.Start();
        }

        return restarts;
    }
}
