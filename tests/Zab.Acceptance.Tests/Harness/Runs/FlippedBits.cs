namespace Zab.Acceptance;

/// <summary>Bits flip on the way between servers, as behind a network card that miscounts: connections are closed for it, and nothing else comes of it.</summary>
internal sealed class FlippedBits(int perMillion, int flips, int valueBytes, Action<string> report)
{
    internal async Task RunAsync()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(new() { IsProxied = true });
        await using var load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], clients: 8, valueBytes: valueBytes);
        foreach (Way way in ensemble.Network.Ways) way.FlipsPerMillion = perMillion;
        await Until.TrueAsync($"{flips} flipped bits", EnsembleOfProcesses.Patience + TimeSpan.FromSeconds(flips), () =>
        {
            load.ThrowIfBroken();
            foreach (ServerOfEnsemble server in ensemble.Servers.Where(static s => !s.IsRunning)) throw new AcceptanceException($"Server {server.Id} has ended with {server.Process!.ExitCode}:\n{server.Process.Output}");
            return Task.FromResult(Flipped(ensemble) >= flips);
        }, ensemble.Describe);

        foreach (Way way in ensemble.Network.Ways) way.FlipsPerMillion = 0;
        await ensemble.ServingAsync();
        await load.AdvanceAsync(20);
        await load.StopAsync();
        ServerStatus status = await Verifier.VerifyAsync(ensemble, load.Records);

        // A start reads every entry of the log, and checks it.
        await ensemble.TerminateAllAsync();
        ensemble.StartAll();
        await ensemble.ServingAsync();
        ServerStatus again = await Verifier.VerifyAsync(ensemble, load.Records);
        if (again.Digest != status.Digest) throw new AcceptanceException($"The logs hold another state than the servers did: {status}, and then {again}");
        report($"{Flipped(ensemble)} bits flipped; {load.Records.Count} writes, none lost, none twice; epoch {status.Epoch} in the end");
    }

    private static long Flipped(EnsembleOfProcesses ensemble) => ensemble.Network.Ways.Sum(static way => way.Flipped);
}
