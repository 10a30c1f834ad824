using Xunit;
using Zab.Storage;
using Zab.Testing;

namespace Zab.Tests.Storage;

/// <summary>Whatever a store is doing when the power goes, the next start finds what it has acknowledged, and nothing that it was not asked for.</summary>
public class CrashTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]                                         // The generation of a manifest that was only in the page cache was promised.
    [InlineData(2014)]                                      // A watermark that was only in the page cache was named as the end of a segment.
    [InlineData(3006)]                                      // The same, after a cut.
    [InlineData(6016)]                                      // A new directory was marked as such only in the page cache.
    public void A_power_loss_before_any_operation_loses_nothing_that_was_acknowledged(int seed)
    {
        var script = new CrashScript((ulong)seed, steps: 28);
        for (int at = 0; Crash(script, at, (ulong)((seed * 100_000) + at), mergeBytes: seed % 2 * 1000); at++)
        {
        }
    }

    /// <summary>False where the script ended before the power went.</summary>
    private static bool Crash(CrashScript script, int at, ulong seed, int mergeBytes)
    {
        var random = new DeterministicRandom(seed);
        var disk = new SimulatedDisk(seed) { PowerLossAt = at };
        StoreOptions options = StoreRun.Options(mergeBytes: mergeBytes);
        CrashStep? current = null;
        bool wentDown = false;
        try
        {
            var run = new StoreRun(disk, options);
            foreach (CrashStep step in script.Steps)
            {
                current = step;
                step.Run(run);
            }
        }
        catch (Exception exception) when (exception is PowerLossException or StorageException { InnerException: PowerLossException })
        {
            wentDown = true;
        }

        string situation = $"seed {seed}, operation {at}, during {current?.Name ?? "the first start"}";
        IEnumerable<CrashModel> allowed = current is null ? [CrashModel.Empty] : wentDown ? current.Between() : [current.After];
        GoDown(disk, random);
        for (int interrupted = random.Next(3); interrupted > 0; interrupted--) InterruptedStart(disk, options, random);
        CrashModel found = Check(disk, options, situation, [.. allowed]);
        disk.LosePower();                                   // What it claimed at that start was durable by then.
        Check(disk, options, situation + ", after what it claimed", [found]);
        return wentDown;
    }

    private static void GoDown(SimulatedDisk disk, DeterministicRandom random)
    {
        if (random.Next(4) == 0) disk.KillProcess();
        else disk.LosePower();
    }

    /// <summary>The power goes again while the store is being opened.</summary>
    private static void InterruptedStart(SimulatedDisk disk, StoreOptions options, DeterministicRandom random)
    {
        disk.PowerLossAt = disk.Operations + random.Next(30);
        try
        {
            _ = new StoreRun(disk, options);
        }
        catch (PowerLossException)
        {
        }

        GoDown(disk, random);
    }

    private static CrashModel Check(SimulatedDisk disk, StoreOptions options, string situation, CrashModel[] allowed)
    {
        StoreRun run;
        try
        {
            run = new StoreRun(disk, options);
        }
        catch (StorageException exception)
        {
            throw new InvalidOperationException(situation, exception);
        }

        Assert.True(run.Recovered.Damage is null, $"{situation}: {run.Recovered.Damage}");
        Assert.Null(run.Recovered.HardState.RepairFloor);
        CrashModel? found = Array.Find(allowed, model => model.Matches(run));
        Assert.True(found is not null, $"{situation}: recovered {run.Recovered.History.Last}, epochs {run.HardState.AcceptedEpoch} and {run.HardState.CurrentEpoch}, snapshot {run.Recovered.Snapshot?.Point}; allowed are {string.Join("; ", allowed.Select(static model => $"{model.Last}, {model.Accepted} and {model.Current}, {model.Snapshot}"))}");
        found.CheckContent(run);
        return found;
    }
}
