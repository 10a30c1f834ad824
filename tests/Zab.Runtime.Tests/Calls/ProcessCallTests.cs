using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Tests.Replica;

namespace Zab.Tests.Calls;

/// <summary>Calls in the session of the process: no number is given by their callers, and every one of them takes effect once or not at all.</summary>
public sealed class ProcessCallTests
{
    [Fact]
    public async Task The_first_call_creates_the_session_then_runs()
    {
        using var server = new Server();
        var receipt = new Receipt();
        Task<long> call = server.AddAsync(5, new CallOptions { Receipt = receipt });
        Assert.Equal(RequestKind.CreateSession, RequestCodec.Decode(server.Replica.Submitted[0]).Kind);

        server.Replica.ApplyNext();
        Zxid zxid = server.Replica.ApplyNext();
        Assert.Equal(5, await call.Soon());
        Assert.Equal((zxid, TimeSpan.Zero), (receipt.Zxid, receipt.Age));
        Assert.Equal(0, server.Calls.Count);
    }

    [Fact]
    public async Task Calls_are_pipelined_in_order_and_each_gets_its_own_answer()
    {
        using Server server = Server.WithSession();
        Task<long>[] calls = [.. Enumerable.Range(1, 20).Select(by => server.AddAsync(by))];
        Assert.Equal(Enumerable.Range(2, 20).Select(static number => (long)number), server.Numbers);

        server.Replica.ApplyAll();
        for (int i = 0; i < 20; i++) Assert.Equal(Enumerable.Range(1, i + 1).Sum(), await calls[i].Soon());
    }

    [Fact]
    public async Task What_was_answered_is_confirmed_and_nothing_else()
    {
        using Server server = Server.WithSession();
        Task<long> second = server.AddAsync(1);
        Task<long> third = server.AddAsync(1);
        server.Replica.ApplyNext();
        await second.Soon();
        _ = server.AddAsync(1);
        Assert.Equal([1UL, 1UL, 2UL], server.Replica.Submitted.Select(static payload => RequestCodec.Decode(payload).AnsweredThrough));
        server.Replica.ApplyAll();
        await third.Soon();
    }

    [Fact] // C02: no k+1 without k.
    public async Task A_refused_call_is_handed_on_again_and_those_behind_it_stay_behind()
    {
        using Server server = Server.WithSession();
        Task<long>[] calls = [server.AddAsync(1), server.AddAsync(10), server.AddAsync(100)];
        server.Replica.RefuseNext();
        server.Replica.ApplyAll();                      // Two gaps.
        Assert.Equal(0, server.Value);

        server.PassBackoff();
        server.Replica.ApplyAll();
        Assert.Equal((long[])[1, 11, 111], await Task.WhenAll(calls).Soon());
        Assert.Equal(111, server.Value);
    }

    [Fact]
    public async Task A_call_made_while_another_waits_to_be_handed_on_again_does_not_pass_it()
    {
        using Server server = Server.WithSession();
        Task<long> first = server.AddAsync(1);
        server.Replica.RefuseNext();
        Task<long> second = server.AddAsync(10);
        Assert.Empty(server.Replica.Pending);

        server.PassBackoff();
        server.Replica.ApplyAll();
        Assert.Equal((long[])[1, 11], await Task.WhenAll(first, second).Soon());
    }

    [Fact] // C11
    public async Task After_a_change_of_the_leader_the_same_bytes_are_handed_on_and_run_once()
    {
        using Server server = Server.WithSession();
        Task<long> call = server.AddAsync(7);
        ProposalRequest onItsWay = server.Replica.LoseNext();
        server.Replica.LoseLeader();
        server.Replica.FindLeader();
        Assert.Equal(server.Replica.Submitted[0], server.Replica.Submitted[1]);

        server.Replica.Apply(onItsWay.Payload.ToArray());           // The new leader had it in its log.
        Assert.Equal(7, await call.Soon());
        server.Replica.ApplyAll();
        Assert.Equal(7, server.Value);
    }

    [Fact]
    public async Task A_reason_that_changes_is_no_change_of_the_leader()
    {
        using Server server = Server.WithSession();
        Task<long> call = server.AddAsync(7);
        IReplicaListener listener = server.Calls;
        listener.OnRoleChanged(server.Replica.View);                // The first word of it: everything may be lost.
        int before = server.Replica.Submitted.Count;
        listener.OnRoleChanged(server.Replica.View with { Reason = "words" });
        Assert.Equal(before, server.Replica.Submitted.Count);
        server.Replica.ApplyAll();
        await call.Soon();
    }

    [Fact]
    public async Task A_full_queue_refuses_a_first_attempt_at_once_and_takes_no_number()
    {
        using Server server = Server.WithSession();
        server.Replica.IsFull = true;
        await Assert.ThrowsAsync<NotExecutedException>(() => server.AddAsync(1).Soon());
        Assert.Equal(0, server.Calls.Count);

        server.Replica.IsFull = false;
        Task<long> next = server.AddAsync(2);
        server.Replica.ApplyAll();
        Assert.Equal(2, await next.Soon());
        Assert.Equal([2], server.Numbers);
    }

    [Fact] // C14
    public async Task A_call_without_an_answer_is_unknown_and_the_next_one_is_not_held_up()
    {
        using Server server = Server.WithSession();
        Task<long> stuck = server.AddAsync(1);
        server.Replica.LoseNext();
        server.PassTime(Server.Deadline);
        OutcomeUnknownException unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(() => stuck.Soon());
        Assert.Equal(2UL, unknown.Request);

        Task<long> next = server.AddAsync(10);
        Assert.Equal([2, -2, 3], server.Numbers);
        server.Replica.ApplyAll();
        Assert.Equal(10, await next.Soon());
        Assert.Equal(0, server.Calls.Count);

        Task<long> repeated = server.AddAsync(1, new CallOptions { Session = unknown.Session, Request = unknown.Request });
        server.Replica.ApplyAll();
        NotExecutedException never = await Assert.ThrowsAsync<NotExecutedException>(() => repeated.Soon());
        Assert.Contains("never will be", never.Message, StringComparison.Ordinal);
        Assert.Equal(10, server.Value);
    }

    [Fact]
    public async Task A_call_of_unknown_outcome_that_ran_gives_its_first_result_when_it_is_repeated()
    {
        using Server server = Server.WithSession();
        Task<long> late = server.AddAsync(1);
        server.PassTime(Server.Deadline);
        OutcomeUnknownException unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(() => late.Soon());
        server.Replica.ApplyAll();                                  // Itself, then its fill.
        for (int i = 0; i < 100; i++)
        {
            Task<long> other = server.AddAsync(10);
            server.Replica.ApplyAll();
            await other.Soon();
        }

        Task<long> repeated = server.AddAsync(1, new CallOptions { Session = unknown.Session, Request = unknown.Request });
        server.Replica.ApplyAll();
        Assert.Equal(1, await repeated.Soon());
        Assert.Equal(1001, server.Value);
    }

    [Fact] // C13
    public async Task A_refused_retry_beside_a_lost_first_attempt_is_never_told_as_not_executed()
    {
        using Server server = Server.WithSession();
        Task<long> call = server.AddAsync(1);
        ProposalRequest stuck = server.Replica.LoseNext();
        server.Replica.LoseLeader();
        server.Replica.FindLeader();
        server.Replica.RefuseNext("overloaded");
        server.PassTime(TimeSpan.FromMilliseconds(1));
        server.Replica.IsFull = true;
        server.PassTime(Server.Deadline);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => call.Soon());

        server.Replica.IsFull = false;
        server.Replica.Apply(stuck.Payload.ToArray());              // It runs after all.
        Assert.Equal(1, server.Value);
        Task<long> next = server.AddAsync(10);
        server.PassBackoff();
        server.Replica.ApplyAll();
        Assert.Equal(11, await next.Soon());
    }

    [Fact]
    public async Task Where_every_attempt_was_refused_the_call_was_certainly_not_executed()
    {
        using Server server = Server.WithSession();
        Task<long> call = server.AddAsync(1);
        server.Replica.Refuses = "no quorum";
        server.Replica.RefuseNext("no quorum");
        server.PassTime(Server.Deadline);
        NotExecutedException told = await Assert.ThrowsAsync<NotExecutedException>(() => call.Soon());
        Assert.Contains("no quorum", told.Message, StringComparison.Ordinal);

        server.Replica.Refuses = null;
        Task<long> next = server.AddAsync(10);
        server.PassBackoff();
        server.Replica.ApplyAll();
        Assert.Equal(10, await next.Soon());
        Assert.Equal([-2, 3], server.Numbers[^2..]);
    }

    [Fact]
    public async Task Without_a_leader_a_call_waits_without_a_number_and_is_handed_on_when_there_is_one()
    {
        using Server server = Server.WithSession();
        server.Replica.LoseLeader();
        Task<long>[] calls = [server.AddAsync(1), server.AddAsync(10)];
        Assert.Empty(server.Replica.Submitted);
        server.Replica.FindLeader();
        server.Replica.ApplyAll();
        Assert.Equal((long[])[1, 11], await Task.WhenAll(calls).Soon());
    }

    [Fact]
    public async Task Without_a_leader_until_the_deadline_nothing_was_handed_on_and_the_reason_is_told()
    {
        using Server server = Server.WithSession();
        server.Replica.LoseLeader("fresh; waiting for 2, 3");
        Task<long> call = server.AddAsync(1);
        server.PassTime(Server.Deadline);
        NotExecutedException told = await Assert.ThrowsAsync<NotExecutedException>(() => call.Soon());
        Assert.Contains("waiting for 2, 3", told.Message, StringComparison.Ordinal);
        Assert.Empty(server.Replica.Submitted);
        Assert.Equal(0, server.Calls.Count);
    }

    [Fact]
    public async Task Cancelled_before_it_is_handed_on_a_call_is_not_executed()
    {
        using Server server = Server.WithSession();
        using var cancelled = new CancellationTokenSource();
        server.Replica.LoseLeader();
        Task<long> waiting = server.AddAsync(1, cancellationToken: cancelled.Token);
        await cancelled.CancelAsync();
        NotExecutedException told = await Assert.ThrowsAsync<NotExecutedException>(() => waiting.Soon());
        Assert.Equal(cancelled.Token, Assert.IsType<OperationCanceledException>(told.InnerException).CancellationToken);
        await Assert.ThrowsAsync<NotExecutedException>(() => server.AddAsync(1, cancellationToken: cancelled.Token).Soon());

        server.Replica.FindLeader();
        Assert.Empty(server.Replica.Submitted);
    }

    [Fact]
    public async Task Cancelled_after_it_was_handed_on_only_the_waiting_ends()
    {
        using Server server = Server.WithSession();
        using var cancelled = new CancellationTokenSource();
        Task<long> call = server.AddAsync(1, cancellationToken: cancelled.Token);
        await cancelled.CancelAsync();
        OperationCanceledException told = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());
        Assert.Equal(cancelled.Token, told.CancellationToken);

        Task<long> next = server.AddAsync(10);
        server.Replica.ApplyAll();
        Assert.Equal(11, await next.Soon());
    }

    [Fact]
    public async Task When_the_session_ended_calls_that_were_certainly_not_executed_run_in_a_new_one()
    {
        using Server server = Server.WithSession();
        Task<long>[] calls = [server.AddAsync(1), server.AddAsync(10)];
        SessionId ended = RequestCodec.Decode(server.Replica.Submitted[0]).Session;
        server.Replica.Apply(RequestCodec.ExpireSession(ended));
        Task<long> third = server.AddAsync(100);
        server.Replica.ApplyAll();
        Assert.Equal((long[])[1, 11], await Task.WhenAll(calls).Soon());
        Assert.Equal(111, await third.Soon());
        Assert.NotEqual(ended, RequestCodec.Decode(server.Replica.Submitted[^1]).Session);
    }

    [Fact]
    public async Task When_the_session_ended_a_call_with_a_lost_attempt_is_unknown()
    {
        using Server server = Server.WithSession();
        Task<long> call = server.AddAsync(1);
        ProposalRequest lost = server.Replica.LoseNext();
        server.Replica.LoseLeader();
        server.Replica.FindLeader();
        server.Replica.Apply(RequestCodec.ExpireSession(RequestCodec.Decode(lost.Payload.Span).Session));
        server.Replica.ApplyAll();
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => call.Soon());

        Task<long> next = server.AddAsync(10);
        server.Replica.ApplyAll();
        Assert.Equal(10, await next.Soon());
    }

    [Fact]
    public async Task A_fill_that_meets_an_ended_session_needs_nothing_more()
    {
        using Server server = Server.WithSession();
        Task<long> stuck = server.AddAsync(1);
        ProposalRequest lost = server.Replica.LoseNext();
        server.PassTime(Server.Deadline);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => stuck.Soon());
        server.Replica.Apply(RequestCodec.ExpireSession(RequestCodec.Decode(lost.Payload.Span).Session));
        server.Replica.ApplyAll();
        Assert.Equal(0, server.Calls.Count);
    }

    [Fact]
    public async Task What_was_applied_unseen_in_a_snapshot_gives_its_first_answer()
    {
        using Server server = Server.WithSession();
        Task<long> call = server.AddAsync(7);
        server.Replica.ApplyUnheard(server.Replica.LoseNext().Payload.ToArray());
        server.Replica.InstallSnapshot();
        server.Replica.ApplyAll();
        Assert.Equal(7, await call.Soon());
        Assert.Equal(7, server.Value);
    }

    [Fact]
    public async Task A_command_that_throws_uses_its_number_and_tells_code_and_text()
    {
        using Server server = Server.WithSession();
        Task<long> refused = server.RefuseAsync(3);
        Task<long> crashed = server.CrashAsync(4);
        server.Replica.ApplyAll();
        CommandFailedException told = await Assert.ThrowsAsync<CommandFailedException>(() => refused.Soon());
        Assert.Equal(("counter.refused", "refused at 3"), (told.Code, told.Message));
        CommandFailedException crash = await Assert.ThrowsAsync<CommandFailedException>(() => crashed.Soon());
        Assert.Equal("System.FormatException", crash.Code);
        Assert.DoesNotContain("depends on the machine", crash.Message, StringComparison.Ordinal);

        Task<long> next = server.AddAsync(1);
        server.Replica.ApplyAll();
        Assert.Equal(8, await next.Soon());
    }

    [Fact]
    public async Task A_command_that_no_leader_can_take_is_told_at_once_and_holds_nobody_up()
    {
        using Server server = Server.WithSession();
        Task<long> bad = server.AddAsync(Counter.Unwanted);
        Task<long> good = server.AddAsync(1);
        server.Replica.RefuseNext("the arguments cannot be decoded");
        NotExecutedException told = await Assert.ThrowsAsync<NotExecutedException>(() => bad.Soon());
        Assert.Contains("nobody wants this number", told.Message, StringComparison.Ordinal);

        server.Replica.ApplyAll();                                  // A gap.
        server.PassBackoff();
        server.Replica.ApplyAll();
        Assert.Equal(1, await good.Soon());
    }

    [Fact]
    public async Task A_command_larger_than_a_proposal_is_refused_before_it_is_handed_on()
    {
        using Server server = Server.WithSession();
        NotExecutedException told = await Assert.ThrowsAsync<NotExecutedException>(() => server.SubmitBytesAsync(Limits.PayloadBytesMax - RequestCodec.CommandHeadBytes + 1).Soon());
        Assert.Contains("4194305 bytes", told.Message, StringComparison.Ordinal);
        Assert.Empty(server.Replica.Submitted);

        _ = server.SubmitBytesAsync(Limits.PayloadBytesMax - RequestCodec.CommandHeadBytes);
        Assert.Equal(Limits.PayloadBytesMax, Assert.Single(server.Replica.Submitted).Length);
    }

    [Fact] // C10
    public async Task What_waits_is_bounded_in_count_and_in_numbers()
    {
        using Server server = Server.WithSession();
        var calls = new List<Task<long>>();
        for (int i = 0; i < CallLimits.CallsMax; i++) calls.Add(server.AddAsync(1));
        Assert.Equal(CallLimits.ProcessWindow, server.Replica.Submitted.Count);
        NotExecutedException told = await Assert.ThrowsAsync<NotExecutedException>(() => server.AddAsync(1).Soon());
        Assert.Contains("16384 calls", told.Message, StringComparison.Ordinal);

        server.Replica.ApplyAll();
        await Task.WhenAll(calls).Soon();
        Assert.Equal((CallLimits.CallsMax, 0), (server.Value, server.Calls.Count));
    }

    [Fact] // C10
    public void What_waits_is_bounded_in_bytes()
    {
        var budget = new CallBudget();
        byte[] shared = new byte[Limits.PayloadBytesMax];
        Call[] calls = [.. Enumerable.Range(0, (int)(CallLimits.CallBytesMax / shared.Length) + 1).Select(ticket => new Call(ticket, shared, 1, 1))];
        foreach (Call call in calls[1..]) budget.Reserve(call);
        Assert.Equal(CallLimits.CallBytesMax, budget.Bytes);
        Assert.Throws<NotExecutedException>(() => budget.Reserve(calls[0]));
        budget.Release(calls[1]);
        budget.Reserve(calls[0]);
    }

    [Fact]
    public async Task A_call_of_a_class_that_is_not_part_of_the_state_yet_waits_for_it()
    {
        using var server = new Server(hasCounter: false);
        Task<long> call = server.AddAsync(5);
        server.Replica.ApplyNext();
        server.Replica.ApplyNext();
        Assert.False(call.IsCompleted);
        server.Replica.AddMissingClasses();
        server.PassBackoff();
        server.Replica.ApplyAll();
        Assert.Equal(5, await call.Soon());
    }

    [Fact]
    public async Task What_was_lost_without_a_word_is_filled_again_and_again()
    {
        using Server server = Server.WithSession();
        Task<long> stuck = server.AddAsync(1);
        server.Replica.LoseNext();
        server.PassTime(Server.Deadline);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => stuck.Soon());
        server.Replica.LoseNext();                                  // Its fill, too.
        server.PassTime((2 * Server.Deadline) + TimeSpan.FromSeconds(1));
        Assert.Equal([2, -2, -2], server.Numbers);
        server.Replica.ApplyAll();
        Assert.Equal(0, server.Calls.Count);
    }

    [Fact]
    public void The_session_is_kept_alive_while_it_is_idle()
    {
        using Server server = Server.WithSession();
        for (int minute = 0; minute < 30; minute++) server.PassTime(TimeSpan.FromMinutes(1));
        Assert.InRange(server.Replica.Touched.Count, 10, 12);       // Every quarter of ten minutes.
        Assert.Single(server.Replica.Touched.Distinct());
    }

    [Fact]
    public async Task Where_no_session_can_be_created_the_call_is_not_executed_and_the_next_one_tries_again()
    {
        using var server = new Server();
        Task<long> call = server.AddAsync(1);
        ulong nonce = RequestCodec.Decode(server.Replica.LoseNext().Payload.Span).Nonce;
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new Serialization.ZabWriter(output);
        new FailureReply(FailureReply.TooManySessions, "there are 1000000 sessions").Write(ref writer);
        writer.Flush();
        ((IReplicaListener)server.Calls).OnApplied(new AppliedRequest(new Zxid(1, 2), default, nonce, RequestOutcome.Failed, new Zxid(1, 2), output.WrittenMemory));
        NotExecutedException told = await Assert.ThrowsAsync<NotExecutedException>(() => call.Soon());
        Assert.Contains("1000000 sessions", told.Message, StringComparison.Ordinal);

        Task<long> next = server.AddAsync(2);
        server.Replica.ApplyAll();
        Assert.Equal(2, await next.Soon());
    }

    [Fact]
    public async Task When_the_server_stops_everybody_is_told_what_is_known()
    {
        using Server server = Server.WithSession();
        Task<long> submitted = server.AddAsync(1);
        server.Replica.LoseLeader();
        Task<long> waiting = server.AddAsync(1);
        server.Calls.Stop("this server is stopping");
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => submitted.Soon());
        await Assert.ThrowsAsync<NotExecutedException>(() => waiting.Soon());
        await Assert.ThrowsAsync<NotExecutedException>(() => server.AddAsync(1).Soon());
        Assert.Equal(0, server.Calls.Count);
    }
}
