using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Storage;
using Zab.Testing;
using Zab.Testing.Checks;

namespace Zab.Scenarios;

/// <summary>State machines that misbehave, and snapshots of what they hold.</summary>
public sealed partial class BroadcastScenarios
{
    private static readonly ReplicatedClasses Classes = new([ReplicatedClass.Of<Accounts>()]);

    /// <summary>What a server answered live is compared with what its own log gives when the next snapshot is made.</summary>
    [Fact]
    public void B18_a_server_that_once_answered_something_else_finds_out_at_its_next_snapshot_and_stops()
    {
        World world = Serving(voters: 1);
        for (int i = 0; i < 3; i++) Answered(world, Accounts.Move);
        Accounts.DeviatesNext = true;
        Assert.Equal(long.MaxValue, BitConverter.ToInt64(Answered(world, Accounts.Move).Reply));
        int more = 0;
        ViolationException end = Assert.Throws<ViolationException>(() =>
        {
            for (; more < 100; more++) Answered(world, Accounts.Move);
        });
        Assert.Contains("the same entries gave other answers", end.Message, StringComparison.Ordinal);
        Assert.True(more <= 40, $"{more} commands were answered before it was found");
    }

    [Fact]
    public void B18_two_servers_that_answer_one_entry_differently_are_flagged()
    {
        World world = Serving(voters: 3);
        Answered(world, Accounts.Move);
        Accounts.DeviatesNext = true;
        ViolationException violation = Assert.Throws<ViolationException>(() =>
        {
            Answered(world, Accounts.Move);
            world.Run(TimeSpan.FromSeconds(1));
        });
        Assert.Equal("I18", violation.Invariant);
    }

    /// <summary>An exception of a command is its answer, on every server, and what it has done until then stays, on every server.</summary>
    [Fact]
    public void B18_a_command_that_throws_stops_nobody_and_leaves_the_same_state_everywhere()
    {
        World world = Serving(voters: 3);
        Answered(world, Accounts.Move);
        Assert.Equal(RequestOutcome.Failed, Answered(world, Accounts.Throw).Outcome);
        Answer after = Answered(world, Accounts.Move);
        Assert.Equal(-3, BitConverter.ToInt64(after.Reply));
        Assert.True(world.RunUntil(() => world.Servers.All(server => server.Life!.Replica.Status.LastApplied >= after.Zxid), TimeSpan.FromSeconds(5)));
        Assert.Single(world.Servers.Select(static server => server.Life!.Replica.Applier.Digest()).Distinct());
    }

    /// <summary>A command changes two accounts. Snapshots are taken all the time, at every server; each is read back, and refused where the accounts do not balance.</summary>
    [Fact]
    public void B19_a_snapshot_holds_a_command_as_a_whole_or_not_at_all()
    {
        World world = Serving(voters: 3);
        int snapshots = 0;
        for (int i = 0; i < 150; i++)
        {
            Call[] calls = [.. Enumerable.Range(0, 3).Select(_ => Submit(world, Accounts.Move))];
            Assert.True(world.RunUntil(() => calls.All(static call => call.IsOk()), TimeSpan.FromSeconds(5)));
            if (i % 10 != 0) continue;
            foreach (SimulatedServer server in world.Servers)
            {
                using IStore store = DiskStore.Open(server.Disk.Copy(seed: 1), server.StoreOptions);
                if (store.LoadSnapshot() is not { } newest) continue;
                StateMachine state = StateMachine.Load(server.Life!.Peer.HardState.ClusterId, Classes, newest.Content.Span);
                Assert.Equal(newest.Info.Point.Zxid, state.LastApplied);
                snapshots++;
            }
        }

        Assert.True(snapshots > 20 && world.Rarities[Rare.SnapshotTaken] > 20, $"{snapshots} snapshots were read, {world.Rarities[Rare.SnapshotTaken]} taken");
    }

    private static World Serving(int voters)
    {
        var world = new World(new WorldOptions { Seed = 1, Voters = voters, IsFoundedByToken = true, SnapshotEveryBytes = 2_000 }, Classes);
        world.Trace.Attach(() => world.Time.Now);
        world.StartAll();
        Assert.True(world.RunUntil(() => world.Servers.All(static server => server.Life!.Peer.Role is Role.Leading or Role.Following), TimeSpan.FromSeconds(10)));
        return world;
    }

    private static Call Submit(World world, uint command) => world.Leader!.Life!.Calls.Submit(new byte[RequestCodec.CommandHeadBytes], Accounts.Id, command);

    private static Answer Answered(World world, uint command)
    {
        Call call = Submit(world, command);
        Assert.True(world.RunUntil(() => call.Answer.IsCompleted, TimeSpan.FromSeconds(5)));
        return call.Answer.Result;
    }
}
