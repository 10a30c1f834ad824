using Xunit;
using Zab.Core;
using Zab.Storage;
using Zab.Testing;

namespace Zab.Tests.Storage;

public class HardStateTests
{
    [Fact]
    public void Every_field_comes_back()
    {
        var disk = new SimulatedDisk(1);
        HardState written;
        using (var run = new StoreRun(disk))
        {
            written = run.Recovered.HardState with
            {
                ClusterId = new ClusterId(77),
                AcceptedEpoch = uint.MaxValue,
                CurrentEpoch = 0x8000_0000,
                RepairFloor = new RepairFloor(0x8000_0000, new Zxid(0x8000_0000, uint.MaxValue)),
                Founding = StoreRun.Three,
                Founded = true,
            };
            run.Write(new Output.SaveHardState(run.Id(), written));
        }

        using var again = new StoreRun(disk);
        HardState found = again.Recovered.HardState;
        Assert.Equal(written with { Generation = found.Generation, Founding = found.Founding }, found);
        Assert.Equal(StoreRun.Three.Encode(), found.Founding!.Encode());
        Assert.Equal(StoreRun.Three.Encode(), Assert.Single(again.Recovered.Configs).Encode());
        Assert.Equal(written.RepairFloor, found.RepairFloor);
    }

    [Fact]
    public void The_generation_grows_with_every_write_and_every_start_and_is_never_less_than_what_was_asked()
    {
        var disk = new SimulatedDisk(1);
        ulong before = 0;
        for (int life = 0; life < 3; life++)
        {
            using var run = new StoreRun(disk);
            Assert.True(run.Recovered.HardState.Generation > before);
            run.Write(new Output.SaveHardState(run.Id(), run.HardState with { Generation = run.HardState.Generation + 50 }));
            before = run.HardState.Generation + 50;
        }
    }

    /// <summary>Found by a random history: copy 1 had rotted, and the power went while copy 0, by then the last one, was being written.</summary>
    [Theory]
    [InlineData("state.0")]
    [InlineData("state.1")]
    [InlineData("manifest.0")]
    [InlineData("manifest.1")]
    public void A_copy_that_rotted_unseen_is_written_first_so_that_a_power_loss_leaves_the_other(string rotten)
    {
        for (int operations = 0; operations < 8; operations++)
        {
            for (ulong seed = 1; seed <= 8; seed++)
            {
                var disk = new SimulatedDisk(seed);
                using (var run = new StoreRun(disk))
                {
                    run.Write(new Output.SaveHardState(run.Id(), run.HardState with { AcceptedEpoch = 7, Founding = Many(1) }));
                    disk.Damage(rotten, static bytes => bytes[3] ^= 1);
                    disk.PowerLossAt = disk.Operations + operations;
                    Record.Exception(() => run.Write(new Output.SaveHardState(run.Id(), run.HardState with { AcceptedEpoch = 8, Founding = Many(2) })));
                }

                disk.LosePower();
                using var again = new StoreRun(disk);
                Assert.InRange(again.Recovered.HardState.AcceptedEpoch, 7u, 8u);
            }
        }

        // Several sectors, all of them different, so that a write can be torn.
        static Ensemble Many(ulong incarnation) => new(Zxid.None, Enumerable.Range(1, 31).Select(id => new Member(new ServerId((uint)id), true, new Incarnation(incarnation))));
    }

    [Theory]
    [InlineData("state.0", true)]
    [InlineData("state.1", true)]
    [InlineData("state.0", false)]
    [InlineData("state.1", false)]
    [InlineData("manifest.0", true)]
    [InlineData("manifest.1", false)]
    public void One_copy_that_is_lost_is_made_anew_and_forgets_no_promise(string name, bool isRemoved)
    {
        (SimulatedDisk disk, HistoryPoint last) = Used();
        for (int round = 0; round < 3; round++)             // The repaired copy alone is enough, too.
        {
            string lost = round % 2 == 0 ? name : name[..^1] + (name[^1] == '0' ? '1' : '0');
            if (isRemoved) disk.Remove(lost);
            else disk.Cut(lost, 20);
            using var run = new StoreRun(disk);
            Assert.Equal(((uint)5, last), (run.Recovered.HardState.AcceptedEpoch, run.Recovered.History.Last));
        }
    }

    [Fact]
    public void A_kill_between_two_copies_and_a_power_loss_at_the_next_start_leave_one_of_them()
    {
        for (int killAt = 0; killAt < 8; killAt++)
        {
            for (int lossAt = 0; lossAt < 8; lossAt++)
            {
                for (ulong seed = 0; seed < 6; seed++)
                {
                    var disk = new SimulatedDisk(seed);
                    Write(disk, isNew: true, 1);
                    disk.FlushDirectory(StoreRun.Directory);
                    WriteUntil(disk, disk.Operations + killAt, 2);
                    disk.KillProcess();
                    WriteUntil(disk, disk.Operations + lossAt, 3);
                    disk.LosePower();
                    using TwoCopies copies = Open(disk);
                    Assert.Equal(600, copies.Body.Length);
                    Assert.Equal(copies.Generation, copies.Body.Span[0]);
                    Assert.False(copies.Body.Span.ContainsAnyExcept((byte)copies.Generation));
                }
            }
        }

        static TwoCopies Open(SimulatedDisk disk) => TwoCopies.Open(disk, "/data/state", StoredState.Magic, StoredState.FormatVersion, new HashSet<string>(disk.List(StoreRun.Directory)), "hard state");

        static void Write(SimulatedDisk disk, bool isNew, ulong generation)
        {
            using TwoCopies copies = isNew ? TwoCopies.Create(disk, "/data/state", StoredState.Magic, StoredState.FormatVersion) : Open(disk);
            byte[] body = new byte[600];
            Array.Fill(body, (byte)generation);
            copies.Write(generation, body);
        }

        static void WriteUntil(SimulatedDisk disk, int powerLossAt, ulong generation)
        {
            disk.PowerLossAt = powerLossAt;
            try
            {
                Write(disk, isNew: false, generation);
            }
            catch (PowerLossException)
            {
            }
        }
    }

    [Theory]
    [InlineData("state", "hard state")]
    [InlineData("manifest", "manifest")]
    public void Without_a_valid_copy_a_server_does_not_start_and_touches_nothing(string name, string what)
    {
        (SimulatedDisk disk, _) = Used();
        disk.Damage(name + ".0", static content => content[40] ^= 1);
        disk.Damage(name + ".1", static content => content[16] ^= 1);
        StorageException refused = AssertRefused(disk);
        Assert.StartsWith($"No copy of the {what} can be read", refused.Message);
        Assert.Contains($"{name}.0 has checksum", refused.Message);
        Assert.Contains($"{name}.1 has checksum", refused.Message);

        disk.Remove(name + ".0");
        disk.Remove(name + ".1");
        Assert.Contains("is not there", AssertRefused(disk).Message);
    }

    [Fact]
    public void An_older_hard_state_beside_a_newer_log_is_refused()
    {
        var disk = new SimulatedDisk(1);
        var run = new StoreRun(disk);
        run.Adopt(1);
        run.Append(1, "a");
        SimulatedDisk older = disk.Copy(1);
        run.Adopt(2);
        run.Append(2, "b");
        disk.KillProcess();
        disk.Restore(older, static name => name.StartsWith("state.", StringComparison.Ordinal));
        Assert.Contains("was put together from different times", AssertRefused(disk).Message);
    }

    [Fact]
    public void An_older_manifest_beside_a_newer_hard_state_is_refused()
    {
        var disk = new SimulatedDisk(1);
        SimulatedDisk older;
        using (var run = new StoreRun(disk))
        {
            run.Adopt(1);
            run.Append(1, "a");
            older = disk.Copy(1);
            run.Truncate(HistoryPoint.Empty);
            run.Store.Close();
        }

        disk.Restore(older, static name => name.StartsWith("manifest.", StringComparison.Ordinal));
        Assert.Contains("was put together from different times", AssertRefused(disk).Message);
    }

    [Fact]
    public void The_directory_of_another_server_is_refused()
    {
        (SimulatedDisk disk, _) = Used();
        Assert.Contains("belongs to server 1, and this is server 2", AssertRefused(disk, StoreRun.Options(server: 2)).Message);
    }

    [Theory]
    [InlineData("state.0", 0, 0, 24)]
    [InlineData("manifest.1", 0, 0, 24)]
    [InlineData(".log", 12, 16, 64)]
    [InlineData(".snapshot", 12, 16, 1024)]
    public void A_newer_format_is_refused_with_its_file(string suffix, int checksumAt, int checkedFrom, int checkedTo)
    {
        (SimulatedDisk disk, HistoryPoint last) = Used();
        string name = Path.GetFileName(disk.Names.Last(path => path.EndsWith(suffix, StringComparison.Ordinal)));
        disk.Damage(name, content =>
        {
            content[8] = 9;
            uint checksum = checksumAt == 0
                ? Crc32C.Append(Crc32C.Of(content.AsSpan(0, 24)), content.AsSpan(28, 4 + BitConverter.ToInt32(content, 12)))
                : Crc32C.Append(Crc32C.Of(content.AsSpan(0, 12)), content.AsSpan(checkedFrom, checkedTo - checkedFrom));
            BitConverter.TryWriteBytes(content.AsSpan(checksumAt == 0 ? 24 : checksumAt), checksum);
        });
        string message = AssertRefused(disk).Message;
        Assert.Contains($"{name} has format version 9; this program reads up to 1", message);
        Assert.NotEqual(HistoryPoint.Empty, last);
    }

    [Theory]
    [InlineData(4, 5, "has taken over epoch 5, and promised only epoch 4")]
    [InlineData(4, 4, "the log reaches 5/2, and the hard state has promised only epoch 4")]
    public void Promises_that_the_rest_of_the_directory_contradicts_are_refused(uint accepted, uint current, string reason)
    {
        (SimulatedDisk disk, _) = Used();
        HashSet<string> names = [.. disk.List(StoreRun.Directory)];
        using (TwoCopies copies = TwoCopies.Open(disk, Path.Combine(StoreRun.Directory, "state"), StoredState.Magic, StoredState.FormatVersion, names, "hard state"))
        {
            StoredState stored = StoredState.Decode(copies.Body.Span, copies.Generation);
            copies.Write(copies.Generation + 1, (stored with { HardState = stored.HardState with { AcceptedEpoch = accepted, CurrentEpoch = current } }).Encode());
        }

        Assert.Contains(reason, AssertRefused(disk).Message);
    }

    [Fact]
    public void Epochs_never_go_back()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(3);
        Assert.Throws<StorageException>(() => run.Write(new Output.SaveHardState(run.Id(), run.HardState with { AcceptedEpoch = 2, CurrentEpoch = 2 })));
    }

    private static (SimulatedDisk Disk, HistoryPoint Last) Used()
    {
        var disk = new SimulatedDisk(1);
        using var run = new StoreRun(disk);
        run.Adopt(5);
        run.Append(5, "a", "b");
        run.TakeSnapshot(run.Last, [1, 2, 3]);
        run.Store.Close();
        return (disk, run.Last);
    }

    /// <summary>Refused, and every file as it was.</summary>
    internal static StorageException AssertRefused(SimulatedDisk disk, StoreOptions? options = null)
    {
        string before = State(disk);
        var refused = Assert.Throws<StorageException>(() => DiskStore.Open(disk, options ?? StoreRun.Options()));
        Assert.Contains("Nothing was changed", refused.Message);
        Assert.Equal(before, State(disk));
        return refused;
    }

    internal static string State(SimulatedDisk disk) => string.Join('\n', disk.Names.Select(path => $"{path} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(disk.Content(Path.GetFileName(path))))}"));
}
