using System.Buffers;
using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Storage;

namespace Zab.Tests.Replica.Driver;

/// <summary>Every way to end: what still happens, what does not happen any more, and that nobody waits for ever.</summary>
public class EndTests
{
    private static readonly ChannelId _five = new(5);

    [Fact]
    public async Task A_graceful_stop_makes_everything_durable_and_applies_it_before_it_closes()
    {
        var journal = new Journal();
        Run run = Entries.CountingRun(4);
        await using Server server = await Server.ScriptedAsync(journal, classes: ReplicatedClass.Of<Counter>());
        server.Script.Answer = input => input switch
        {
            Input.WritesDone => [new Output.Commit(new Zxid(1, 4))],
            Input.Stop => [new Output.RoleChanged(Role.Stopped, Leader: null, 0, "stopped"), new Output.Send(_five, new Message.Goodbye("bye"), WriteId.None)],
            _ => [],
        };
        server.Store.Gate.Reset();
        server.Do(new Output.Append(new WriteId(1), [.. run.Log]));
        journal.Until("write 1");
        Task stopped = server.Replica.StopAsync(CancellationToken.None).AsTask();
        journal.Until("send 5 bye");
        Assert.False(stopped.IsCompleted);
        server.Store.Gate.Set();
        await stopped;

        string[] order = ["step Stop", "send 5 bye", "durable 1", "step WritesDone 1", "transport disposed", "store closed", "store disposed", "role Stopped"];
        Assert.Equal(order, journal.Lines.Where(order.Contains));
        Assert.True(Array.IndexOf(journal.Lines, "applied 1/4 Result") < Array.IndexOf(journal.Lines, "store closed"));
        await server.Replica.Completion;
        await server.Replica.StopAsync(CancellationToken.None);       // Once more does nothing.
        Assert.Equal(Role.Stopped, server.Replica.View.Role);
    }

    [Fact]
    public async Task While_it_stops_nothing_is_submitted_and_whoever_asked_knows_it()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal);
        server.Store.Gate.Reset();
        server.Do(new Output.SaveHardState(new WriteId(1), new HardState()));
        Task stopped = server.Replica.StopAsync(CancellationToken.None).AsTask();
        journal.Until("step Stop");
        Assert.True(server.Replica.TrySubmit(new ProposalRequest(7, new byte[1])));
        journal.Until("refused 7");
        server.Store.Gate.Set();
        await stopped;

        Assert.False(server.Replica.TrySubmit(new ProposalRequest(8, new byte[1])));
        Assert.Empty(journal.Of("step Submit"));
    }

    [Fact]
    public async Task After_a_storage_error_nothing_is_written_sent_committed_or_answered()
    {
        var journal = new Journal();
        Server server = await Server.ScriptedAsync(journal, log: Entries.Counting(3), classes: ReplicatedClass.Of<Counter>());
        server.Script.Answer = input => input is Input.StorageFailed
            ? [Send("an ack", 0), new Output.SaveHardState(new WriteId(9), new HardState()), new Output.Commit(new Zxid(1, 3)), new Output.CloseChannel(_five, "poisoned"), new Output.RoleChanged(Role.Stopped, null, 0, null)]
            : [];
        server.Store.FailWrites = "fsync of 000001.log: EIO";
        server.Do(new Output.SaveHardState(new WriteId(1), new HardState()), Send("after it", 1));
        Exception failure = await server.FailureAsync();

        Assert.Equal("fsync of 000001.log: EIO", Assert.IsType<ReplicaStoppedException>(failure).Message);
        Assert.Empty(journal.Of("send", "applied", "durable", "step WritesDone", "store closed"));
        Assert.Equal(["write 1"], journal.Of("write"));
        Assert.Equal(["close 5", "transport disposed", "store disposed", "role Stopped"], journal.Of("close", "transport", "store", "role"));
        Assert.Equal("fsync of 000001.log: EIO", server.Replica.View.Reason);
        Assert.False(server.Replica.TrySubmit(new ProposalRequest(1, new byte[1])));
        await server.DisposeAsync();        // Does not throw: whoever disposes has the reason in Completion.
    }

    [Fact]
    public async Task The_log_writer_writes_nothing_after_an_error()
    {
        var journal = new Journal();
        using var store = new FakeStore(journal, Run.Cluster) { FailWrites = "EIO" };
        var failure = new FailureSwitch(static () => { });
        var writer = new LogWriter(store, input => journal.Add($"post {input.GetType().Name}"), TimeSpan.FromMilliseconds(1));
        Task ended = ThreadStage.Instance.Start(writer, "test", failure);
        writer.Post([new Output.SaveHardState(new WriteId(1), new HardState())]);
        journal.Until("post StorageFailed");
        store.FailWrites = null;
        writer.Post([new Output.SaveHardState(new WriteId(2), new HardState())]);
        writer.Close();
        await ended;

        Assert.Equal(["write 1", "post StorageFailed"], journal.Lines);
        Assert.False(failure.IsOn);
    }

    [Fact]
    public async Task Rot_that_is_met_while_reading_for_a_learner_is_a_storage_error()
    {
        var journal = new Journal();
        Server server = await Server.ScriptedAsync(journal, log: Entries.Counting(3));
        server.Store.FailReads = "000001.log, record at offset 4096: checksum";
        server.Do(new Output.ReadLog(_five, Zxid.None, new Zxid(1, 3), 1000));

        Assert.IsType<ReplicaStoppedException>(await server.FailureAsync());
        Assert.Contains("step StorageFailed", journal.Lines);
    }

    public static TheoryData<string> Bugs => ["commit beyond durable", "truncate below committed", "fatal", "the core throws", "no code for the class", "no request", "rot while applying"];

    [Theory]
    [MemberData(nameof(Bugs))]
    public async Task What_cannot_be_gone_on_from_stops_the_replica_with_its_reason(string bug)
    {
        var journal = new Journal();
        Server server = await Server.ScriptedAsync(journal, log: Entries.Counting(3), classes: bug == "no code for the class" ? [] : [ReplicatedClass.Of<Counter>()]);
        server.Script.Answer = input => input is Input.PeerUnreachable ? throw new InvariantException("a bug in the core") : [];
        Entry nonsense = Entry.After(Entries.Counting(3)[2].Point, new Zxid(1, 4), DateTime.MaxValue.Ticks, EntryType.Request, new byte[] { 0xFF });
        var commit = new Output.Commit(new Zxid(1, 3));
        switch (bug)
        {
            case "commit beyond durable": server.Do(new Output.Append(new WriteId(1), [Entries.Counting(4)[3]]), new Output.Commit(new Zxid(1, 4))); break;
            case "truncate below committed": server.Do(commit, new Output.Truncate(new WriteId(1), HistoryPoint.Empty)); break;
            case "fatal": server.Do(new Output.Fatal("rolled back disk")); break;
            case "the core throws": server.Post(new Input.PeerUnreachable(new ServerId(2))); break;
            case "no code for the class": server.Do(commit); break;
            case "no request":
                server.Do(new Output.Append(new WriteId(1), [nonsense]));
                journal.Until("step WritesDone 1");
                server.Do(new Output.Commit(new Zxid(1, 4)));
                break;
            case "rot while applying":
                server.Store.FailReads = "rot";
                server.Do(commit);
                break;
        }

        Exception failure = await server.FailureAsync();
        Assert.IsType(
            bug switch
            {
                "fatal" => typeof(ReplicaStoppedException),
                "no code for the class" => typeof(UnknownClassException),
                "no request" => typeof(ZabFormatException),
                "rot while applying" => typeof(StorageException),
                _ => typeof(InvariantException),
            },
            failure);
        Assert.Equal(["transport disposed", "store disposed", "role Stopped"], journal.Of("transport", "store", "role"));
    }

    [Fact]
    public async Task An_exhausted_command_stops_the_replica()
    {
        var journal = new Journal();
        Server server = await Server.SoloAsync(journal, long.MaxValue, ReplicatedClass.Of<Counter>());
        Session session = server.CreateSession();
        Assert.True(server.Replica.TrySubmit(new ProposalRequest(1, Run.Command(session, 1, Counter.Id, Counter.Exhaust, Run.Int64(1)))));

        Assert.IsType<InvalidOperationException>(await server.FailureAsync());
        Assert.DoesNotContain(journal.Lines, line => line.StartsWith($"applied {server.Solo.Entries.Last().Zxid}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nobody_waits_for_ever(bool isGraceful)
    {
        var journal = new Journal();
        Server server = await Server.ScriptedAsync(journal, log: Entries.Counting(3), classes: ReplicatedClass.Of<Counter>());
        Task applied = server.Replica.WaitAppliedAsync(new Zxid(9, 9), CancellationToken.None).AsTask();
        Task read = server.Replica.ReadIndexAsync(CancellationToken.None).AsTask();
        journal.Until("step Read");
        if (isGraceful) await server.Replica.StopAsync(CancellationToken.None);
        else server.Do(new Output.Fatal("test"));
        if (!isGraceful) await server.FailureAsync();

        await Assert.ThrowsAsync<NotExecutedException>(() => applied);
        await Assert.ThrowsAsync<NotExecutedException>(() => read);
        await Assert.ThrowsAsync<NotExecutedException>(() => server.Replica.WaitAppliedAsync(new Zxid(9, 9), CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<NotExecutedException>(() => server.Replica.ReadIndexAsync(CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<NotExecutedException>(() => server.Replica.DigestAsync(CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<NotExecutedException>(() => server.Replica.QueryAsync(Counter.Id, Counter.Get, default, new ArrayBufferWriter<byte>(), CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task A_read_that_cannot_be_confirmed_was_not_executed()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal);
        server.Script.Answer = input => input is Input.Read read ? [new Output.ReadReady(read.Id, Zxid: null, "no leader")] : [];

        NotExecutedException failure = await Assert.ThrowsAsync<NotExecutedException>(() => server.Replica.ReadIndexAsync(CancellationToken.None).AsTask());
        Assert.Contains("no leader", failure.Message, StringComparison.Ordinal);
    }

    private static Output.Send Send(string text, ulong after) => new(_five, new Message.Goodbye(text), new WriteId(after));
}
