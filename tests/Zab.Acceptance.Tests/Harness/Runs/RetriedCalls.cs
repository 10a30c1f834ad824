using System.Globalization;

namespace Zab.Acceptance;

/// <summary>Callers repeat each call with its number until it is answered, while one leader after the other is killed: every call counts once, none is left open.</summary>
internal sealed class RetriedCalls(int kills, int clients, Action<string> report)
{
    internal async Task RunAsync()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        await using var load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], clients);
        for (int kill = 0; kill < kills; kill++)
        {
            await load.AdvanceAsync(5 * clients);
            ServerOfEnsemble leader = await ensemble.ServingAsync();
            uint epoch = (await leader.StatusAsync("a status", static _ => true, EnsembleOfProcesses.Patience)).Epoch;
            await leader.KillAsync();
            await ensemble.LeaderAfterAsync(epoch, EnsembleOfProcesses.Patience);
            await load.AdvanceAsync(5 * clients);
            leader.Start();
        }

        await ensemble.ServingAsync();
        await load.StopAsync();
        ServerStatus status = await Verifier.VerifyAsync(ensemble, load.Records);
        if (load.Records.Count(static r => !r.IsAcknowledged) is > 0 and var open) throw new AcceptanceException($"{open} calls have no answer.");
        if (load.Failures == 0) throw new AcceptanceException("No call had to be repeated: this proves nothing.");
        int calls = load.Records.Count(static r => r.IsIncrement);
        long counter = long.Parse((await ensemble[status.ServerId].Http.GetAsync(WriteLoad.Counter, CancellationToken.None)).Text, CultureInfo.InvariantCulture);
        if (counter != calls) throw new AcceptanceException($"The counter is {counter} after {calls} increments.");
        report($"{kills} leaders killed; {load.Failures} attempts had to be repeated; {calls} increments, and the counter is {counter}");
    }
}
