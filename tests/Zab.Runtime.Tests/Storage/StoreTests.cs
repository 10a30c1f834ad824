using Xunit;
using Zab.Core;
using Zab.Storage;

namespace Zab.Tests.Storage;

public class StoreTests
{
    [Fact]
    public void A_new_directory_is_fresh_and_keeps_its_incarnation()
    {
        var disk = new SimulatedDisk(1);
        Incarnation incarnation;
        using (var run = new StoreRun(disk))
        {
            incarnation = run.Recovered.HardState.Incarnation;
            Assert.False(incarnation.IsNone);
            Assert.Equal(new ServerId(1), run.Recovered.HardState.ServerId);
            Assert.Equal((uint)0, run.Recovered.HardState.AcceptedEpoch);
            Assert.False(run.Recovered.HardState.Founded);
            Assert.Equal(HistoryPoint.Empty, run.Recovered.History.Last);
            Assert.Empty(run.Recovered.Configs);
            Assert.Null(run.Recovered.Snapshot);
            Assert.Null(run.Recovered.Damage);
            Assert.Null(run.Store.LoadSnapshot());
        }

        using var again = new StoreRun(disk);
        Assert.Equal(incarnation, again.Recovered.HardState.Incarnation);
        Assert.Equal(RecoveryCase.Whole, again.Store.Case);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    public void What_was_written_is_there_after_a_graceful_stop_a_kill_and_a_power_loss(int mergeBytes)
    {
        var disk = new SimulatedDisk(1);
        var expected = new List<string>();
        for (int life = 0; life < 9; life++)
        {
            var run = new StoreRun(disk, StoreRun.Options(mergeBytes: mergeBytes));
            Assert.Null(run.Recovered.Damage);
            Assert.Equal(expected.Count, run.Recovered.History.Count);
            Assert.Equal(expected, StoreRun.Texts(run.ReadAll()));
            Assert.Equal((uint)life, run.Recovered.HardState.CurrentEpoch);
            run.Adopt((uint)life + 1);
            for (int batch = 0; batch < 4; batch++)
            {
                string[] texts = [.. Enumerable.Range(0, 5).Select(i => $"{life}.{batch}.{i} {new string('x', 40 * i)}")];
                run.Append((uint)life + 1, texts);
                expected.AddRange(texts);
            }

            if (life % 3 == 0) run.Store.Close();
            if (life % 3 == 0) run.Dispose();
            if (life % 3 == 1) disk.KillProcess();
            if (life % 3 == 2) disk.LosePower();
        }
    }

    [Fact]
    public void Entries_are_read_from_anywhere_while_they_are_held()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        var all = new List<Entry>();
        for (int i = 0; i < 40; i++) all.AddRange(run.Append(1, $"{i} {new string('y', i * 7)}", $"{i}b"));
        run.Adopt(3);
        for (int i = 0; i < 40; i++) all.AddRange(run.Append(3, $"{i}c"));

        for (int i = 0; i <= all.Count; i++)
        {
            Zxid after = i == 0 ? Zxid.None : all[i - 1].Zxid;
            Assert.Equal(all.Skip(i).Select(static entry => entry.Point), run.ReadAll(after).Select(static entry => entry.Point));
            Entry[] one = run.Store.ReadEntries(after, new Zxid(9, 9), 1);
            Assert.Equal(i < all.Count ? [all[i].Point] : [], one.Select(static entry => entry.Point));
            if (i + 2 < all.Count) Assert.Equal([all[i].Point, all[i + 1].Point], run.Store.ReadEntries(after, all[i + 1].Zxid, 1_000_000).Select(static entry => entry.Point));
        }

        Assert.Empty(run.Store.ReadEntries(new Zxid(1, 500), new Zxid(9, 9), 1000));      // An entry that this log never had.
        Assert.Empty(run.Store.ReadEntries(new Zxid(2, 1), new Zxid(9, 9), 1000));
        Assert.Empty(run.Store.ReadEntries(new Zxid(3, 40), new Zxid(9, 9), 1000));
    }
}
