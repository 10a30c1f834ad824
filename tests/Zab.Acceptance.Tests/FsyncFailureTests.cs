using System.Diagnostics;
using Xunit;

namespace Zab.Acceptance;

/// <summary>fsync and fdatasync of a real server fail with EIO, by strace: the server stops, and acknowledges nothing more.</summary>
/// <remarks>.NET's own flush returns normally when fsync fails on Linux; so this can only be shown with a real kernel answer.</remarks>
public sealed class FsyncFailureTests
{
    /// <summary>Counted by thread. Beyond what a start needs, so that the failure comes under load.</summary>
    private const int FirstFailing = 60;

    [StraceFact]
    public async Task B06_a_server_alone_acknowledges_nothing_that_began_after_its_fsync_failed()
    {
        await using var ensemble = new EnsembleOfProcesses(new() { Voters = 1 });
        string trace = Path.Combine(ensemble.ScratchDirectory, "trace");
        ensemble[1].Start(tracer: Tracer(trace));
        await ensemble.ServingAsync();
        double clock = WallClock() - Monotonic();
        var writes = new List<(double Began, bool IsAcknowledged)>();
        while (ensemble[1].IsRunning)
        {
            double began = Monotonic();
            bool acknowledged = await AcknowledgedAsync(ensemble[1].Http, $"k{writes.Count}");
            writes.Add((began, acknowledged));
        }

        int exitCode = await ensemble[1].Process!.ExitedAsync(EnsembleOfProcesses.Patience);
        double failed = await Strace.FirstInjectionAsync(trace) - clock;

        Assert.NotEqual(0, exitCode);
        Assert.Contains(writes, w => w.IsAcknowledged && w.Began < failed);
        Assert.DoesNotContain(writes, w => w.IsAcknowledged && w.Began > failed);
        Assert.Contains("fdatasync", ensemble[1].Process!.Output);
    }

    [StraceFact]
    public async Task B06_a_leader_whose_fsync_fails_stops_and_another_leads_with_everything()
    {
        await using var ensemble = new EnsembleOfProcesses();
        ServerOfEnsemble leader = ensemble[3];
        leader.Start(tracer: Tracer("/dev/null"));
        ensemble.StartAll();
        await ensemble.LedByAsync(leader);
        uint epoch = (await leader.StatusAsync("to lead", static s => s.IsLeader, EnsembleOfProcesses.Patience)).Epoch;
        await using var load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], clients: 8);

        int exitCode = await leader.Process!.ExitedAsync(EnsembleOfProcesses.Patience);
        Assert.NotEqual(0, exitCode);
        await ensemble.LeaderAfterAsync(epoch, EnsembleOfProcesses.Patience);
        await load.AdvanceAsync(50);
        leader.Start();
        await ensemble.ServingAsync();
        await load.StopAsync();

        await Verifier.VerifyAsync(ensemble, load.Records);
    }

    private static string[] Tracer(string output) => Strace.Injecting("fsync,fdatasync", FormattableString.Invariant($"error=EIO:when={FirstFailing}+"), output);

    private static async Task<bool> AcknowledgedAsync(KvEndpoint server, string key)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            return (await server.PutAsync(key, key, limit.Token)).IsSuccess;
        }
        catch (Exception e) when (KvEndpoint.IsUnreachable(e))
        {
            return false;
        }
    }

    private static double WallClock() => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalSeconds;

    private static double Monotonic() => (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency;
}
