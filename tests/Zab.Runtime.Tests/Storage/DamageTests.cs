using Xunit;
using Zab.Core;
using Zab.Storage;
using Zab.Testing;

namespace Zab.Tests.Storage;

/// <summary>A disk that changed what was durable: found at the next start, told, and never taken for a shorter history that counts.</summary>
public class DamageTests
{
    private static readonly StoreOptions Small = StoreRun.Options() with { SegmentBytes = 900, PreallocateBytes = 1024 };

    [Fact]
    public void Every_byte_flipped_in_a_log_that_was_closed_is_found()
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close: true);
        foreach (string name in Logs(disk))
        {
            int used = UsedBytes(disk, name);
            for (int at = 0; at < used; at++)
            {
                using StoreRun run = OpenDamaged(disk, name, Flip(at), at);
                Assert.True(run.Recovered.Damage?.Contains(name) == true, $"{name}, {at}: {run.Recovered.Damage}");
                AssertFloor(run, entries, $"{name}, {at}");
            }
        }
    }

    [Fact]
    public void Every_byte_flipped_in_a_log_whose_process_was_killed_is_found_unless_it_lies_in_the_last_batch()
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close: false);
        string last = Logs(disk)[^1];
        foreach (string name in Logs(disk))
        {
            int used = UsedBytes(disk, name);
            for (int at = 0; at < used; at++)
            {
                using StoreRun run = OpenDamaged(disk, name, Flip(at), at);
                AssertPrefix(run, entries);
                bool isTorn = run.Store.Case == RecoveryCase.Torn;
                Assert.True(!isTorn || name == last, $"{name}, {at}");
                if (isTorn) Assert.True(run.Recovered.History.Last.Zxid >= entries[^3].Zxid, $"{name}, {at}: {run.Recovered.History.Last} was certain");    // The last batch has two.
                else AssertFloor(run, entries, $"{name}, {at}");
            }
        }
    }

    [Fact]
    public void One_flipped_byte_beside_the_log_changes_nothing()
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close: true);
        foreach (string name in (string[])["state.0", "state.1", "manifest.0", "manifest.1", .. disk.Names.Select(Path.GetFileName).Where(static name => name!.EndsWith(".index", StringComparison.Ordinal))!])
        {
            for (int at = 0; at < disk.Content(name).Length; at++)
            {
                using StoreRun run = OpenDamaged(disk, name, Flip(at), at);
                Assert.Null(run.Recovered.Damage);
                Assert.Equal(entries[^1].Point, run.Recovered.History.Last);
                Assert.Equal((uint)2, run.Recovered.HardState.CurrentEpoch);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_newest_segment_cut_anywhere_starts_with_what_stands_before(bool close)
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close, idle: !close);
        string name = Logs(disk)[^1];
        int used = UsedBytes(disk, name);
        for (int length = 0; length < used; length++)
        {
            SimulatedDisk cut = disk.Copy((ulong)length);
            cut.Cut(name, length);
            using var run = new StoreRun(cut, Small);
            AssertPrefix(run, entries);
            if (close || run.Recovered.History.Last != entries[^1].Point) AssertFloor(run, entries, $"cut to {length}");
        }
    }

    [Fact]
    public void A_file_cut_where_nothing_was_written_yet_is_whole()
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close: true);
        string name = Logs(disk)[^1];
        int used = UsedBytes(disk, name);
        for (int length = used; length < disk.Content(name).Length; length += 50)
        {
            SimulatedDisk cut = disk.Copy(1);
            cut.Cut(name, length);
            using var run = new StoreRun(cut, Small);
            Assert.Equal((RecoveryCase.Whole, entries[^1].Point), (run.Store.Case, run.Recovered.History.Last));
        }
    }

    [Fact]
    public void A_sector_of_zeros_before_the_watermark_is_damage_and_not_the_end()
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close: true);
        foreach (string name in Logs(disk))
        {
            for (int at = 0; at < UsedBytes(disk, name); at += 512)
            {
                using StoreRun run = OpenDamaged(disk, name, content => content.AsSpan(at, Math.Min(512, content.Length - at)).Clear(), at);
                AssertFloor(run, entries, $"{name}, {at}");
            }
        }
    }

    [Fact]
    public void A_quiet_moment_makes_the_last_batch_certain()
    {
        foreach (bool idle in (bool[])[false, true])
        {
            var disk = new SimulatedDisk(1);
            var run = new StoreRun(disk, Small);
            run.Adopt(1);
            Entry[] entries = [.. run.Append(1, "a", "b"), .. run.Append(1, "c")];
            if (idle) run.Store.Idle();
            int operations = disk.Operations;
            if (idle) run.Store.Idle();
            Assert.Equal(operations, disk.Operations);      // It stands there already.
            disk.KillProcess();

            string name = Logs(disk)[^1];
            int at = disk.Content(name).AsSpan().IndexOf("c\0\0"u8);
            using StoreRun damaged = OpenDamaged(disk, name, Flip(at), 1);
            Assert.Equal(idle ? RecoveryCase.Rotten : RecoveryCase.Torn, damaged.Store.Case);
            Assert.Equal(entries[1].Point, damaged.Recovered.History.Last);
            Assert.Equal(idle ? new RepairFloor(1, entries[2].Zxid) : null, damaged.Recovered.HardState.RepairFloor);
        }
    }

    [Fact]
    public void Records_behind_a_lost_page_of_an_unfinished_write_are_cut_and_never_come_back()
    {
        var disk = new SimulatedDisk(1);
        var run = new StoreRun(disk, StoreRun.Options());
        run.Adopt(1);
        run.Append(1, "kept");
        run.Store.Idle();
        HistoryPoint kept = run.Last;
        run.Append(1, [.. Enumerable.Range(0, 12).Select(static i => $"lost {i} {new string('z', 100)}")]);
        disk.KillProcess();
        string name = Logs(disk)[^1];
        int second = disk.Content(name).AsSpan().IndexOf("lost 1"u8);
        disk.Damage(name, content => content.AsSpan(second - 64, 512).Clear());       // Page 1 was lost, page 2 was not: no rot, after a power loss.

        using (var torn = new StoreRun(disk, StoreRun.Options()))
        {
            Assert.Equal((RecoveryCase.Torn, null), (torn.Store.Case, torn.Recovered.Damage));
            Assert.Equal(["kept", $"lost 0 {new string('z', 100)}"], StoreRun.Texts(torn.ReadAll()));
            torn.Truncate(kept);
            torn.Adopt(2);
            torn.Append(2, "new");
        }

        using var again = new StoreRun(disk, StoreRun.Options());
        Assert.Equal(RecoveryCase.Whole, again.Store.Case);
        Assert.Equal(["kept", "new"], StoreRun.Texts(again.ReadAll()));
    }

    [Fact]
    public void A_floor_stays_over_restarts_and_goes_with_the_next_leader()
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close: true);
        string name = Logs(disk)[1];
        disk.Damage(name, Flip(200));
        RepairFloor floor;
        using (var first = new StoreRun(disk, Small))
        {
            floor = Assert.NotNull(first.Recovered.HardState.RepairFloor);
            Assert.Equal(new RepairFloor(2, entries[^1].Zxid), floor);
            Assert.Contains(name, first.Recovered.Damage);
            Assert.Contains($"waits for a leader whose history reaches {floor}", first.Recovered.Damage);
            Assert.Contains(disk.Names, path => path.EndsWith(".damaged", StringComparison.Ordinal));
        }

        HistoryPoint kept;
        using (var second = new StoreRun(disk, Small))
        {
            Assert.Equal(RecoveryCase.Whole, second.Store.Case);
            Assert.Equal(floor, second.Recovered.HardState.RepairFloor);
            Assert.Contains("was damaged and is not whole again", second.Recovered.Damage);
            Assert.Contains(name, second.Recovered.Damage);
            Assert.Contains($"waits for a leader whose history reaches {floor}", second.Recovered.Damage);
            kept = second.Last;
            second.Write([new Output.Append(second.Id(), [.. entries.Where(entry => entry.Zxid > kept.Zxid)])]);
            second.Adopt(3);
        }

        using var third = new StoreRun(disk, Small);
        Assert.Null(third.Recovered.Damage);
        Assert.Null(third.Recovered.HardState.RepairFloor);
        Assert.Equal(entries[^1].Point, third.Recovered.History.Last);
        Assert.DoesNotContain(disk.Names, path => path.EndsWith(".damaged", StringComparison.Ordinal));
    }

    [Fact]
    public void A_second_damage_never_lowers_the_floor()
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close: true);
        disk.Damage(Logs(disk)[2], Flip(300));
        RepairFloor? floor;
        using (var first = new StoreRun(disk, Small)) floor = first.Recovered.HardState.RepairFloor;
        disk.Damage(Logs(disk)[0], Flip(300));
        using var second = new StoreRun(disk, Small);
        Assert.Equal(RecoveryCase.Rotten, second.Store.Case);
        Assert.Equal(floor, second.Recovered.HardState.RepairFloor);
        Assert.Equal(new RepairFloor(2, entries[^1].Zxid), floor);
    }

    [Fact]
    public void The_floor_is_durable_before_anything_is_cut()
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close: true);
        disk.Damage(Logs(disk)[1], Flip(300));
        for (int at = 0; ; at++)
        {
            SimulatedDisk copy = disk.Copy((ulong)at);
            copy.PowerLossAt = at;
            bool ended = true;
            try
            {
                _ = new StoreRun(copy, Small);
            }
            catch (PowerLossException)
            {
                ended = false;
            }

            copy.LosePower();
            using var run = new StoreRun(copy, Small);
            AssertPrefix(run, entries);
            Assert.Equal(new RepairFloor(2, entries[^1].Zxid), run.Recovered.HardState.RepairFloor);
            Assert.Contains(Logs(disk)[1], run.Recovered.Damage);
            if (ended) break;
        }
    }

    [Fact]
    public void A_segment_that_is_missing_is_damage()
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close: true);
        string[] names = Logs(disk);
        foreach (string name in names)
        {
            SimulatedDisk without = disk.Copy(1);
            without.Remove(name);
            using var run = new StoreRun(without, Small);
            Assert.Contains($"{name} is missing", run.Recovered.Damage);
            AssertFloor(run, entries, name);
        }
    }

    [Fact]
    public void A_segment_in_the_place_of_another_is_damage()
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close: true);
        string[] names = Logs(disk);
        for (int i = 0; i < names.Length; i++)
        {
            for (int j = 0; j < names.Length; j++)
            {
                if (i == j) continue;
                byte[] other = disk.Content(names[j]);
                SimulatedDisk copy = disk.Copy(1);
                copy.Put(names[i], other);
                if (i < j) copy.Put(names[j], disk.Content(names[i]));          // Swapped; else there are two of one.
                using var run = new StoreRun(copy, Small);
                Assert.Contains(names[Math.Min(i, i < j ? j : i)], run.Recovered.Damage);
                Assert.Contains("holds segment", run.Recovered.Damage);
                AssertFloor(run, entries, $"{names[i]} is {names[j]}");
            }
        }
    }

    [Fact]
    public void A_segment_of_another_server_is_damage()
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close: true);
        (SimulatedDisk other, _) = Log(close: true, server: 2);
        string name = Logs(disk)[1];
        disk.Put(name, other.Content(Logs(other)[1]));
        using var run = new StoreRun(disk, Small);
        Assert.Contains($"{name} comes from another data directory", run.Recovered.Damage);
        AssertFloor(run, entries, name);
    }

    [Fact]
    public void A_record_that_was_written_to_the_place_of_another_is_damage()
    {
        (SimulatedDisk disk, Entry[] entries) = Log(close: true);
        string name = Logs(disk)[1];
        byte[] content = disk.Content(name);
        int[] places = [.. Enumerable.Range(0, content.Length / 8).Select(static i => i * 8).Where(at => at >= 64 && content.AsSpan(at, 4).SequenceEqual(content.AsSpan(16, 4)))];
        for (int i = 1; i < places.Length - 1; i++)
        {
            int length = places[i + 1] - places[i];
            using StoreRun run = OpenDamaged(disk, name, bytes => content.AsSpan(places[i], length).CopyTo(bytes.AsSpan(places[i - 1])), i);
            AssertFloor(run, entries, $"record {i}");
            Assert.Contains($"offset {places[i - 1]}", run.Recovered.Damage);
            Assert.Contains($"was written for offset {places[i]}", run.Recovered.Damage);
        }
    }

    /// <summary>Three segments, of two epochs; the last batch has two entries, and nothing behind it unless the store was closed.</summary>
    private static (SimulatedDisk Disk, Entry[] Entries) Log(bool close, uint server = 1, bool idle = false)
    {
        var disk = new SimulatedDisk(1);
        var run = new StoreRun(disk, Small with { ServerId = new ServerId(server), Entropy = new DeterministicRandom(server).NextUInt64 });
        var entries = new List<Entry>();
        run.Adopt(1);
        for (int i = 0; i < 5; i++) entries.AddRange(run.Append(1, $"{i}", $"{i} {new string('x', i * 20)}"));
        run.Adopt(2);
        for (int i = 0; i < 4; i++) entries.AddRange(run.Append(2, $"{i} {new string('y', 60)}", $"{i}"));
        Assert.Equal(3, Logs(disk).Length);
        if (idle) run.Store.Idle();
        if (close) run.Store.Close();
        disk.KillProcess();
        return (disk.Copy(1), [.. entries]);
    }

    private static string[] Logs(SimulatedDisk disk) => [.. disk.Names.Select(static path => Path.GetFileName(path)).Where(static name => name.EndsWith(".log", StringComparison.Ordinal))];

    private static int UsedBytes(SimulatedDisk disk, string name) => (disk.Content(name).AsSpan().LastIndexOfAnyExcept((byte)0) + 8) & ~7;

    private static Action<byte[]> Flip(int at) => content => content[at] ^= (byte)(1 << (at % 8));

    private static StoreRun OpenDamaged(SimulatedDisk disk, string name, Action<byte[]> change, int seed)
    {
        SimulatedDisk copy = disk.Copy((ulong)seed);
        copy.Damage(name, change);
        return new StoreRun(copy, Small);
    }

    private static void AssertPrefix(StoreRun run, Entry[] entries)
    {
        List<Entry> read = run.ReadAll();
        Assert.Equal(entries.Take(read.Count).Select(static entry => entry.Point), read.Select(static entry => entry.Point));
        Assert.Equal(read.Count == 0 ? HistoryPoint.Empty : read[^1].Point, run.Recovered.History.Last);
    }

    private static void AssertFloor(StoreRun run, Entry[] entries, string situation)
    {
        AssertPrefix(run, entries);
        Assert.True(run.Store.Case == RecoveryCase.Rotten && run.Recovered.HardState.RepairFloor == new RepairFloor(2, entries[^1].Zxid), $"{situation}: {run.Store.Case}, {run.Recovered.HardState.RepairFloor}");
    }
}
