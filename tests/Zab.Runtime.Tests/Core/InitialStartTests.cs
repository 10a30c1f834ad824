using Xunit;
using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>The initial start of five servers, step by step, and its variants.</summary>
public class InitialStartTests
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(900);
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    /// <summary>Two of five must never elect anybody; the third makes a quorum, and the highest id of the three leads; the others join without another election.</summary>
    [Fact]
    public void Five_servers_started_in_order_elect_the_third_once()
    {
        ModelNet net = Five();
        net[1].Start();
        net.Run(Quiet);
        Assert.Equal(Role.Looking, net[1].Peer!.Role);

        net[2].Start();
        net.Run(Quiet);
        Assert.Null(net.Leader);

        net[3].Start();
        net.RunUntil(() => net.Leader?.Id == new ServerId(3), Bound);
        foreach (uint follower in (uint[])[1, 2]) net.RunUntil(() => net[follower].Peer!.Role == Role.Following, Bound);
        AssertEpochs(net, 1, 1, 2, 3);

        net[4].Start();
        net.RunUntil(() => net[4].Peer!.Role == Role.Following, Bound);
        net[5].Start();
        net.RunUntil(() => net[5].Peer!.Role == Role.Following, Bound);
        AssertEpochs(net, 1, 1, 2, 3, 4, 5);
        Assert.Equal(new ServerId(3), net.Leader!.Id);
        Assert.Equal([1u], net.Leaders.Keys);

        net[1].Step(new Input.Submit([new ProposalRequest(1, "first"u8.ToArray())]));
        net.RunUntil(() => net.Order.Count == 1, Bound);
        Assert.Equal(new Zxid(1, 1), net.Order[0].Zxid);
    }

    [Theory]
    [InlineData(new uint[] { 5, 4, 3 }, 5)]
    [InlineData(new uint[] { 1, 2, 4 }, 4)]
    [InlineData(new uint[] { 4, 2, 1 }, 4)]
    public void The_highest_id_of_the_first_quorum_leads(uint[] order, uint leader)
    {
        ModelNet net = Five();
        foreach (uint id in order)
        {
            Assert.Null(net.Leader);
            net[id].Start();
            net.Run(Quiet);
        }

        Assert.True(new ServerId(leader) == net.Leader?.Id, net.Describe());
    }

    [Fact]
    public void All_five_at_once_elect_the_fifth()
    {
        ModelNet net = Five();
        net.StartAll();
        net.RunUntil(() => net.Leader is not null, Bound);
        Assert.Equal(new ServerId(5), net.Leader!.Id);
    }

    [Fact]
    public void Two_of_three_elect_the_second()
    {
        var net = new ModelNet(1, Ids(1, 2, 3));
        net.FoundByToken();
        net[1].Start();
        net[2].Start();
        net.RunUntil(() => net.Leader is not null, Bound);
        Assert.Equal(new ServerId(2), net.Leader!.Id);
    }

    /// <summary>Within one epoch the longer log wins over the higher id.</summary>
    [Fact]
    public void The_longer_log_of_the_same_epoch_leads_at_the_third_start()
    {
        ModelNet net = Five();
        Hold(net, 1, currentEpoch: 1, (1, 2));
        Hold(net, 2, currentEpoch: 1, (1, 1));
        Hold(net, 3, currentEpoch: 1, (1, 1));
        foreach (uint id in (uint[])[1, 2, 3])
        {
            net[id].Start();
            net.Run(Quiet);
        }

        Assert.True(new ServerId(1) == net.Leader?.Id, net.Describe());
        Assert.Contains(net[3].Disk.Log, static entry => entry.Zxid == new Zxid(1, 2));
    }

    /// <summary>The zxids are compared only inside equal epochs: a long tail of a dead epoch must not win.</summary>
    [Fact]
    public void The_newer_current_epoch_leads_over_the_higher_zxid()
    {
        ModelNet net = Five();
        Hold(net, 1, currentEpoch: 1, (1, 4));
        Hold(net, 2, currentEpoch: 2, (1, 1));
        Hold(net, 3, currentEpoch: 1, (1, 1));
        foreach (uint id in (uint[])[1, 2, 3])
        {
            net[id].Start();
            net.Run(Quiet);
        }

        Assert.True(new ServerId(2) == net.Leader?.Id, net.Describe());
        Assert.DoesNotContain(net[1].Disk.Log, static entry => entry.Zxid == new Zxid(1, 2));
    }

    /// <summary>Without a token, every voter has to be there, fresh, before there is an ensemble.</summary>
    [Fact]
    public void Fresh_servers_found_an_ensemble_only_when_all_voters_are_present()
    {
        var net = new ModelNet(7, Ids(1, 2, 3));
        net[1].Start();
        net[2].Start();
        net.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(Role.Fresh, net[1].Peer!.Role);
        Assert.Equal("fresh; waiting for 3, or start with init NAME", net[1].Peer!.Reason);

        net[3].Start();
        net.RunUntil(() => net.Leader is not null && net.Servers.Values.All(static s => s.Peer!.Role is Role.Leading or Role.Following), Bound);
        Assert.Single(net.Servers.Values.Select(static s => s.Disk.HardState.ClusterId).Distinct());
    }

    /// <summary>A crash in the middle of the founding changes nothing: whoever comes back meets the record that names it.</summary>
    [Fact]
    public void A_server_that_crashed_during_founding_is_taken_back()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var net = new ModelNet(seed, Ids(1, 2, 3));
            net.StartAll();
            net.Run(TimeSpan.FromTicks((long)(seed * 1_000)));
            net[2].Crash();
            net.Run(TimeSpan.FromMilliseconds(30));
            net[2].Start();
            net.RunUntil(() => net.Servers.Values.All(static s => s.Peer!.Role is Role.Leading or Role.Following), TimeSpan.FromSeconds(10));
            Assert.True(net[2].Disk.HardState.Founded);
        }
    }

    private static ModelNet Five()
    {
        var net = new ModelNet(42, Ids(1, 2, 3, 4, 5));
        net.FoundByToken();
        return net;
    }

    private static ServerId[] Ids(params uint[] ids) => [.. ids.Select(static id => new ServerId(id))];

    private static void Hold(ModelNet net, uint id, uint currentEpoch, params (uint Epoch, uint Count)[] epochs)
    {
        ModelDisk disk = net[id].Disk;
        foreach ((uint epoch, uint count) in epochs)
            for (uint k = 1; k <= count; k++) disk.Do(new Output.Append(default, [Entry.After(disk.Last, new Zxid(epoch, k), 1, EntryType.Request, "x"u8.ToArray())]));
        disk.Do(new Output.SaveHardState(default, disk.HardState with { AcceptedEpoch = currentEpoch, CurrentEpoch = currentEpoch }));
    }

    private static void AssertEpochs(ModelNet net, uint epoch, params uint[] servers)
    {
        foreach (uint id in servers)
        {
            net.RunUntil(() => net[id].Disk.HardState.CurrentEpoch == epoch, Bound);
            Assert.Equal(epoch, net[id].Disk.HardState.AcceptedEpoch);
        }
    }
}
