using Xunit;
using Zab.Core;
using Zab.Replica;

namespace Zab.Tests.Replica.Driver;

/// <summary>Snapshots come from the disk alone, never from the live state; and are the same.</summary>
public class ReplaySnapshotTests
{
    [Fact]
    public async Task Each_snapshot_is_the_state_at_its_zxid_and_the_next_one_begins_with_it()
    {
        var journal = new Journal();
        await using Server server = await Server.SoloAsync(journal, snapshotEveryBytes: 500, ReplicatedClass.Of<Counter>());
        Session session = server.CreateSession();
        for (ulong number = 1; server.Store.Taken.Count < 3; number++)
        {
            server.Apply(Run.Command(session, number, Counter.Id, Counter.Add, Run.Int64(1)));
            if (number % 8 == 0) journal.Until(_ => journal.Of("snapshot").Length >= (int)(number / 8), "a snapshot for every eight commands, of more than 100 bytes each");
        }

        foreach ((SnapshotInfo info, byte[] content) in server.Store.Taken)
        {
            var fresh = new StateMachine(Run.Cluster, new ReplicatedClasses([ReplicatedClass.Of<Counter>()]));
            foreach (Entry entry in server.Solo.Entries.Where(entry => entry.Zxid <= info.Point.Zxid)) fresh.Apply(entry);
            Assert.Equal(Run.Snapshot(fresh), content);
            Assert.Equal(fresh.LastUtcTicks, info.UtcTicks);
            Assert.Equal(server.Solo.Entries.Single(entry => entry.Zxid == info.Point.Zxid).Point, info.Point);
            Assert.Same(Server.Ensemble, info.Config);
        }

        string[] begun = [.. journal.Of("read").Where(line => line.StartsWith("read 0/0-", StringComparison.Ordinal))];
        Assert.Single(begun);       // Only the first one replays from the beginning.
    }

    [Fact]
    public async Task A_replay_is_given_up_when_the_log_is_cut_and_made_up_for_later()
    {
        var journal = new Journal();
        Run run = Entries.CountingRun(11);
        long tenEntries = run.Log.Take(10).Sum(entry => (long)entry.SizeBytes);
        await using Server server = await Server.ScriptedAsync(journal, snapshotEveryBytes: tenEntries, classes: ReplicatedClass.Of<Counter>());
        server.Store.ReadGate.Reset();
        server.Do(new Output.Append(new WriteId(1), [.. run.Log.Take(10)]));
        journal.Until("step WritesDone 1");
        server.Do(new Output.Commit(new Zxid(1, 10)));
        journal.Until("read 0/0-1/10");                         // The replay; the live state takes its entries from memory.
        server.Do(new Output.Truncate(new WriteId(2), run.Log[9].Point));
        journal.Until("step WritesDone 2");
        server.Store.ReadGate.Set();
        journal.Until("log 406");
        server.Do(new Output.Append(new WriteId(3), [run.Log[10]]));
        journal.Until("step WritesDone 3");
        server.Do(new Output.Commit(new Zxid(1, 11)));          // One entry is not worth a snapshot: the bytes of the first one count.
        journal.Until("step SnapshotTaken");

        Assert.Equal(run.Log[10].Point, Assert.Single(server.Store.Taken).Info.Point);
    }

    [Fact]
    public async Task Rot_that_a_replay_meets_is_a_storage_error()
    {
        var journal = new Journal();
        Run run = Entries.CountingRun(5);
        Server server = await Server.ScriptedAsync(journal, snapshotEveryBytes: 1, classes: ReplicatedClass.Of<Counter>());
        server.Store.FailReads = "rot";
        server.Do(new Output.Append(new WriteId(1), [.. run.Log]));
        journal.Until("step WritesDone 1");
        server.Do(new Output.Commit(new Zxid(1, 5)));

        Assert.Equal("rot", Assert.IsType<ReplicaStoppedException>(await server.FailureAsync()).Message);
        Assert.Contains("step StorageFailed", journal.Lines);
    }

    [Fact]
    public async Task A_class_that_is_not_deterministic_stops_the_replica()
    {
        var journal = new Journal();
        Server server = await Server.SoloAsync(journal, snapshotEveryBytes: 400, ReplicatedClass.Of<Dice>());
        Session session = server.CreateSession();
        for (ulong number = 1; number <= 4; number++)
            server.Replica.TrySubmit(new ProposalRequest(number, Run.Command(session, number, Dice.Id, Dice.RollAndTell, [])));
        Exception failure = await server.FailureAsync();

        Assert.Contains("other answers", Assert.IsType<NotDeterministicException>(failure).Message, StringComparison.Ordinal);
        Assert.Empty(server.Store.Taken);
        Assert.Empty(journal.Of("store closed"));
    }
}
