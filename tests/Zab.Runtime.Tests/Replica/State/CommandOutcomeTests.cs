using System.Buffers;
using System.Buffers.Binary;
using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Serialization;

namespace Zab.Tests.Replica;

/// <summary>Every way for a command or a query to end.</summary>
public sealed class CommandOutcomeTests
{
    [Fact]
    public void A_command_that_refuses_fails_with_its_code_and_text_and_its_change_stays()
    {
        Run run = Run.WithCounter(out Session session);

        AppliedRequest applied = run.Count(session, 1, by: 5, command: Counter.Refuse);

        Assert.Equal(RequestOutcome.Failed, applied.Outcome);
        Assert.Equal(new FailureReply("counter.refused", "refused at 5"), FailureReply.Read(applied.Reply.Span));
        Assert.Equal(5, run.Value());
    }

    [Theory]
    [InlineData(Counter.Crash, "System.FormatException")]
    [InlineData(Counter.CrashDeep, "Zab.Tests.Replica.Counter+NestedException`1[System.Int32]")]       // Without the version of any assembly.
    public void Of_any_other_exception_only_the_type_is_told_and_its_number_is_used_up(uint command, string type)
    {
        Run run = Run.WithCounter(out Session session);

        AppliedRequest applied = run.Count(session, 1, by: 5, command: command);

        Assert.Equal(new FailureReply(type, ""), FailureReply.Read(applied.Reply.Span));
        Assert.Equal(5, run.Value());
        Assert.Equal(RequestOutcome.Result, run.Count(session, 2, by: 1).Outcome);
    }

    [Fact]
    public void The_log_of_the_server_hears_what_the_caller_does_not()
    {
        Run run = Run.WithCounter(out Session session);
        CommandFailure? heard = null;
        run.Machine.OnCommandFailure = failure => heard = failure;

        AppliedRequest applied = run.Count(session, 1, by: 5, command: Counter.Crash);

        Assert.Equal((applied.Entry, "Tests.Counter", "Crash"), (heard!.Value.Zxid, heard.Value.ClassName, heard.Value.CommandName));
        Assert.Equal("a text that depends on the machine", Assert.IsType<FormatException>(heard.Value.Exception).Message);
    }

    [Theory]
    [InlineData(SessionLimits.ResultBytesMax, true)]
    [InlineData(SessionLimits.ResultBytesMax + 1, false)]
    public void A_result_over_the_bound_fails_and_the_change_stays(int length, bool fits)
    {
        Run run = Run.WithCounter(out Session session);

        AppliedRequest applied = run.Count(session, 1, by: length, command: Counter.Large);

        Assert.Equal(fits ? RequestOutcome.Result : RequestOutcome.Failed, applied.Outcome);
        if (fits) Assert.Equal(length, applied.Reply.Length);
        else Assert.Equal("Zab.ResultTooLarge", FailureReply.Read(applied.Reply.Span).Code);
        Assert.Equal(length, run.Value());
    }

    [Fact]
    public void Arguments_that_do_not_decode_fail_like_any_exception()
    {
        Run run = Run.WithCounter(out Session session);

        AppliedRequest applied = run.Apply(Run.Command(session, 1, Counter.Id, Counter.Add, [1, 2, 3]));

        Assert.Equal(new FailureReply("Zab.ZabFormatException", ""), FailureReply.Read(applied.Reply.Span));
    }

    // Another server has more memory and would give another answer: this one must not go on.
    [Fact]
    public void Exhaustion_is_no_outcome_and_the_state_cannot_be_used_any_more()
    {
        Run run = Run.WithCounter(out Session session);
        Zxid before = run.Machine.LastApplied;

        Assert.Throws<InvalidOperationException>(() => run.Count(session, 1, by: 5, command: Counter.Exhaust));

        Assert.Equal(before, run.Machine.LastApplied);
        Assert.Throws<InvariantException>(() => run.Count(session, 1, by: 5));
        Assert.Throws<InvariantException>(() => run.Value());
        Assert.Throws<InvariantException>(() => run.Snapshot());
    }

    [Fact]
    public void A_command_sees_its_place_its_time_its_session_and_the_same_random_numbers_everywhere()
    {
        Run run = Run.WithCounter(out Session session), other = Run.WithCounter(out _);

        AppliedRequest one = run.Count(session, 1, by: 0, command: Counter.Describe);
        AppliedRequest same = other.Count(session, 1, by: 0, command: Counter.Describe);
        AppliedRequest next = run.Count(session, 2, by: 0, command: Counter.Describe);

        var reader = new ZabReader(one.Reply.Span);
        Assert.Equal((one.Entry.Value, run.Log[^2].UtcTicks, session.Id.Value), (reader.ReadUInt64(), reader.ReadInt64(), reader.ReadUInt64()));
        Assert.Equal(one.Reply.ToArray(), same.Reply.ToArray());
        Assert.NotEqual(one.Reply[^8..].ToArray(), next.Reply[^8..].ToArray());
    }

    [Fact]
    public void A_query_sees_the_last_entry_applied()
    {
        Run run = Run.WithCounter(out Session session);
        run.Count(session, 1, by: 5);

        var seen = new ZabReader(run.Query(Counter.Id, Counter.Seen));

        Assert.Equal((run.Machine.LastApplied.Value, run.Log[^1].UtcTicks), (seen.ReadUInt64(), seen.ReadInt64()));
    }

    [Theory]
    [InlineData(Counter.Id, Counter.GetCrash, "System.FormatException", "the query Tests.Counter.GetCrash threw: only here")]
    [InlineData(Counter.Id, Counter.GetRefuse, "counter.unreadable", "not now")]
    [InlineData(Counter.Id, Counter.GetLarge, "Zab.ResultTooLarge", "the query Tests.Counter.GetLarge: the result is larger than 4194304 bytes; return it in pages")]
    [InlineData(Counter.Id, Counter.Add, "Zab.NoSuchQuery", "Tests.Counter has no query with the id 00000001 on this server; the caller's version is newer, or another class")]
    [InlineData(Map.Id, Map.Size, "Zab.NoSuchClass", "the state at 1/3 has no replicated class with the id 0000000a; register it on every server, and wait until one leads that has it")]
    public void A_query_that_fails_says_why_and_writes_nothing(uint classId, uint queryId, string code, string message)
    {
        Run run = Run.WithCounter(out Session session);
        run.Count(session, 1, by: SessionLimits.ResultBytesMax + 1);
        var result = new ArrayBufferWriter<byte>();

        var failed = Assert.Throws<QueryFailedException>(() => run.Machine.Query(classId, queryId, default, result));

        Assert.Equal((code, message), (failed.Code, failed.Message));
        Assert.Equal(0, result.WrittenCount);
    }

    [Fact]
    public void Texts_that_UTF_8_cannot_hold_and_codes_that_are_missing_fail_alike_everywhere()
    {
        var runner = new CommandRunner(Run.Cluster);

        CachedReply reply = runner.Failed(new Zxid(1, 1), new FailureReply("", "half a pair: \uD83D."));

        Assert.Equal(new FailureReply("", "half a pair: \uFFFD."), FailureReply.Read(reply.Bytes));
    }

    [Fact]
    public void A_failure_whose_text_is_over_the_bound_is_a_result_that_is_too_large()
    {
        var runner = new CommandRunner(Run.Cluster);

        CachedReply reply = runner.Failed(new Zxid(1, 1), new FailureReply("code", new string('x', SessionLimits.ResultBytesMax)));

        Assert.Equal("Zab.ResultTooLarge", FailureReply.Read(reply.Bytes).Code);
    }

    [Fact]
    public void An_entry_out_of_order_or_back_in_time_stops_the_server()
    {
        Run run = Run.WithCounter(out Session session);
        byte[] payload = Run.Command(session, 1, Counter.Id, Counter.Add, Run.Int64(1));
        Entry last = run.Log[^1];

        Entry gap = Entry.FromParts(new Zxid(1, 9), last.Zxid, 0, last.UtcTicks, EntryType.Request, payload);
        Entry early = Entry.After(last.Point, new Zxid(1, 3), last.UtcTicks - 1, EntryType.Request, payload);

        Assert.Equal("1/9 cannot be applied after 1/2", Assert.Throws<InvariantException>(() => run.Machine.Apply(gap)).Message);
        Assert.Contains("the time of 1/3", Assert.Throws<InvariantException>(() => run.Machine.Apply(early)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_only_advances()
    {
        Run run = Run.WithCounter(out _);
        ulong hash = run.Machine.ResultHash;
        Entry config = Entry.After(run.Log[^1].Point, new Zxid(2, 1), run.Log[^1].UtcTicks + 1, EntryType.Config, default);

        Assert.Null(run.Machine.Apply(config));

        Assert.Equal((config.Zxid, config.UtcTicks, hash), (run.Machine.LastApplied, run.Machine.LastUtcTicks, run.Machine.ResultHash));
    }

    [Fact]
    public void A_payload_that_is_no_request_stops_the_server_before_anything_changed()
    {
        Run run = Run.WithCounter(out _);
        string digest = run.Machine.Digest();

        Assert.Throws<ZabFormatException>(() => run.Apply([99]));

        Assert.Equal(digest, run.Machine.Digest());
    }
}
