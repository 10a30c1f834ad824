using Xunit;
using Zab.Core;
using Zab.Replica;

namespace Zab.Tests.Replica;

public sealed class SnapshotTests
{
    private static readonly Run _mixed = Mixed();

    [Fact]
    public void A_snapshot_at_any_point_goes_on_to_the_same_answers_hashes_and_digest()
    {
        var whole = new StateMachine(Run.Cluster, _mixed.Classes);
        var points = new List<(byte[] Snapshot, string Answer, ulong ResultHash, string Digest)>();
        foreach (Entry entry in _mixed.Log) points.Add((Run.Snapshot(whole), Answer(whole, entry), whole.ResultHash, whole.Digest()));

        for (int cut = 0; cut < points.Count; cut++)
        {
            StateMachine restored = StateMachine.Load(Run.Cluster, _mixed.Classes, points[cut].Snapshot);
            Assert.Equal(points[cut].Snapshot, Run.Snapshot(restored));
            for (int i = cut; i < points.Count; i++)
            {
                Assert.Equal(points[i].Answer, Answer(restored, _mixed.Log[i]));
                Assert.Equal(points[i].ResultHash, restored.ResultHash);
            }

            Assert.Equal(points[^1].Digest, restored.Digest());
        }
    }

    [Fact]
    public void The_digest_is_the_SHA_256_of_the_snapshot() =>
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(_mixed.Snapshot())), _mixed.Machine.Digest());

    [Fact]
    public void A_class_that_is_not_deterministic_is_found_by_the_result_hash_where_it_tells_and_by_the_digest_where_it_does_not()
    {
        (StateMachine a, StateMachine b) = RollOnTwoServers(Dice.RollAndTell);
        Assert.NotEqual(a.ResultHash, b.ResultHash);

        (a, b) = RollOnTwoServers(Dice.RollInSecret);
        Assert.Equal(a.ResultHash, b.ResultHash);
        Assert.NotEqual(a.Digest(), b.Digest());
    }

    [Fact]
    public void A_snapshot_of_another_cluster_is_refused()
    {
        byte[] snapshot = _mixed.Snapshot();

        var refused = Assert.Throws<ZabFormatException>(() => StateMachine.Load(new ClusterId(0xC2), _mixed.Classes, snapshot));

        Assert.Equal("a snapshot of the cluster 00000000000000c1; this server belongs to 00000000000000c2 (at offset 4)", refused.Message);
    }

    [Fact]
    public void A_damaged_content_names_its_class()
    {
        Run run = Run.WithCounter(out _);
        byte[] snapshot = run.Snapshot();
        byte[] shorter = [.. snapshot[..^57], .. snapshot[^56..]];      // The content, 8 bytes before the 49 of directory and tail, loses one,
        shorter[^33]--;                                                 // and the directory says so.

        var refused = Assert.Throws<ZabFormatException>(() => StateMachine.Load(Run.Cluster, run.Classes, shorter));

        Assert.StartsWith("Tests.Counter: 8 bytes are needed, 7 remain", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_content_that_a_constructor_of_the_class_refuses_names_its_class()
    {
        Run run = Run.WithCounter(out Session session);
        run.Count(session, 1, by: Counter.Unwanted);
        byte[] snapshot = run.Snapshot();

        var refused = Assert.Throws<ZabFormatException>(() => StateMachine.Load(Run.Cluster, run.Classes, snapshot));

        Assert.StartsWith("Tests.Counter: System.ArgumentException: nobody wants this number", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_that_is_cut_anywhere_is_refused()
    {
        byte[] snapshot = _mixed.Snapshot();
        for (int length = 0; length < snapshot.Length; length++)
        {
            byte[] cut = snapshot[..length];
            Assert.Throws<ZabFormatException>(() => StateMachine.Load(Run.Cluster, _mixed.Classes, cut));
        }
    }

    // No byte is ignored: what still loads says exactly what stands there.
    [Fact]
    public void A_snapshot_with_any_byte_changed_is_refused_or_is_the_snapshot_of_what_it_says()
    {
        byte[] snapshot = _mixed.Snapshot();
        foreach (byte change in (byte[])[0x01, 0x80, 0xFF])
        {
            for (int i = 0; i < snapshot.Length; i++)
            {
                byte[] changed = [.. snapshot];
                changed[i] ^= change;
                try
                {
                    Assert.Equal(changed, Run.Snapshot(StateMachine.Load(Run.Cluster, _mixed.Classes, changed)));
                }
                catch (Exception e) when (e is ZabFormatException or UnknownClassException)
                {
                    Assert.NotEmpty(e.Message);
                }
            }
        }
    }

    private static (StateMachine, StateMachine) RollOnTwoServers(uint command)
    {
        var run = new Run(ReplicatedClass.Of<Dice>());
        run.AddMissingClasses();
        Session session = run.CreateSession();
        run.Apply(Run.Command(session, 1, Dice.Id, command, []));
        var other = new StateMachine(Run.Cluster, run.Classes);
        foreach (Entry entry in run.Log) other.Apply(entry);
        return (run.Machine, other);
    }

    private static string Answer(StateMachine machine, Entry entry)
    {
        AppliedRequest applied = machine.Apply(entry)!.Value;
        return $"{applied.Entry} {applied.Session} {applied.Request} {applied.Outcome} {applied.Zxid} {Convert.ToHexString(applied.Reply.Span)}";
    }

    /// <summary>A run of everything: three sessions that come and go, two classes, repeats, gaps, fills, failures and changes of epoch.</summary>
    private static Run Mixed()
    {
        var random = new DeterministicRandom(2026);
        var run = new Run(ReplicatedClass.Of<Counter>(), ReplicatedClass.Of<Map>());
        run.Apply(RequestCodec.AddClass(ReplicatedClass.Of<Counter>()));
        Session[] sessions = [run.CreateSession(1), run.CreateSession(2), run.CreateSession(3)];
        for (int step = 0; step < 120; step++)
        {
            Session session = sessions[random.Next(2)];
            ulong number = 1 + (ulong)random.Next(2 + (step / 4));
            ulong answered = (ulong)random.Next((int)number);
            if (step == 40) run.AddMissingClasses();
            if (step == 80) run.Apply(RequestCodec.CloseSession(sessions[0]), epoch: 7);
            if (step == 85) sessions[0] = run.CreateSession(4);
            switch (random.Next(8))
            {
                case 0: run.Fill(session, number, answered); break;
                case 1: run.Count(session, number, by: step, command: Counter.Refuse); break;
                case 2: run.Count(session, number, by: step, command: Counter.Describe); break;
                case 3 or 4: run.Put(session, number, key: (uint)random.Next(9), value: (uint)step); break;
                default: run.Count(session, number, by: step, answered); break;
            }
        }

        return run;
    }
}
