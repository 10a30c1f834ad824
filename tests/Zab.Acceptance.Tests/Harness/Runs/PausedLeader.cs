using System.Diagnostics;

namespace Zab.Acceptance;

/// <summary>The leader is frozen for a while, with calls waiting in its sockets, and wakes up believing that it leads.</summary>
internal sealed class PausedLeader(TimeSpan pause, int clients, Action<string> report)
{
    private const int CallsInItsSockets = 4;

    internal async Task RunAsync()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        ServerOfEnsemble old = await ensemble.ServingAsync();
        uint epoch = (await old.StatusAsync("to lead", static s => s.IsLeader, EnsembleOfProcesses.Patience)).Epoch;
        await using var load = new WriteLoad([.. ensemble.Except(old).Select(static s => s.Http)], clients);
        await load.AdvanceAsync(clients * 10);

        long frozen = Stopwatch.GetTimestamp();
        old.Process!.Freeze();
        ServerStatus successor = await ensemble.LeaderAfterAsync(epoch, EnsembleOfProcesses.Patience, except: old);
        report(FormattableString.Invariant($"leader {old.Id} frozen; server {successor.ServerId} leads after {Stopwatch.GetElapsedTime(frozen).TotalMilliseconds:0} ms"));

        // These wait in the sockets of the frozen server, and are the first that it sees when it wakes.
        await load.AdvanceAsync(clients * 10);
        var calls = new CallsToOldLeader(old, load);
        for (int i = 0; i < CallsInItsSockets; i++) _ = calls.BeginAsync();
        await load.RunForAsync(pause - Stopwatch.GetElapsedTime(frozen));
        await load.AdvanceAsync(clients);

        old.Process.Thaw();
        await Until.TrueAsync("the old leader to follow", EnsembleOfProcesses.Patience, async () =>
        {
            await calls.BeginAsync();
            return await old.TryStatusAsync() is { HasLeader: true } status && status.Epoch > epoch;
        });
        await load.StopAsync();
        report($"thawed: {await calls.JudgeAsync(ensemble)}");
    }
}
