using System.Buffers.Binary;
using Xunit;
using Zab.Replica;

namespace Zab.Tests.Replica;

/// <summary>Several replicated classes in one state and one order, and what happens where servers do not have the same ones.</summary>
public sealed class SeveralClassesTests
{
    [Fact]
    public void Two_classes_share_one_order_and_one_session()
    {
        var run = new Run(ReplicatedClass.Of<Counter>(), ReplicatedClass.Of<Map>());
        run.AddMissingClasses();
        Session session = run.CreateSession();

        AppliedRequest counted = run.Count(session, 1, by: 5);
        AppliedRequest put = run.Put(session, 2, key: 1, value: 10);

        Assert.Equal((new Zxid(1, 4), new Zxid(1, 5)), (counted.Zxid, put.Zxid));
        Assert.Equal((5, 1), (run.Value(), BinaryPrimitives.ReadInt32LittleEndian(run.Query(Map.Id, Map.Size))));
    }

    [Fact]
    public void A_class_added_later_starts_empty_at_one_zxid()
    {
        Run run = Run.WithCounter(out Session session);
        run.Count(session, 1, by: 5);
        byte[] snapshot = run.Snapshot();

        // The servers are started again with one class more; the leader finds that it is missing.
        var both = new Run(ReplicatedClass.Of<Counter>(), ReplicatedClass.Of<Map>());
        run.Machine = StateMachine.Load(Run.Cluster, both.Classes, snapshot);
        Assert.Equal(["Tests.Map"], run.Machine.MissingClasses().Select(static missing => missing.Name));
        Assert.Equal(RequestOutcome.NoSuchClass, run.Put(session, 2, key: 1, value: 10).Outcome);
        AppliedRequest added = run.Apply(RequestCodec.AddClass(ReplicatedClass.Of<Map>()));
        Assert.Equal((RequestOutcome.Result, new Zxid(1, 5)), (added.Outcome, added.Entry));
        Assert.Empty(run.Machine.MissingClasses());

        Assert.Equal([0, 0, 0, 0], run.Put(session, 2, key: 1, value: 10).Reply.ToArray());
        Assert.Equal(5, run.Value());
    }

    [Fact]
    public void A_class_proposed_twice_is_added_once()
    {
        Run run = Run.WithCounter(out Session session);
        run.Count(session, 1, by: 5);

        Assert.Equal(RequestOutcome.Result, run.Apply(RequestCodec.AddClass(ReplicatedClass.Of<Counter>()), epoch: 2).Outcome);

        Assert.Equal(5, run.Value());
    }

    [Fact]
    public void A_server_without_the_class_stops_before_it_would_differ_and_says_which_it_needs()
    {
        var run = new Run(ReplicatedClass.Of<Counter>());
        byte[] addMap = RequestCodec.AddClass(ReplicatedClass.Of<Map>());
        string digest = run.Machine.Digest();

        var unknown = Assert.Throws<UnknownClassException>(() => run.Apply(addMap));

        Assert.Equal("the replicated class Tests.Map (id 0000000a) is part of the state and not registered on this server; register it with AddReplicated and start again", unknown.Message);
        Assert.Equal(digest, run.Machine.Digest());
    }

    [Fact]
    public void A_server_with_another_shape_of_the_class_stops_and_says_which()
    {
        var run = new Run(ReplicatedClass.Of<Counter>());
        byte[] add = RequestCodec.AddClass(ReplicatedClass.Of<Counter>());
        add[5] ^= 0xFF;

        var unknown = Assert.Throws<UnknownClassException>(() => run.Apply(add));

        Assert.Equal("the state holds Tests.Counter (id 0000000c) with the state shape 000000000000003f, and this server has Tests.Counter (id 0000000c, state shape 00000000000000c0); run the version of the class that wrote the state", unknown.Message);
    }

    [Fact]
    public void A_server_whose_version_lacks_the_command_stops_instead_of_going_on_without_it()
    {
        Run run = Run.WithCounter(out Session session);

        var unknown = Assert.Throws<UnknownClassException>(() => run.Count(session, 1, by: 5, command: 99));

        Assert.Contains("the entry 1/3 is for a command of Tests.Counter", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(RequestOutcome.Result, run.Count(session, 1, by: 5).Outcome);      // It changed nothing.
    }

    [Fact]
    public void A_snapshot_with_a_class_that_is_not_registered_is_refused()
    {
        Run run = Run.WithCounter(out _);
        byte[] snapshot = run.Snapshot();

        Assert.Throws<UnknownClassException>(() => StateMachine.Load(Run.Cluster, new ReplicatedClasses([ReplicatedClass.Of<Map>()]), snapshot));
    }

    [Fact]
    public void The_same_class_twice_is_a_clear_error() =>
        Assert.Equal(
            "the replicated class Tests.Map is registered twice; register it once",
            Assert.Throws<ArgumentException>(() => new ReplicatedClasses([ReplicatedClass.Of<Map>(), ReplicatedClass.Of<Map>()])).Message);

    [Fact]
    public void Another_class_with_the_same_id_is_a_clear_error() =>
        Assert.Equal(
            "the replicated classes Tests.Map and Tests.Twin have the same id 0000000a; give one of them another name with [Replicated(Name = …)]",
            Assert.Throws<ArgumentException>(() => new ReplicatedClasses([ReplicatedClass.Of<Map>(), ReplicatedClass.Of<Twin>()])).Message);

    [Fact]
    public void Two_commands_with_the_same_id_are_a_clear_error() =>
        Assert.Equal("Tests.Clash: First and Second have the same id 00000001; give one of them another Name", Assert.Throws<ArgumentException>(ReplicatedClass.Of<Clash>).Message);

    [Fact]
    public void What_a_leader_accepts_can_be_applied_and_what_it_refuses_says_why()
    {
        var run = new Run(ReplicatedClass.Of<Counter>());
        var session = new Session(new SessionId(1), 2);
        string? Validate(byte[] payload) => run.Classes.ValidateRequest(payload);

        Assert.Null(Validate(Run.Command(session, 1, Counter.Id, Counter.Add, Run.Int64(1))));
        Assert.Null(Validate(RequestCodec.Fill(session, 1, 0)));
        Assert.Null(Validate(RequestCodec.CreateSession(1, 2, TimeSpan.FromSeconds(1))));
        Assert.Null(Validate(RequestCodec.CloseSession(session)));
        Assert.Null(Validate(RequestCodec.ExpireSession(session.Id)));
        Assert.Null(Validate(RequestCodec.AddClass(ReplicatedClass.Of<Counter>())));

        Assert.Equal("no replicated class has the id 0000000a at the leader; register it there with AddReplicated", Validate(Run.Command(session, 1, Map.Id, Map.Put, [])));
        Assert.Equal("Tests.Counter has no command with the id 0000000a at the leader; the caller's version is newer, or another class", Validate(Run.Command(session, 1, Counter.Id, Counter.Get, [])));
        Assert.Equal("the arguments of Tests.Counter.Add cannot be decoded: System.ArgumentException: nobody wants this number", Validate(Run.Command(session, 1, Counter.Id, Counter.Add, Run.Int64(Counter.Unwanted))));
        Assert.Equal("the arguments of Tests.Counter.Add cannot be decoded: Zab.ZabFormatException: 8 bytes are needed, 1 remain (at offset 0)", Validate(Run.Command(session, 1, Counter.Id, Counter.Add, [1])));
        Assert.Equal("the request cannot be decoded: 1 bytes are needed, 0 remain (at offset 0)", Validate([]));
        Assert.Contains("is part of the state and not registered", Validate(RequestCodec.AddClass(ReplicatedClass.Of<Map>())), StringComparison.Ordinal);
    }
}
