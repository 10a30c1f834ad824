using System.Diagnostics;

namespace Zab.Acceptance;

/// <summary>One flush of the leader does not return for long, by strace; everything else of it goes on: a disk that hangs, and answers after all.</summary>
internal sealed class StalledDisk(TimeSpan stall, int clients, Action<string> report)
{
    /// <summary>Counted by thread. Beyond what a start needs, so that the stall comes under load. It ends with the tracer.</summary>
    private const string Fault = "delay_enter=86400000000:when=60";

    internal async Task RunAsync()
    {
        await using var ensemble = new EnsembleOfProcesses();
        ServerOfEnsemble old = ensemble[3];
        old.Start(Strace.Injecting("fsync,fdatasync", Fault, "/dev/null"));
        ensemble.StartAll();
        await ensemble.LedByAsync(old);
        uint epoch = (await old.StatusAsync("to lead", static s => s.IsLeader, EnsembleOfProcesses.Patience)).Epoch;
        await using var load = new WriteLoad([.. ensemble.Except(old).Select(static s => s.Http)], clients);
        var calls = new CallsToOldLeader(old, load);

        ServerStatus successor = await ensemble.LeaderAfterAsync(epoch, EnsembleOfProcesses.Patience, except: old);
        await old.StatusAsync("not to lead any more", static s => !s.IsLeader, EnsembleOfProcesses.Patience);
        report($"the disk of leader {old.Id} does not answer; server {successor.ServerId} leads");
        long start = Stopwatch.GetTimestamp();
        do
        {
            await load.AdvanceAsync(clients);
            await calls.BeginAsync();
        }
        while (Stopwatch.GetElapsedTime(start) < stall);

        old.Process!.LeaveTracer();
        await Until.TrueAsync("the old leader to follow", EnsembleOfProcesses.Patience, async () =>
        {
            await calls.BeginAsync();
            return await old.TryStatusAsync() is { HasLeader: true } status && status.Epoch > epoch;
        });
        await load.AdvanceAsync(clients);
        await load.StopAsync();
        report($"it answers: {await calls.JudgeAsync(ensemble)}");
    }
}
