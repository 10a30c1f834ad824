using Xunit;

namespace Zab.Acceptance;

/// <summary>Damage to snapshots of servers that do not run.</summary>
public sealed class DamagedSnapshotTests
{
    private const int ValueBytes = 16 * 1024, SnapshotEvery = 256 * 1024;

    /// <summary>A server alone: there is nobody that it could be repaired from.</summary>
    [Fact]
    public async Task T07_a_flipped_bit_in_the_newest_snapshot_costs_nothing_while_an_older_one_is_there()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(new() { Voters = 1, SnapshotEvery = SnapshotEvery });
        ServerOfEnsemble server = ensemble[1];
        var values = new LargeValues(ValueBytes);
        await Until.TrueAsync("two snapshots", EnsembleOfProcesses.Patience, async () =>
        {
            await values.PutAsync(server.Http, 8);
            return LogFiles.Snapshots(server.Directory).Length >= 2;
        });
        ServerStatus before = await ensemble.ConvergedAsync();
        await server.TerminateAsync();
        LogFiles.FlipBit(LogFiles.Snapshots(server.Directory)[^1]);

        server.Start();
        await ensemble.ServingAsync();

        // Started by itself it leads a new epoch, and what it holds is what it held.
        Assert.Equal(before.Digest, (await ensemble.ConvergedAsync()).Digest);
        await values.VerifyAsync(ensemble);
    }

    [Fact]
    public async Task T09_without_any_snapshot_a_log_that_begins_in_the_middle_is_no_history()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(new() { SnapshotEvery = SnapshotEvery });
        ServerOfEnsemble leader = await ensemble.ServingAsync();
        ServerOfEnsemble damaged = ensemble.Except(leader)[0];
        var values = new LargeValues(ValueBytes);
        await values.PutAsync(leader.Http, 80);
        await damaged.TerminateAsync();
        string first = LogFiles.Fullest(damaged.Directory);
        damaged.Start();
        await ensemble.ServingAsync();
        await Until.TrueAsync($"{first} to be compacted", EnsembleOfProcesses.Patience, async () =>
        {
            await values.PutAsync(leader.Http, 8);
            return !File.Exists(first);
        });
        await ensemble.ConvergedAsync();
        await ensemble.TerminateAllAsync();
        foreach (string snapshot in LogFiles.Snapshots(damaged.Directory)) File.Delete(snapshot);

        damaged.Start();
        ServerStatus found = await damaged.StatusAsync("to be recovering", static s => s.Role == "recovering", EnsembleOfProcesses.Patience);
        Assert.Contains("snapshot", found.Reason);

        ensemble.StartAll();
        await ensemble.ServingAsync();
        await values.VerifyAsync(ensemble);
    }
}
