using Xunit;
using Zab.Core;
using Zab.Storage;
using Zab.Testing;

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

    [Fact]
    public void Everything_in_one_call_is_one_write_and_one_flush()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk, StoreRun.Options() with { SegmentBytes = 1 << 20, PreallocateBytes = 1 << 19 });
        run.Adopt(1);
        var calls = new List<DiskCall>();
        disk.Fault = (call, path) =>
        {
            if (path.EndsWith(".log", StringComparison.Ordinal)) calls.Add(call);
            return null;
        };
        run.Write([.. Enumerable.Range(0, 100).Select(i => new Output.Append(run.Id(), run.Entries(1, $"{i}", $"{i}b")))]);
        Assert.Equal([DiskCall.Write, DiskCall.Flush], calls);
        Assert.Equal(200, run.ReadAll().Count);
    }

    [Fact]
    public void Entries_as_large_as_they_may_be_and_batches_larger_than_a_segment_come_back()
    {
        var disk = new SimulatedDisk(1);
        byte[] large = new byte[Limits.PayloadBytesMax];
        new Random(1).NextBytes(large);
        using (var run = new StoreRun(disk))
        {
            run.Adopt(1);
            Entry first = StoreRun.Next(run.Last, 1, large), second = StoreRun.Next(first.Point, 1, []), third = StoreRun.Next(second.Point, 1, large);
            run.Write(new Output.Append(run.Id(), [first, second, third]));
            run.Last = third.Point;
            run.Append(1, [.. Enumerable.Range(0, 30).Select(static i => new string((char)('a' + i), 1000))]);
            Assert.Single(run.Store.ReadEntries(Zxid.None, new Zxid(9, 9), 1));
        }

        using var again = new StoreRun(disk);
        List<Entry> read = again.ReadAll();
        Assert.Equal(33, read.Count);
        Assert.True(read[0].Payload.Span.SequenceEqual(large) && read[1].Payload.IsEmpty && read[2].Payload.Span.SequenceEqual(large));
        Assert.True(disk.Names.Count(static path => path.EndsWith(".log", StringComparison.Ordinal)) > 5);
    }

    [Fact]
    public void A_payload_that_holds_the_log_itself_is_only_a_payload()
    {
        var disk = new SimulatedDisk(1);
        var run = new StoreRun(disk, StoreRun.Options() with { SegmentBytes = 1 << 16 });
        run.Adopt(1);
        run.Append(1, "a", "b");
        string path = disk.Names.Last(static path => path.EndsWith(".log", StringComparison.Ordinal));
        byte[] image = disk.Content(Path.GetFileName(path))[..512];
        Entry entry = StoreRun.Next(run.Last, 1, image);
        run.Write(new Output.Append(run.Id(), [entry]));
        disk.KillProcess();
        disk.Damage(Path.GetFileName(path), content => content[content.AsSpan().IndexOf("b\0\0"u8)] ^= 1);

        using var damaged = new StoreRun(disk);
        Assert.Equal(new Zxid(1, 1), damaged.Recovered.History.Last.Zxid);
        Assert.Equal(new RepairFloor(1, entry.Zxid), damaged.Recovered.HardState.RepairFloor);
    }

    [Fact]
    public void Configurations_in_the_log_are_found_and_go_with_what_is_cut()
    {
        var disk = new SimulatedDisk(1);
        DiskStore.Init(disk, StoreRun.Options(), "NAME", StoreRun.Three);
        Entry change;
        using (var run = new StoreRun(disk))
        {
            run.Adopt(1);
            Entry before = StoreRun.Next(run.Last, 1, "a");
            change = Entry.After(before.Point, new Zxid(1, 2), 99, EntryType.Config, StoreRun.Three.Admit(new ServerId(2), new Incarnation(5)).Encode());
            run.Write(new Output.Append(run.Id(), [before, change]));
        }

        using (var run = new StoreRun(disk))
        {
            Assert.Equal([Zxid.None, new Zxid(1, 2)], run.Recovered.Configs.Select(static config => config.Version));
            Assert.Equal(new Incarnation(5), run.Recovered.Configs[1].Find(new ServerId(2))!.Incarnation);
            Assert.Equal(99, run.Recovered.LastUtcTicks);
            Ensemble config = run.Recovered.Configs[1];
            Assert.NotNull(run.Store.TakeSnapshot(change.Point, config, 99, static _ => { }));
            run.Append(1, "b");
            Assert.NotNull(run.Store.TakeSnapshot(run.Last, config, 100, static _ => { }));
            run.Write(new Output.CompactLog(run.Id(), change.Zxid));
        }

        using (var run = new StoreRun(disk))
        {
            Assert.Equal([Zxid.None, new Zxid(1, 2)], run.Recovered.Configs.Select(static config => config.Version));        // The log still begins at the beginning.
            Assert.Equal(new Zxid(1, 2), run.Recovered.Snapshot!.Config.Version);
        }
    }

    [Fact]
    public void What_was_cut_stays_cut_and_what_replaces_it_is_read()
    {
        var disk = new SimulatedDisk(1);
        var options = StoreRun.Options();
        Entry[] first;
        using (var run = new StoreRun(disk, options))
        {
            run.Adopt(1);
            first = run.Append(1, [.. Enumerable.Range(0, 30).Select(static i => $"{i} {new string('x', 300)}")]);
            run.Adopt(2);
            run.Truncate(first[3].Point);
            Assert.Equal(4, run.ReadAll().Count);
            run.Append(2, "new");
            run.Truncate(run.Last);                         // Nothing to cut.
            run.Truncate(first[2].Point);
            run.Truncate(HistoryPoint.Empty);
            run.Append(2, "first", "second");
            Assert.Equal(["first", "second"], StoreRun.Texts(run.ReadAll()));
        }

        using var again = new StoreRun(disk, options);
        Assert.Equal(["first", "second"], StoreRun.Texts(again.ReadAll()));
        Assert.Equal(RecoveryCase.Whole, again.Store.Case);
        Assert.InRange(disk.Names.Count(static path => path.EndsWith(".log", StringComparison.Ordinal)), 1, 2);
        Assert.DoesNotContain(disk.Names.Select(path => disk.Content(Path.GetFileName(path))), content => content.AsSpan().IndexOf("xxx"u8) >= 0);
    }

    [Fact]
    public void A_start_leaves_one_small_segment_and_not_one_for_each_life()
    {
        var disk = new SimulatedDisk(1);
        for (uint life = 1; life <= 20; life++)
        {
            using var run = new StoreRun(disk, StoreRun.Options(mergeBytes: 4000));
            run.Adopt(life);
            run.Append(life, "x");
            Assert.Equal((int)life, run.ReadAll().Count);
            Assert.Single(disk.Names, static path => path.EndsWith(".log", StringComparison.Ordinal));
        }
    }
}
