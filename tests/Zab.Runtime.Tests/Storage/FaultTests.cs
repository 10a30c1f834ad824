using Xunit;
using Zab.Core;
using Zab.Storage;
using Zab.Testing;

namespace Zab.Tests.Storage;

/// <summary>A disk that says no: the store stops for good, and the next start knows what was acknowledged.</summary>
public class FaultTests
{
    [Theory]
    [InlineData(11, true)]
    [InlineData(12, false)]
    [InlineData(13, true)]
    public void An_error_at_any_operation_ends_every_write_and_loses_nothing_that_was_acknowledged(int seed, bool once)
    {
        var script = new CrashScript((ulong)seed, steps: 22);
        for (int at = 0; Fail(script, at, once); at++)
        {
        }
    }

    /// <summary>False where the script ended before the operation.</summary>
    private static bool Fail(CrashScript script, int at, bool once)
    {
        var disk = new SimulatedDisk((ulong)at);
        var run = new StoreRun(disk);
        int first = disk.Operations + at;
        disk.Fault = (_, _) => once ? (disk.Operations - 1 == first ? "input/output error" : null) : disk.Operations > first ? "no space left" : null;
        CrashStep current = script.Steps[0];
        bool failed = false;
        try
        {
            foreach (CrashStep step in script.Steps)
            {
                current = step;
                step.Run(run);
            }
        }
        catch (StorageException exception)
        {
            failed = true;
            Assert.Contains(once ? "input/output error" : "no space left", exception.Message);
            if (!current.Name.StartsWith("snapshot", StringComparison.Ordinal)) AssertPoisoned(run, disk);
        }

        disk.Fault = null;
        run.Dispose();
        if (at % 2 == 0) disk.KillProcess();                // What a failed flush left in the page cache is read, and not on the disk.
        else disk.LosePower();
        CrashModel found = Check(disk, failed ? [.. current.Between()] : [current.After], $"operation {at}, {current.Name}");
        disk.LosePower();
        Check(disk, [found], $"operation {at}, {current.Name}, after what was claimed");
        return failed;
    }

    private static CrashModel Check(SimulatedDisk disk, CrashModel[] allowed, string situation)
    {
        var run = new StoreRun(disk);
        CrashModel? found = Array.Find(allowed, model => model.Matches(run));
        Assert.True(found is not null && run.Recovered.Damage is null, $"{situation}: {run.Recovered.History.Last}, {run.Recovered.Damage}");
        found.CheckContent(run);
        return found;
    }

    private static void AssertPoisoned(StoreRun run, SimulatedDisk disk)
    {
        disk.Fault = null;                                  // The disk is well again, but what it holds is not known.
        int operations = disk.Operations;
        Assert.Contains("because a write has failed before", Assert.Throws<StorageException>(() => run.Write(new Output.SaveHardState(run.Id(), run.HardState))).Message);
        Assert.Throws<StorageException>(run.Store.Idle);
        Assert.Throws<StorageException>(() => run.TakeSnapshot(run.Last, [1]));
        run.Store.Close();
        Assert.Equal(operations, disk.Operations);
    }

    [Fact]
    public void A_flush_that_failed_is_not_believed_when_it_works_later()
    {
        var disk = new SimulatedDisk(1);
        var run = new StoreRun(disk);
        run.Adopt(1);
        Entry[] kept = run.Append(1, "acknowledged");
        disk.Fault = static (call, _) => call == DiskCall.Flush ? "input/output error" : null;
        Assert.Throws<StorageException>(() => run.Append(1, "not acknowledged"));
        disk.KillProcess();                                 // The page cache still has it, and will never write it.

        HistoryPoint claimed;
        var again = new StoreRun(disk);
        claimed = again.Recovered.History.Last;
        Assert.Equal(2, again.Recovered.History.Count);
        disk.LosePower();
        using var third = new StoreRun(disk);
        Assert.Equal(claimed, third.Recovered.History.Last);
        Assert.True(third.Recovered.History.Contains(kept[0].Point));
    }

    [Fact]
    public void After_close_nothing_is_written_and_entries_are_still_read()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        run.Append(1, "a");
        run.Store.Close();
        int operations = disk.Operations;
        Assert.Contains("was closed", Assert.Throws<StorageException>(() => run.Append(1, "b")).Message);
        run.Store.Close();
        Assert.Equal(operations, disk.Operations);
        Assert.Single(run.ReadAll());
        run.Dispose();
        run.Dispose();
        Assert.Empty(run.Store.ReadEntries(Zxid.None, new Zxid(9, 9), 100));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_gap_is_never_appended(bool inBatch)
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        Entry[] entries = run.Entries(1, "a", "b", "c");
        if (!inBatch) run.Write(new Output.Append(run.Id(), entries[..1]));
        Assert.Throws<StorageException>(() => run.Write(new Output.Append(run.Id(), inBatch ? [entries[0], entries[2]] : [entries[2]])));
        Assert.Throws<StorageException>(() => run.Write(new Output.Append(run.Id(), [entries[1]])));
    }

    [Fact]
    public void A_cut_at_a_point_that_the_log_does_not_hold_stops_the_server()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        Entry[] entries = run.Append(1, "a", "b", "c");
        var message = Assert.Throws<StorageException>(() => run.Truncate(entries[0].Point with { Chain = 1 })).Message;
        Assert.Contains("cannot be cut after 1/1", message);
        Assert.Equal(3, run.ReadAll().Count);
    }

    [Fact]
    public void A_cut_below_every_snapshot_stops_the_server()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        var installed = new HistoryPoint(new Zxid(1, 9), 9);
        Assert.Null(run.Install(installed, [1]));
        Entry[] entries = run.Append(1, "a", "b");
        Assert.NotNull(run.TakeSnapshot(entries[1].Point, [2]));
        run.Truncate(entries[0].Point);                     // The older one is as old.
        Assert.Equal([(byte)1], run.Store.LoadSnapshot()!.Value.Content.ToArray());
        Assert.Single(disk.Names, static path => path.EndsWith(".snapshot", StringComparison.Ordinal));
        run.Truncate(installed);
        Assert.Empty(run.ReadAll(installed.Zxid));
        Assert.Throws<StorageException>(() => run.Truncate(HistoryPoint.Empty));
    }

    [Fact]
    public void Damage_that_is_read_while_running_is_told_and_never_given_away()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        run.Append(1, "whole", "damaged", "behind");
        string path = disk.Names.Last(static path => path.EndsWith(".log", StringComparison.Ordinal));
        int at = disk.Content(Path.GetFileName(path)).AsSpan().IndexOf("damaged"u8);
        disk.Damage(Path.GetFileName(path), content => content[at] ^= 1);
        Assert.Equal(["whole"], StoreRun.Texts(run.Store.ReadEntries(Zxid.None, new Zxid(1, 1), 1000)));
        string message = Assert.Throws<StorageException>(() => run.Store.ReadEntries(Zxid.None, new Zxid(9, 9), 1000)).Message;
        Assert.Contains($"{Path.GetFileName(path)}: the record at offset {at - 64} has checksum", message);
    }
}
