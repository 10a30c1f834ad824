namespace Zab.Acceptance;

/// <summary>A follower stops, its log is damaged, it starts again beside the others, which went on, and has everything in the end.</summary>
internal static class DamagedFollower
{
    internal static async Task RunAsync(Func<string, string> segment, Action<string> damage, bool wasTerminated)
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        ServerOfEnsemble leader = await ensemble.ServingAsync();
        ServerOfEnsemble follower = ensemble.Servers.First(s => s != leader);
        await using var load = new WriteLoad([.. ensemble.Servers.Where(s => s != follower).Select(static s => s.Http)], clients: 8);
        await load.AdvanceAsync(100);
        if (wasTerminated) await follower.TerminateAsync();
        else await follower.KillAsync();

        damage(segment(follower.Directory));
        follower.Start();
        await ensemble.ServingAsync();
        await load.AdvanceAsync(50);
        await load.StopAsync();

        await Verifier.VerifyAsync(ensemble, load.Records);
    }
}
