using Xunit;
using Zab.Core;
using Zab.Storage;
using Zab.Testing;

namespace Zab.Tests.Storage;

public class SnapshotStoreTests
{
    private static readonly byte[] Content = CrashModel.ContentAt(new HistoryPoint(new Zxid(1, 1), 1234));

    [Fact]
    public void The_newest_two_are_kept_and_the_log_from_the_older_one()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        var points = new List<HistoryPoint>();
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 6; j++) run.Append(1, new string('x', 700));
            points.Add(run.Last);
            Input.SnapshotTaken taken = Assert.IsType<Input.SnapshotTaken>(run.TakeSnapshot(run.Last, [(byte)i]));
            Assert.Equal(run.Last, taken.Snapshot.Point);
            Assert.Equal(i == 0 ? Zxid.None : points[i - 1].Zxid, taken.CompactThrough);
            run.Write(new Output.CompactLog(run.Id(), run.Last.Zxid));          // More than may go.
        }

        Assert.Equal(2, disk.Names.Count(static path => path.EndsWith(".snapshot", StringComparison.Ordinal)));
        Assert.Empty(run.ReadAll(Zxid.None));
        Assert.Equal(6, run.ReadAll(points[2].Zxid).Count);
        run.Dispose();

        using var again = new StoreRun(disk);
        Assert.Equal(points[2], again.Recovered.History.Base);
        Assert.Equal(points[3], again.Recovered.History.Last);
        Assert.Equal(points[3], again.Recovered.Snapshot!.Point);
        Assert.Equal([(byte)3], again.Store.LoadSnapshot()!.Value.Content.ToArray());
    }

    [Fact]
    public void Content_of_any_length_comes_back_whole_and_is_written_in_pieces()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk, StoreRun.Options() with { SegmentBytes = 1 << 20, PreallocateBytes = 1 << 16 });
        run.Adopt(1);
        foreach (int length in (int[])[0, 1, SnapshotChecksum.ChunkBytes - 1, SnapshotChecksum.ChunkBytes, SnapshotChecksum.ChunkBytes + 1, (3 * SnapshotChecksum.ChunkBytes) + 77])
        {
            run.Append(1, "entry");
            byte[] content = new byte[length];
            new Random(length).NextBytes(content);
            Input.SnapshotTaken? taken = run.Store.TakeSnapshot(run.Last, StoreRun.Three, 5, output =>
            {
                for (int at = 0, step = 1; at < length; at += step, step = Math.Min(length - at, (step * 3) + 1))
                {
                    content.AsSpan(at, step).CopyTo(output.GetSpan(step));
                    output.Advance(step);
                }
            });

            SnapshotInfo info = taken!.Snapshot;
            Assert.Equal((long)length, info.Length);
            Assert.Equal(SnapshotChecksum.Of(content), info.Checksum);
            Assert.Equal(content, run.Store.LoadSnapshot()!.Value.Content.ToArray());
            var read = new List<byte>();
            while (run.Store.ReadSnapshotChunk(info, read.Count, 100_000) is { Length: > 0 } chunk) read.AddRange(chunk.Span);
            Assert.Equal(content, read);
        }
    }

    [Fact]
    public void A_snapshot_that_is_being_read_stays_until_nobody_reads_it()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        run.Append(1, "a");
        SnapshotInfo first = run.TakeSnapshot(run.Last, Content)!.Snapshot;
        void TakeNext()
        {
            run.Append(1, "b");
            Assert.NotNull(run.TakeSnapshot(run.Last, [1]));
        }

        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(Content.AsSpan(i, 10).ToArray(), run.Store.ReadSnapshotChunk(first, i, 10).ToArray());
            TakeNext();
        }

        TakeNext();
        Assert.True(run.Store.ReadSnapshotChunk(first, 0, 10).IsEmpty);
        Assert.Equal(2, disk.Names.Count(static path => path.EndsWith(".snapshot", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_received_snapshot_replaces_everything_at_once()
    {
        var disk = new SimulatedDisk(1);
        var point = new HistoryPoint(new Zxid(1, 900), 42);
        using (var run = new StoreRun(disk))
        {
            run.Adopt(1);
            for (int i = 0; i < 20; i++) run.Append(1, new string('x', 500));
            run.TakeSnapshot(run.Last, [7]);
            Assert.Null(run.Install(point, Content));
            Assert.Empty(run.ReadAll(Zxid.None));
            Assert.Empty(run.ReadAll(point.Zxid));
            Assert.Equal(Content, run.Store.LoadSnapshot()!.Value.Content.ToArray());
            run.Append(1, "after");
        }

        using var again = new StoreRun(disk);
        Assert.Equal(point, again.Recovered.History.Base);
        Assert.Equal(new Zxid(1, 901), again.Recovered.History.Last.Zxid);
        Assert.Equal(StoreRun.Three.Encode(), Assert.Single(again.Recovered.Configs).Encode());
        Assert.Equal(["after"], StoreRun.Texts(again.ReadAll()));
        Assert.Single(disk.Names, static path => path.EndsWith(".snapshot", StringComparison.Ordinal));
    }

    [Fact]
    public void A_received_snapshot_that_is_not_what_was_announced_is_rejected_and_changes_nothing()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        Entry[] entries = run.Append(1, "a", "b");
        SnapshotInfo info = StoreRun.Describe(new HistoryPoint(new Zxid(1, 900), 42), Content);

        string? Send(byte[] content) => run.Write(
            new Output.BeginSnapshot(run.Id(), info),
            new Output.StoreSnapshotChunk(run.Id(), 0, content),
            new Output.InstallSnapshot(run.Id(), info));

        byte[] flipped = [.. Content];
        flipped[^1] ^= 1;
        Assert.Contains("checksum", Send(flipped));
        Assert.Contains($"expected {Content.Length}", Send(Content[..^1]));
        Assert.Null(run.Store.LoadSnapshot());
        Assert.Equal(entries.Select(static entry => entry.Point), run.ReadAll().Select(static entry => entry.Point));
        Assert.DoesNotContain(disk.Names, static path => path.EndsWith(".snapshot", StringComparison.Ordinal));
        run.Append(1, "c");                                 // It goes on from there.
        Assert.Null(Send(Content));
    }

    [Fact]
    public void A_snapshot_that_began_anew_forgets_the_one_before()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        SnapshotInfo first = StoreRun.Describe(new HistoryPoint(new Zxid(1, 900), 42), [1, 2, 3]);
        run.Write(new Output.BeginSnapshot(run.Id(), first), new Output.StoreSnapshotChunk(run.Id(), 0, new byte[] { 1, 2 }));
        Assert.Null(run.Install(new HistoryPoint(new Zxid(1, 950), 43), Content));
        Assert.Equal(Content, run.Store.LoadSnapshot()!.Value.Content.ToArray());
        Assert.Single(disk.Names, static path => path.EndsWith(".snapshot", StringComparison.Ordinal));
    }

    [Fact]
    public void A_snapshot_whose_history_was_replaced_meanwhile_is_thrown_away()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        Entry[] entries = run.Append(1, "a", "b", "c");
        Assert.Null(run.Store.TakeSnapshot(entries[2].Point, StoreRun.Three, 1, _ => run.Truncate(entries[1].Point)));
        Assert.NotNull(run.Store.TakeSnapshot(entries[1].Point, StoreRun.Three, 1, _ => run.Append(1, "d")));
        Assert.Null(run.Store.TakeSnapshot(run.Last, StoreRun.Three, 1, _ => Assert.Null(run.Install(new HistoryPoint(new Zxid(1, 90), 9), Content))));
        Assert.Null(run.TakeSnapshot(new HistoryPoint(new Zxid(1, 90), 9), Content));                       // There is one.
        Assert.Null(run.TakeSnapshot(new HistoryPoint(new Zxid(1, 91), 9), Content));                       // There is no such entry.
        Assert.Equal(Content, run.Store.LoadSnapshot()!.Value.Content.ToArray());
        Assert.Single(disk.Names, static path => path.EndsWith(".snapshot", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_byte_flipped_in_the_newest_snapshot_leads_to_the_older_one()
    {
        (SimulatedDisk disk, HistoryPoint older, HistoryPoint newer, HistoryPoint last) = TwoSnapshots();
        string name = Snapshots(disk)[^1];
        for (int at = 0; at < disk.Content(name).Length; at += at is > 200 and < 1000 ? 37 : 1)
        {
            SimulatedDisk copy = disk.Copy((ulong)at);
            copy.Damage(name, content => content[at] ^= 16);
            using var run = new StoreRun(copy);
            Assert.Equal((RecoveryCase.OlderSnapshot, last, older), (run.Store.Case, run.Recovered.History.Last, run.Recovered.Snapshot!.Point));
            Assert.Equal(CrashModel.ContentAt(older), run.Store.LoadSnapshot()!.Value.Content.ToArray());
            Assert.Contains(name, run.Recovered.Damage);
            Assert.Null(run.Recovered.HardState.RepairFloor);
            Assert.NotEqual(older, newer);
        }
    }

    [Fact]
    public void Damage_of_the_older_snapshot_is_found_before_it_is_needed()
    {
        (SimulatedDisk disk, _, HistoryPoint newer, _) = TwoSnapshots();
        disk.Damage(Snapshots(disk)[0], static content => content[^1] ^= 1);
        using var run = new StoreRun(disk);
        Assert.Equal((RecoveryCase.Whole, newer), (run.Store.Case, run.Recovered.Snapshot!.Point));
        disk.Damage(Snapshots(disk)[1], static content => content[^1] ^= 1);           // Both are bad when the next one is taken: neither is relied on any more.
        run.Append(1, "more");
        Assert.NotNull(run.TakeSnapshot(run.Last, [5]));
        Assert.Single(Snapshots(disk));
        run.Dispose();
        using var again = new StoreRun(disk);
        Assert.Equal([(byte)5], again.Store.LoadSnapshot()!.Value.Content.ToArray());
        Assert.Null(again.Recovered.Damage);
    }

    [Fact]
    public void Without_any_snapshot_a_log_that_begins_in_the_middle_is_never_an_empty_history()
    {
        (SimulatedDisk disk, _, _, HistoryPoint last) = TwoSnapshots();
        foreach (bool remove in (bool[])[false, true])
        {
            SimulatedDisk copy = disk.Copy(1);
            foreach (string name in Snapshots(disk))
            {
                if (remove) copy.Remove(name);
                else copy.Damage(name, static content => content[20] ^= 1);
            }

            for (int start = 0; start < 2; start++)
            {
                using var run = new StoreRun(copy);
                Assert.Equal(HistoryPoint.Empty, run.Recovered.History.Last);
                Assert.Equal(new RepairFloor(1, last.Zxid), run.Recovered.HardState.RepairFloor);
                Assert.Contains(Snapshots(disk)[^1], run.Recovered.Damage);
                Assert.Contains("waits for a leader whose history reaches", run.Recovered.Damage);
                Assert.Null(run.Recovered.Snapshot);
                Assert.Empty(run.ReadAll());
                Assert.Equal(start == 0 ? RecoveryCase.NothingToStartFrom : RecoveryCase.Whole, run.Store.Case);
            }

            using var repaired = new StoreRun(copy);
            Assert.Null(repaired.Install(new HistoryPoint(new Zxid(1, 900), 42), Content));
            repaired.Adopt(2);
            repaired.Dispose();
            using var again = new StoreRun(copy);
            Assert.Null(again.Recovered.Damage);
            Assert.Equal(new Zxid(1, 900), again.Recovered.History.Last.Zxid);
        }
    }

    [Fact]
    public void Without_any_snapshot_a_log_from_the_beginning_is_replayed()
    {
        var disk = new SimulatedDisk(1);
        using (var run = new StoreRun(disk))
        {
            run.Adopt(1);
            run.Append(1, "a", "b");
            run.TakeSnapshot(run.Last, Content);
        }

        disk.Remove(Snapshots(disk)[0]);
        using var again = new StoreRun(disk);
        Assert.Equal(RecoveryCase.OlderSnapshot, again.Store.Case);
        Assert.Contains("it is missing", again.Recovered.Damage);
        Assert.Null(again.Recovered.Snapshot);
        Assert.Equal(["a", "b"], StoreRun.Texts(again.ReadAll()));
    }

    [Fact]
    public void Damage_that_the_newest_snapshot_covers_is_told_and_costs_nothing()
    {
        (SimulatedDisk disk, HistoryPoint older, HistoryPoint newer, HistoryPoint last) = TwoSnapshots();
        string name = Logs(disk)[0];
        int at = disk.Content(name).AsSpan().IndexOf("between"u8);
        disk.Damage(name, content => content[at] ^= 1);
        using (var run = new StoreRun(disk))
        {
            Assert.Equal((RecoveryCase.CoveredBySnapshot, newer, last), (run.Store.Case, run.Recovered.History.Base, run.Recovered.History.Last));
            Assert.Contains(name, run.Recovered.Damage);
            Assert.Contains("covers it", run.Recovered.Damage);
            Assert.Null(run.Recovered.HardState.RepairFloor);
            Assert.Equal(["after"], StoreRun.Texts(run.ReadAll()));
            run.Append(1, "more");
            Assert.NotEqual(older, newer);
        }

        using var again = new StoreRun(disk);
        Assert.Equal((RecoveryCase.Whole, newer), (again.Store.Case, again.Recovered.History.Base));
        Assert.Equal(["after", "more"], StoreRun.Texts(again.ReadAll()));
    }

    [Fact]
    public void Damage_on_both_sides_of_the_newest_snapshot_leaves_its_state_and_a_floor()
    {
        (SimulatedDisk disk, _, HistoryPoint newer, HistoryPoint last) = TwoSnapshots();
        foreach (string text in (string[])["between", "after"])
        {
            string name = Logs(disk).Single(name => disk.Content(name).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text)) >= 0);
            int at = disk.Content(name).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text));
            disk.Damage(name, content => content[at] ^= 1);
        }

        using var run = new StoreRun(disk);
        Assert.Equal((RecoveryCase.Rotten, newer, newer), (run.Store.Case, run.Recovered.History.Base, run.Recovered.History.Last));
        Assert.Equal(new RepairFloor(1, last.Zxid), run.Recovered.HardState.RepairFloor);
        Assert.Equal(CrashModel.ContentAt(newer), run.Store.LoadSnapshot()!.Value.Content.ToArray());
        run.Append(1, "replaced");                          // What a leader sends goes on from the state.
        Assert.Equal(["replaced"], StoreRun.Texts(run.ReadAll()));
    }

    [Fact]
    public void A_disk_that_is_full_spoils_a_snapshot_and_nothing_else()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        run.Append(1, "a");
        disk.Fault = static (call, path) => call == DiskCall.Write && path.EndsWith(".snapshot", StringComparison.Ordinal) ? "no space left" : null;
        Assert.Contains("no space left", Assert.Throws<StorageException>(() => run.TakeSnapshot(run.Last, Content)).Message);
        disk.Fault = null;
        Assert.Empty(Snapshots(disk));
        run.Append(1, "b");
        Assert.NotNull(run.TakeSnapshot(run.Last, Content));
    }

    [Fact]
    public void A_state_that_cannot_be_written_spoils_its_snapshot_and_nothing_else()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(1);
        run.Append(1, "a");
        Assert.Throws<FormatException>(() => run.Store.TakeSnapshot(run.Last, StoreRun.Three, 1, static _ => throw new FormatException()));
        Assert.Empty(Snapshots(disk));
        Assert.NotNull(run.TakeSnapshot(run.Last, Content));
    }

    /// <summary>A log that begins at the older of two snapshots: entries "between" them, and one "after".</summary>
    private static (SimulatedDisk Disk, HistoryPoint Older, HistoryPoint Newer, HistoryPoint Last) TwoSnapshots()
    {
        var disk = new SimulatedDisk(1);
        var run = new StoreRun(disk, StoreRun.Options() with { SegmentBytes = 600 });
        run.Adopt(1);
        var older = new HistoryPoint(new Zxid(1, 10), 4711);
        Assert.Null(run.Install(older, CrashModel.ContentAt(older)));
        run.Append(1, "between");
        run.Append(1, new string('x', 500));
        run.Append(1, "c");
        HistoryPoint newer = run.Last;
        Assert.NotNull(run.TakeSnapshot(newer, CrashModel.ContentAt(newer)));
        run.Append(1, "after");
        run.Store.Close();
        disk.KillProcess();
        return (disk.Copy(1), older, newer, run.Last);
    }

    private static string[] Snapshots(SimulatedDisk disk) => Names(disk, ".snapshot");

    private static string[] Logs(SimulatedDisk disk) => Names(disk, ".log");

    private static string[] Names(SimulatedDisk disk, string suffix) => [.. disk.Names.Select(static path => Path.GetFileName(path)).Where(name => name.EndsWith(suffix, StringComparison.Ordinal))];
}
