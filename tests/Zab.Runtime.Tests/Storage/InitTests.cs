using Xunit;
using Zab.Core;
using Zab.Storage;
using Zab.Testing;

namespace Zab.Tests.Storage;

/// <summary>A new directory, and the token that an operator writes into one.</summary>
public class InitTests
{
    [Fact]
    public void A_token_founds_the_cluster_that_its_name_and_members_stand_for()
    {
        var disk = new SimulatedDisk(1);
        DiskStore.Init(disk, StoreRun.Options(), "NAME", StoreRun.Three);
        using var run = new StoreRun(disk);
        HardState state = run.Recovered.HardState;
        Assert.Equal(Ensemble.TokenClusterId("NAME", StoreRun.Three.Members), state.ClusterId);
        Assert.True(state.Founded);
        Assert.Equal(new ServerId(1), state.ServerId);
        Assert.Equal(StoreRun.Three.Encode(), state.Founding!.Encode());
        Assert.Equal(StoreRun.Three.Encode(), Assert.Single(run.Recovered.Configs).Encode());
        Assert.Equal(HistoryPoint.Empty, run.Recovered.History.Last);
    }

    [Fact]
    public void A_directory_that_a_server_has_only_waited_in_is_fresh_and_keeps_its_incarnation()
    {
        var disk = new SimulatedDisk(1);
        Incarnation incarnation;
        using (var waiting = new StoreRun(disk)) incarnation = waiting.Recovered.HardState.Incarnation;
        DiskStore.Init(disk, StoreRun.Options(), "NAME", StoreRun.Three);
        using var run = new StoreRun(disk);
        Assert.True(run.Recovered.HardState.Founded);
        Assert.Equal(incarnation, run.Recovered.HardState.Incarnation);
    }

    [Fact]
    public void Any_other_directory_is_refused_and_untouched()
    {
        var joined = new SimulatedDisk(1);
        DiskStore.Init(joined, StoreRun.Options(), "NAME", StoreRun.Three);
        AssertRefused(joined, "is in use already, by cluster");

        var promised = new SimulatedDisk(1);
        using (var run = new StoreRun(promised)) run.Adopt(1);
        AssertRefused(promised, "is in use already");

        var foreign = new SimulatedDisk(1);
        foreign.Create(Path.Combine(StoreRun.Directory, "letter.txt"));
        AssertRefused(foreign, "it holds letter.txt");

        var remains = new SimulatedDisk(1);
        remains.Create(Path.Combine(StoreRun.Directory, "000007.log"));
        AssertRefused(remains, "No copy of the hard state");

        var other = new SimulatedDisk(1);
        using (new StoreRun(other, StoreRun.Options(server: 2)))
        {
        }

        AssertRefused(other, "belongs to server 2");
    }

    [Fact]
    public void A_server_that_is_not_in_the_list_gets_no_token()
    {
        var disk = new SimulatedDisk(1);
        string message = Assert.Throws<StorageException>(() => DiskStore.Init(disk, StoreRun.Options(server: 9), "NAME", StoreRun.Three)).Message;
        Assert.Contains("Server 9 is not in the start list (1, 2, 3)", message);
        Assert.Empty(disk.Names);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_power_loss_while_a_directory_is_made_leaves_one_that_is_made_anew(bool token)
    {
        for (int at = 0; ; at++)
        {
            var disk = new SimulatedDisk((ulong)at) { PowerLossAt = at };
            bool ended = true;
            try
            {
                if (token) DiskStore.Init(disk, StoreRun.Options(), "NAME", StoreRun.Three);
                else _ = new StoreRun(disk);
            }
            catch (PowerLossException)
            {
                ended = false;
            }

            disk.LosePower();
            Incarnation incarnation;
            using (var run = new StoreRun(disk))
            {
                incarnation = run.Recovered.HardState.Incarnation;
                Assert.False(incarnation.IsNone);
                Assert.Null(run.Recovered.Damage);
                Assert.Equal(HistoryPoint.Empty, run.Recovered.History.Last);
                if (ended) Assert.Equal(token, run.Recovered.HardState.Founded);
            }

            disk.LosePower();
            using var again = new StoreRun(disk);
            Assert.Equal(incarnation, again.Recovered.HardState.Incarnation);
            if (ended) break;
        }
    }

    [Fact]
    public void A_directory_that_holds_something_else_is_no_data_directory()
    {
        var disk = new SimulatedDisk(1);
        disk.Create(Path.Combine(StoreRun.Directory, ".hidden"));
        disk.Create(Path.Combine(StoreRun.Directory, "letter.txt"));
        Assert.Contains("is no data directory, and not empty: it holds letter.txt", HardStateTests.AssertRefused(disk).Message);
        disk.Remove("letter.txt");
        using var run = new StoreRun(disk);                 // What hides is nobody's letter.
        Assert.Null(run.Recovered.Damage);
    }

    private static void AssertRefused(SimulatedDisk disk, string reason)
    {
        string before = HardStateTests.State(disk);
        Assert.Contains(reason, Assert.Throws<StorageException>(() => DiskStore.Init(disk, StoreRun.Options(), "NAME", StoreRun.Three)).Message);
        Assert.Equal(before, HardStateTests.State(disk));
        disk.Lock(StoreRun.Directory).Dispose();            // It is free.
    }
}
