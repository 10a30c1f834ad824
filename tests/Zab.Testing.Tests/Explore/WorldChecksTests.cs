using Xunit;
using Zab.Core;
using Zab.Simulator.Explore;

namespace Zab.Tests.Explore;

/// <summary>Each rule, with the least that breaks it: a search without violations says something only if its checks can fail.</summary>
public sealed class WorldChecksTests
{
    private static readonly Entry A = Entry.After(default, new Zxid(1, 1), 1, EntryType.Request, new byte[] { 1 });
    private static readonly Entry B = Entry.After(A.Point, new Zxid(1, 2), 1, EntryType.Request, new byte[] { 2 });
    private static readonly Entry OtherB = Entry.After(A.Point, new Zxid(1, 2), 1, EntryType.Request, new byte[] { 3 });
    private static readonly Entry C = Entry.After(A.Point, new Zxid(2, 1), 1, EntryType.Request, new byte[] { 4 });

    private readonly Tables _tables = new(new Setting(3, 0), isFresh: false);
    private readonly World _world;

    public WorldChecksTests()
    {
        _world = new World(_tables);
        Remember(Path());
        for (int place = 0; place < 3; place++) Holds(place, accepted: 0, current: 0);
    }

    [Fact]
    public void I1_a_second_leader_completes_the_discovery_of_an_epoch()
    {
        Remember(Path(), new EpochFact(2, 1, IsEstablished: false, Path()));
        for (int place = 0; place < 3; place++) Holds(place, accepted: 2, current: 0);

        AssertBroken("I1", 2, Leads(2, LeaderPhase.Sync, 2));
        Assert.Null(Check(1, Leads(1, LeaderPhase.Sync, 2)));
    }

    [Fact]
    public void I2_discovery_is_complete_with_the_promise_of_one_voter()
    {
        Holds(2, accepted: 2, current: 0);
        AssertBroken("I2", 2, Leads(2, LeaderPhase.Sync, 2));

        Holds(1, accepted: 2, current: 0);
        Assert.Null(Check(2, Leads(2, LeaderPhase.Sync, 2)));
    }

    [Fact]
    public void I3_an_epoch_is_adopted_before_its_initial_history()
    {
        Remember(Path(), new EpochFact(2, 2, IsEstablished: false, Path(A)));

        AssertBroken("I3", 0, Local(0) with { CurrentOnDisk = 2 });
        Holds(0, accepted: 2, current: 1, A);
        Assert.Null(Check(0, Local(0) with { CurrentOnDisk = 2 }));
    }

    [Fact]
    public void I5_what_is_committed_is_on_one_disk()
    {
        Holds(2, accepted: 1, current: 1, A);
        AssertBroken("I5", 2, Local(2) with { Committed = Path(A) });

        Holds(1, accepted: 1, current: 1, A);
        Assert.Null(Check(2, Local(2) with { Committed = Path(A) }));
        Assert.Equal(Path(A), _tables.Ghosts[_world.GhostId].Committed);
    }

    [Fact]
    public void I7_what_is_committed_is_dropped_by_one_of_a_quorum()
    {
        Remember(Path(A));
        Holds(1, accepted: 1, current: 1, A);
        Holds(2, accepted: 1, current: 1, A);
        Summary before = Local(2);
        Holds(2, accepted: 1, current: 1);

        AssertBroken("I7", 2, Local(2), before);
    }

    [Fact]
    public void I7_another_entry_is_known_to_be_committed()
    {
        Remember(Path(A, B));
        Holds(1, accepted: 1, current: 1, A, OtherB);
        Holds(2, accepted: 1, current: 1, A, OtherB);

        AssertBroken("I7, I12", 2, Local(2) with { Committed = Path(A, OtherB) });
    }

    [Fact]
    public void I8_a_leader_is_established_without_what_was_committed_before()
    {
        Remember(Path(A), new EpochFact(2, 2, IsEstablished: false, Path()));

        AssertBroken("I8", 2, Leads(2, LeaderPhase.Broadcast, 2));
    }

    [Fact]
    public void A_leader_that_is_late_to_be_established_need_not_hold_what_its_successor_committed()
    {
        Remember(Path(A, C), new EpochFact(2, 2, IsEstablished: false, Path(A)));
        Holds(2, accepted: 2, current: 2, A);

        Assert.Null(Check(2, Leads(2, LeaderPhase.Broadcast, 2)));
    }

    [Fact]
    public void I9_the_tail_of_a_dead_leader_comes_back()
    {
        Remember(Path(A), new EpochFact(2, 1, IsEstablished: true, Path(A)));
        Holds(1, accepted: 3, current: 3, A, B);
        Holds(2, accepted: 3, current: 3, A, B);

        AssertBroken("I9", 2, Local(2) with { Committed = Path(A, B) });
    }

    [Fact]
    public void I10_a_leader_that_is_not_established_makes_an_entry()
    {
        Remember(Path(), new EpochFact(1, 2, IsEstablished: false, Path()));
        Summary before = Leads(2, LeaderPhase.Sync, 1) with { IsUp = true };

        AssertBroken("I10", 2, before with { Logged = Path(A) }, before);
        Summary established = before with { Leading = LeaderPhase.Broadcast };
        Assert.Null(Check(2, established with { Logged = Path(A) }, established));
    }

    [Fact]
    public void I11_two_servers_hold_different_entries_under_one_zxid()
    {
        Holds(1, accepted: 1, current: 1, A, B);

        AssertBroken("I11", 2, Local(2) with { Logged = Path(A, OtherB) });
        Assert.Null(Check(2, Local(2) with { Logged = Path(A, B) }));
    }

    public static TheoryData<string, bool> Sends => new()
    {
        { "P1: VOTE", false }, { "P1: LEARNERINFO", false }, { "I2: LEADERINFO", false }, { "I2: ACKEPOCH", false }, { "P1: ACKEPOCH", false }, { "I3", false }, { "I4", false },
        { "P1: VOTE", true }, { "P1: LEARNERINFO", true }, { "I2: LEADERINFO", true }, { "I2: ACKEPOCH", true }, { "P1: ACKEPOCH", true }, { "I3", true }, { "I4", true },
    };

    [Theory]
    [MemberData(nameof(Sends))]
    public void What_a_message_claims_must_be_on_the_disk(string rule, bool isDurable)
    {
        Disk disk = _tables.Setting.NewDisk(0, isFounded: true);
        if (isDurable || rule.StartsWith("P1: ACKEPOCH", StringComparison.Ordinal)) Assert.Null(disk.Do(new Output.SaveHardState(default, disk.HardState with { AcceptedEpoch = 2, CurrentEpoch = 2 })));
        if (isDurable) Assert.Null(disk.Do(new Output.Append(default, [A])));
        Message message = rule switch
        {
            "P1: VOTE" => new Message.Vote(VoteState.Looking, 1, default, true, default, 1, A.Zxid, Zxid.None),
            "P1: LEARNERINFO" => new Message.LearnerInfo(true, 0, 1, Zxid.None, default, true, 1, A.Zxid),
            "I2: LEADERINFO" => new Message.LeaderInfo(2, 1, default, _tables.Setting.Founding),
            "I2: ACKEPOCH" => new Message.AckEpoch(2, true, 0, default, default, [], null),
            "P1: ACKEPOCH" => new Message.AckEpoch(2, true, 0, default, A.Point, [], null),
            "I3" => new Message.AckNewLeader(2, A.Zxid),
            _ => new Message.Ack(2, A.Zxid),
        };
        Output send = message is Message.Vote ? new Output.SendPeer(Setting.IdOf(1), message, default) : new Output.Send(default, message, default);

        string? broken = Claims.Broken(send, disk);

        if (isDurable) Assert.Null(broken);
        else Assert.StartsWith(rule, broken, StringComparison.Ordinal);
    }

    [Fact]
    public void A_disk_names_the_rule_that_a_write_breaks()
    {
        Disk disk = _tables.Setting.NewDisk(0, isFounded: true);
        Assert.Null(disk.Do(new Output.SaveHardState(default, disk.HardState with { AcceptedEpoch = 2, CurrentEpoch = 1 })));

        Assert.StartsWith("I17", disk.Do(new Output.Append(default, [B])), StringComparison.Ordinal);
        Assert.StartsWith("I17", disk.Do(new Output.Truncate(default, A.Point)), StringComparison.Ordinal);
        Assert.StartsWith("I27", disk.Do(new Output.InstallSnapshot(default, new SnapshotInfo(A.Point, _tables.Setting.Founding, 1, 1, 1))), StringComparison.Ordinal);
        Assert.StartsWith("I30", disk.Do(new Output.SaveHardState(default, disk.HardState with { CurrentEpoch = 3 })), StringComparison.Ordinal);
        Assert.StartsWith("I30", disk.Do(new Output.SaveHardState(default, disk.HardState with { AcceptedEpoch = 1, CurrentEpoch = 0 })), StringComparison.Ordinal);
    }

    private string? Check(int server, Summary after, Summary? before = null) => new WorldChecks(_tables).Check(_world, server, before ?? Local(server), after);

    private void AssertBroken(string rule, int server, Summary after, Summary? before = null) =>
        Assert.StartsWith($"{rule}:", Check(server, after, before), StringComparison.Ordinal);

    private Summary Local(int place) => _world.Local(place).Summary;

    private Summary Leads(int place, LeaderPhase phase, uint epoch) => Local(place) with { Leading = phase, LeaderEpoch = epoch };

    private HistoryPath Path(params Entry[] entries)
    {
        HistoryPath path = _tables.Locals.Paths.Empty;
        foreach (Entry entry in entries) path = _tables.Locals.Paths.Then(path, entry.Point);
        return path;
    }

    private void Remember(HistoryPath committed, params EpochFact[] facts) => _world.GhostId = _tables.Ghosts.IdOf(new Ghost(committed, facts, Ghost.NoReader, Zxid.None));

    private void Holds(int place, uint accepted, uint current, params Entry[] log)
    {
        Disk disk = _tables.Setting.NewDisk(place, isFounded: true);
        Assert.Null(disk.Do(new Output.SaveHardState(default, disk.HardState with { AcceptedEpoch = accepted, CurrentEpoch = current, Generation = 10 })));
        Assert.Null(disk.Do(new Output.Append(default, log)));
        Stage stage = _tables.Locals.NewStage();
        stage.Begin(place, 0);
        _world.SetLocal(place, _tables.Locals.Add(new Server(disk), stage).Id);
    }
}
