using System.Buffers;
using System.Buffers.Binary;
using Xunit;
using Zab.Core;
using Zab.Replica;

namespace Zab.Tests.Replica.Driver;

/// <summary>What is applied, from where, and when those who wait for it are told.</summary>
public class ApplierTests
{
    [Fact]
    public async Task Entries_that_were_appended_now_are_applied_from_memory_in_order()
    {
        var journal = new Journal();
        Run run = Entries.CountingRun(5);
        await using Server server = await Server.ScriptedAsync(journal, classes: ReplicatedClass.Of<Counter>());
        server.Do(new Output.Append(new WriteId(1), [.. run.Log]));
        journal.Until("step WritesDone 1");
        server.Do(new Output.Commit(new Zxid(1, 5)));
        await server.Replica.WaitAppliedAsync(new Zxid(1, 5), CancellationToken.None);

        Assert.Equal(["applied 1/1 Result", "applied 1/2 SessionCreated", "applied 1/3 Result", "applied 1/4 Result", "applied 1/5 Result"], journal.Of("applied"));
        Assert.Empty(journal.Of("read"));
        Assert.Equal(3, await server.ValueAsync());
    }

    [Fact]
    public async Task Entries_of_an_earlier_life_are_applied_from_the_log_and_newer_ones_from_memory()
    {
        var journal = new Journal();
        Run run = Entries.CountingRun(8);
        await using Server server = await Server.ScriptedAsync(journal, log: run.Log.Take(5), classes: ReplicatedClass.Of<Counter>());
        server.Do(new Output.Append(new WriteId(1), [.. run.Log.Skip(5)]));
        journal.Until("step WritesDone 1");
        server.Do(new Output.Commit(new Zxid(1, 8)));
        await server.Replica.WaitAppliedAsync(new Zxid(1, 8), CancellationToken.None);

        Assert.Equal(["read 0/0-1/8", "read 1/3-1/8"], journal.Of("read"));      // The second chunk goes on into the window.
        Assert.Equal(8, journal.Of("applied").Length);
        StateDigest digest = await server.Replica.DigestAsync(CancellationToken.None);
        Assert.Equal(new StateDigest(new Zxid(1, 8), run.Machine.Digest()), digest);
        Assert.Same(digest, await server.Replica.DigestAsync(CancellationToken.None));
    }

    [Fact]
    public async Task What_was_truncated_is_not_applied_in_the_place_of_what_came_instead()
    {
        var journal = new Journal();
        Run old = Entries.CountingRun(5);
        await using Server server = await Server.ScriptedAsync(journal, classes: ReplicatedClass.Of<Counter>());
        Entry instead = Entry.After(old.Log[2].Point, new Zxid(2, 1), old.Log[2].UtcTicks, EntryType.Request, old.Log[3].Payload);
        server.Do(new Output.Append(new WriteId(1), [.. old.Log]), new Output.Truncate(new WriteId(2), old.Log[2].Point), new Output.Append(new WriteId(3), [instead]));
        journal.Until("step WritesDone 3");
        server.Do(new Output.Commit(new Zxid(2, 1)));
        await server.Replica.WaitAppliedAsync(new Zxid(2, 1), CancellationToken.None);

        Assert.Equal(["applied 1/1 Result", "applied 1/2 SessionCreated", "applied 1/3 Result", "applied 2/1 Result"], journal.Of("applied"));
        Assert.Empty(journal.Of("read"));
        Assert.Equal(2, await server.ValueAsync());
    }

    [Fact]
    public async Task A_waiter_is_told_after_the_listener_and_one_for_the_past_at_once()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal, log: Entries.Counting(3), classes: ReplicatedClass.Of<Counter>());
        ValueTask waiting = server.Replica.WaitAppliedAsync(new Zxid(1, 2), CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        server.Do(new Output.Commit(new Zxid(1, 3)));
        await waiting;

        Assert.Contains("applied 1/2 SessionCreated", journal.Lines);
        await server.Replica.WaitAppliedAsync(new Zxid(1, 3), CancellationToken.None);
        Assert.True(server.Replica.WaitAppliedAsync(new Zxid(1, 1), CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Cancelling_ends_the_waiting_only()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal, log: Entries.Counting(3), classes: ReplicatedClass.Of<Counter>());
        using var cancellation = new CancellationTokenSource();
        Task applied = server.Replica.WaitAppliedAsync(new Zxid(9, 9), cancellation.Token).AsTask();
        Task read = server.Replica.ReadIndexAsync(cancellation.Token).AsTask();
        journal.Until("step Read");
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => applied);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        server.Do(new Output.ReadReady(1, new Zxid(1, 3), Reason: null));       // Its caller is gone.
        server.Fence("goes on");
    }

    [Fact]
    public async Task A_query_that_throws_is_its_callers_matter()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal, log: Entries.Counting(4), classes: ReplicatedClass.Of<Counter>());
        server.Do(new Output.Commit(new Zxid(1, 4)));
        await server.Replica.WaitAppliedAsync(new Zxid(1, 4), CancellationToken.None);

        var result = new ArrayBufferWriter<byte>();
        await Assert.ThrowsAsync<QueryFailedException>(() => server.Replica.QueryAsync(Counter.Id, Counter.GetCrash, default, result, CancellationToken.None).AsTask());
        Assert.Equal(0, result.WrittenCount);
        Assert.Equal(new Zxid(1, 4), await server.Replica.QueryAsync(Counter.Id, Counter.Get, default, result, CancellationToken.None));
        Assert.Equal(2, BinaryPrimitives.ReadInt64LittleEndian(result.WrittenSpan));
    }

    [Fact]
    public async Task Queries_get_their_turn_in_the_middle_of_a_long_commit()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal, log: Entries.Counting(9), classes: ReplicatedClass.Of<Counter>());
        server.Listener.Gate.Reset();
        server.Do(new Output.Commit(new Zxid(1, 9)));
        journal.Until("applied 1/1 Result");
        ValueTask<Zxid> query = server.Replica.QueryAsync(Counter.Id, Counter.Get, default, new ArrayBufferWriter<byte>(), CancellationToken.None);
        server.Listener.Gate.Set();

        Assert.Equal(new Zxid(1, 3), await query);              // The first chunk that the log gave.
    }

    [Fact]
    public async Task A_query_that_was_cancelled_never_touches_its_callers_buffer()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal, log: Entries.Counting(3), classes: ReplicatedClass.Of<Counter>());
        server.Listener.Gate.Reset();
        server.Do(new Output.Commit(new Zxid(1, 3)));
        journal.Until("applied 1/1 Result");
        using var cancellation = new CancellationTokenSource();
        var result = new ArrayBufferWriter<byte>();
        Task query = server.Replica.QueryAsync(Counter.Id, Counter.Get, default, result, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
        server.Listener.Gate.Set();
        await server.Replica.DigestAsync(CancellationToken.None);        // Asked later, so the applier is past the query.

        Assert.Equal(0, result.WrittenCount);
    }

    [Fact]
    public async Task What_many_callers_submit_at_once_is_applied_in_one_order()
    {
        var journal = new Journal();
        await using Server server = await Server.SoloAsync(journal, snapshotEveryBytes: 10_000, ReplicatedClass.Of<Counter>());
        Session[] sessions = [.. Enumerable.Range(0, 4).Select(_ => server.CreateSession())];
        await Task.WhenAll(sessions.Select(session => Task.Run(() =>
        {
            for (ulong number = 1; number <= 250; number++)
                Assert.True(server.Replica.TrySubmit(new ProposalRequest(number, Run.Command(session, number, Counter.Id, Counter.Add, Run.Int64(1)))));
        })));
        await server.Replica.WaitAppliedAsync(new Zxid(1, 1005), CancellationToken.None);

        Assert.Equal(1000, await server.ValueAsync());
        var fresh = new StateMachine(Run.Cluster, new ReplicatedClasses([ReplicatedClass.Of<Counter>()]));
        foreach (Entry entry in server.Solo.Entries) fresh.Apply(entry);
        Assert.Equal(fresh.Digest(), (await server.Replica.DigestAsync(CancellationToken.None)).Hex);
    }

    [Fact]
    public async Task An_installed_snapshot_replaces_the_state_and_entries_go_on_after_it()
    {
        var journal = new Journal();
        Run run = Entries.CountingRun(6);
        Run leader = Entries.CountingRun(7);
        await using Server server = await Server.ScriptedAsync(journal, classes: ReplicatedClass.Of<Counter>());
        server.Store.Incoming = run.Snapshot();
        var info = new SnapshotInfo(run.Log[^1].Point, Server.Ensemble, run.Log[^1].UtcTicks, server.Store.Incoming.Length, 0);
        Task waiting = server.Replica.WaitAppliedAsync(new Zxid(1, 6), CancellationToken.None).AsTask();
        server.Do(new Output.BeginSnapshot(new WriteId(1), info), new Output.InstallSnapshot(new WriteId(2), info), new Output.Append(new WriteId(3), [leader.Log[6]]));
        journal.Until("step WritesDone 3");
        await waiting;
        server.Do(new Output.Commit(new Zxid(1, 7)));
        await server.Replica.WaitAppliedAsync(new Zxid(1, 7), CancellationToken.None);

        Assert.Equal(["installed 1/6", "applied 1/7 Result"], journal.Of("installed", "applied"));
        Assert.Equal(leader.Machine.Digest(), (await server.Replica.DigestAsync(CancellationToken.None)).Hex);
    }

    [Fact]
    public async Task What_was_committed_before_an_install_and_not_applied_comes_with_the_snapshot()
    {
        var journal = new Journal();
        Run run = Entries.CountingRun(6);
        await using Server server = await Server.ScriptedAsync(journal, log: run.Log.Take(3), classes: ReplicatedClass.Of<Counter>());
        server.Store.Incoming = run.Snapshot();
        var info = new SnapshotInfo(run.Log[^1].Point, Server.Ensemble, run.Log[^1].UtcTicks, server.Store.Incoming.Length, 0);
        server.Store.Gate.Reset();
        server.Store.ReadGate.Reset();
        server.Do(new Output.InstallSnapshot(new WriteId(1), info), new Output.Commit(new Zxid(1, 3)));
        journal.Until("read 0/0-1/3");
        server.Store.Gate.Set();
        journal.Until("durable 1");
        server.Store.ReadGate.Set();                            // The log is gone when the applier reads it.
        await server.Replica.WaitAppliedAsync(new Zxid(1, 6), CancellationToken.None);

        Assert.Equal(run.Machine.Digest(), (await server.Replica.DigestAsync(CancellationToken.None)).Hex);
        Assert.Empty(journal.Of("applied"));
    }

    [Fact]
    public async Task A_rejected_snapshot_changes_nothing_and_the_core_hears_it_first()
    {
        var journal = new Journal();
        Run run = Entries.CountingRun(3);
        await using Server server = await Server.ScriptedAsync(journal, log: run.Log, classes: ReplicatedClass.Of<Counter>());
        server.Store.RejectSnapshot = "its checksum is wrong";
        server.Do(new Output.InstallSnapshot(new WriteId(1), new SnapshotInfo(new HistoryPoint(new Zxid(5, 5), 1), Server.Ensemble, 0, 1, 0)));
        journal.Until("step WritesDone 1");
        server.Do(new Output.Commit(new Zxid(1, 3)));
        await server.Replica.WaitAppliedAsync(new Zxid(1, 3), CancellationToken.None);

        Assert.Equal(["step SnapshotRejected", "step WritesDone 1"], journal.Of("step SnapshotRejected", "step WritesDone"));
        Assert.Empty(journal.Of("installed"));
    }

    [Fact]
    public async Task Status_never_shows_applied_before_committed_and_durable()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal, log: Entries.Counting(3), classes: ReplicatedClass.Of<Counter>());
        server.Do(new Output.Commit(new Zxid(1, 3)));
        await server.Replica.WaitAppliedAsync(new Zxid(1, 3), CancellationToken.None);
        ReplicaStatus status = server.Replica.Status;       // The scripted core never says that anything is committed.

        Assert.Equal((new Zxid(1, 3), new Zxid(1, 3), new Zxid(1, 3)), (status.LastApplied, status.LastCommitted, status.LastDurable));
        Assert.Equal((Run.Cluster, new ServerId(1), Role.Looking), (status.ClusterId, status.ServerId, status.View.Role));
    }
}
