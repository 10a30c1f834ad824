using System.Buffers.Binary;
using Xunit;
using Xunit.Abstractions;

namespace Zab.Acceptance;

/// <summary>A power loss cannot be done to a process; but what it would find can be seen: every write, flush and send of real servers, in order.</summary>
public sealed class AckTraceTests(ITestOutputHelper output)
{
    private const string Log = "/d/000001.log", State = "/d/state.0", Peer = "TCP:[127.0.0.1:1->127.0.0.1:2]";

    [StraceFact]
    public async Task S04_nothing_is_acknowledged_that_a_power_loss_could_take_back()
    {
        await using var ensemble = new EnsembleOfProcesses();
        (ServerOfEnsemble leader, ServerOfEnsemble untraced, ServerOfEnsemble late) = (ensemble[3], ensemble[2], ensemble[1]);
        string[] traces = [Path.Combine(ensemble.ScratchDirectory, "leader"), Path.Combine(ensemble.ScratchDirectory, "late")];
        ensemble.StartAll();
        await ensemble.ServingAsync();
        await using var load = new WriteLoad([leader.Http, untraced.Http], clients: 4);
        await load.AdvanceAsync(50);
        await late.KillAsync();
        await load.AdvanceAsync(50);
        await leader.KillAsync();
        leader.Start(Strace.Recording(traces[0]));
        await ensemble.LedByAsync(leader);
        await load.AdvanceAsync(50);

        // It comes back to entries and an epoch that it does not have: DIFF, under load, and NEWLEADER behind it.
        late.Start(Strace.Recording(traces[1]));
        await ensemble.ServingAsync();
        await load.AdvanceAsync(100);
        await load.StopAsync();
        await Verifier.VerifyAsync(ensemble, load.Records);
        foreach (ServerOfEnsemble server in ensemble.Servers) await server.KillAsync();

        SortedDictionary<byte, int> asLeader = DurableBeforeWord.Check(Strace.Read(traces[0])), asLearner = DurableBeforeWord.Check(Strace.Read(traces[1]));
        output.WriteLine($"leader: {Told(asLeader)}; learner: {Told(asLearner)}");
        Assert.True(asLeader[SentWords.LeaderInfo] >= 2 && asLeader[SentWords.UpToDate] >= 2 && asLeader[SentWords.Answer] >= 20);
        Assert.True(asLearner[SentWords.AckEpoch] >= 1 && asLearner[SentWords.AckNewLeader] >= 1 && asLearner[SentWords.Ack] >= 20);
    }

    [Fact]
    public void A_sound_trace_breaks_no_rule() => Assert.Equal(3, DurableBeforeWord.Check(Sound).Values.Sum());

    [Theory]
    [InlineData(1, "entries were not durable")]
    [InlineData(3, "the promise was not durable")]
    [InlineData(6, "the epoch was not taken over durably")]
    public void A_word_that_leaves_before_a_flush_has_returned_is_found(int flush, string found)
    {
        SystemCall[] calls = [.. Sound];
        calls[flush] = calls[flush] with { Ended = 100 };
        Assert.Contains(found, Assert.Throws<AcceptanceException>(() => DurableBeforeWord.Check(calls)).Message);
    }

    [Theory]
    [InlineData(0, "an entry was acknowledged that was never written")]
    [InlineData(1, "entries were not durable")]
    [InlineData(2, "the promise was not durable")]
    public void A_word_without_its_write_or_its_flush_is_found(int missing, string found) =>
        Assert.Contains(found, Assert.Throws<AcceptanceException>(() => DurableBeforeWord.Check([.. Sound[..missing], .. Sound[(missing + 1)..]])).Message);

    [Fact]
    public void An_epoch_that_is_written_before_its_history_is_durable_is_found()
    {
        SystemCall[] calls = [.. Sound[..4], .. Sound[5..]];
        calls[1] = calls[1] with { Ended = 5.5 };
        Assert.Contains("before its history", Assert.Throws<AcceptanceException>(() => DurableBeforeWord.Check(calls)).Message);
    }

    [Fact]
    public void Lines_of_the_tracer_are_read_as_they_were_meant()
    {
        using var scratch = new Scratch();
        string file = scratch.Sub("trace");
        File.WriteAllText(file, """
            7 1.5 pwrite64(3<\x2f\x64>, "\x01\x02", 2, 0) = 2 <0.25>
            8 2.0 fsync(3<\x2f\x64> <unfinished ...>
            7 2.1 sendto(4<TCP:[127.0.0.1:1->127.0.0.1:2]>, "\x03", 1, 0, NULL, 0) = 1 <0.5>
            8 2.5 <... fsync resumed>) = -1 EIO (Input/output error) (INJECTED) <0.5>
            9 3.0 +++ exited with 0 +++
            """);
        IReadOnlyList<SystemCall> calls = Strace.Read(file);
        Assert.Equal([("pwrite64", "/d", 2L, 1.5, 1.75), ("fsync", "/d", -1L, 2.0, 2.5), ("sendto", Peer, 1L, 2.1, 2.6)], calls.Select(static c => (c.Name, c.Target, c.Result, c.Began, c.Ended)));
        Assert.Equal(new byte[] { 3 }, calls[2].Data);
    }

    private static string Told(SortedDictionary<byte, int> words) => string.Join(", ", words.Select(static word => $"{word.Value} of type {word.Key:X2}"));

    /// <summary>Entry 2/1, then the promise of epoch 2, an ACK, epoch 2 taken over, and the acknowledgement of NEWLEADER.</summary>
    private static SystemCall[] Sound =>
    [
        new("pwrite64", Log, Record(new Zxid(2, 1)), 32, 0, 1),
        new("fdatasync", Log, [], 0, 1, 2),
        new("pwrite64", State, Promise(accepted: 2, current: 1), 64, 2, 3),
        new("fsync", State, [], 0, 3, 4),
        Sent(began: 4.5, [.. Frame(SentWords.AckEpoch, 0), .. Frame(SentWords.Ack, new Zxid(2, 1).Value)]),
        new("pwrite64", State, Promise(accepted: 2, current: 2), 64, 5, 6),
        new("fsync", State, [], 0, 6, 7),
        Sent(began: 8, Frame(SentWords.AckNewLeader, new Zxid(2, 1).Value)),
    ];

    private static SystemCall Sent(double began, byte[] bytes) => new("sendto", Peer, bytes, bytes.Length, began, began + 0.1);

    private static byte[] Record(Zxid zxid)
    {
        byte[] record = new byte[32];
        record[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), record.Length);
        record[16] = 1;
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(24), zxid.Value);
        return record;
    }

    private static byte[] Promise(uint accepted, uint current)
    {
        byte[] state = new byte[64];
        BinaryPrimitives.WriteUInt32LittleEndian(state.AsSpan(52), accepted);
        BinaryPrimitives.WriteUInt32LittleEndian(state.AsSpan(56), current);
        return state;
    }

    private static byte[] Frame(byte type, ulong first)
    {
        byte[] frame = new byte[41];
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length);
        frame[12] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(29), 2);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(33), first);
        return frame;
    }
}
