using Xunit;
using Zab.Core;
using Zab.Replica;

namespace Zab.Tests.Calls;

/// <summary>Calls whose callers give session and number: the caller may repeat them, here or on another server, and owns the number.</summary>
public sealed class BoundCallTests
{
    [Fact]
    public async Task A_repeated_number_gives_the_first_result_and_zxid()
    {
        using Server server = NewServer(out Session session);
        var first = new Receipt();
        var second = new Receipt();
        Assert.Equal(5, await Applied(server, server.AddAsync(5, Bound(session, 1) with { Receipt = first })));
        Assert.Equal(5, await Applied(server, server.AddAsync(5, Bound(session, 1) with { Receipt = second })));
        Assert.Equal(5, server.Value);
        Assert.Equal(first.Zxid, second.Zxid);
    }

    [Fact]
    public async Task A_number_that_is_repeated_while_it_waits_is_handed_on_once()
    {
        using Server server = NewServer(out Session session);
        Task<long>[] calls = [server.AddAsync(5, Bound(session, 1)), server.AddAsync(5, Bound(session, 1))];
        Assert.Single(server.Replica.Submitted);
        server.Replica.ApplyAll();
        Assert.Equal((long[])[5, 5], await Task.WhenAll(calls).Soon());
    }

    [Fact]
    public async Task One_of_two_callers_that_leaves_takes_nothing_from_the_other()
    {
        using Server server = NewServer(out Session session);
        using var cancelled = new CancellationTokenSource();
        Task<long> stays = server.AddAsync(5, Bound(session, 1));
        Task<long> leaves = server.AddAsync(5, Bound(session, 1), cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves.Soon());
        server.Replica.ApplyAll();
        Assert.Equal(5, await stays.Soon());
    }

    [Fact]
    public async Task A_gap_is_told_with_the_number_expected_and_nothing_runs()
    {
        using Server server = NewServer(out Session session);
        RequestGapException gap = await Assert.ThrowsAsync<RequestGapException>(() => Applied(server, server.AddAsync(5, Bound(session, 3))));
        Assert.Equal(1UL, gap.Expected);
        Assert.Equal(0, server.Value);
    }

    [Fact]
    public async Task A_gap_that_a_call_waiting_here_will_close_is_no_gap()
    {
        using Server server = NewServer(out Session session);
        Task<long> first = server.AddAsync(1, Bound(session, 1));
        Task<long> second = server.AddAsync(10, Bound(session, 2));
        server.Replica.RefuseNext();
        server.Replica.ApplyAll();
        server.PassBackoff();
        server.Replica.ApplyAll();
        Assert.Equal((long[])[1, 11], await Task.WhenAll(first, second).Soon());
    }

    [Fact]
    public async Task A_gap_beside_a_lost_attempt_is_unknown()
    {
        using Server server = NewServer(out Session session);
        Task<long> call = server.AddAsync(1, Bound(session, 2));
        server.Replica.LoseNext();
        server.Replica.LoseLeader();
        server.Replica.FindLeader();
        server.Replica.ApplyAll();
        OutcomeUnknownException unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(() => call.Soon());
        Assert.Equal((session, 2UL), (unknown.Session, unknown.Request));
    }

    [Fact]
    public async Task The_last_64_answers_are_kept_and_an_older_one_is_told_as_executed()
    {
        using Server server = NewServer(out Session session);
        for (ulong number = 1; number <= 65; number++) await Applied(server, server.AddAsync(1, Bound(session, number)));
        Assert.Equal(2, await Applied(server, server.AddAsync(1, Bound(session, 2))));
        await Assert.ThrowsAsync<AlreadyExecutedException>(() => Applied(server, server.AddAsync(1, Bound(session, 1))));
        Assert.Equal(65, server.Value);
    }

    [Fact] // C03
    public async Task In_an_ended_session_nothing_runs()
    {
        using Server server = NewServer(out Session session);
        await Applied(server, server.AddAsync(1, Bound(session, 1)));
        await Applied(server, server.Sessions.CloseSessionAsync(session).AsTask());
        await Assert.ThrowsAsync<SessionExpiredException>(() => Applied(server, server.AddAsync(1, Bound(session, 1))));
        await Assert.ThrowsAsync<SessionExpiredException>(() => Applied(server, server.AddAsync(1, Bound(session, 2))));
        await Applied(server, server.Sessions.CloseSessionAsync(session).AsTask());         // Already.
        Assert.Equal(1, server.Value);
    }

    [Fact]
    public async Task A_session_that_never_was_is_told_as_ended()
    {
        using Server server = NewServer(out _);
        await Assert.ThrowsAsync<SessionExpiredException>(() => Applied(server, server.AddAsync(1, Bound(default, 1))));
        await Assert.ThrowsAsync<SessionExpiredException>(() => Applied(server, server.AddAsync(1, Bound(new Session(new SessionId(77), 1), 1))));
    }

    [Fact]
    public async Task A_wrong_secret_gets_nothing_and_does_not_disturb_the_holder()
    {
        using Server server = NewServer(out Session session);
        Task<long> thief = server.AddAsync(100, Bound(session with { Secret = 1 }, 1));
        Task<long> holder = server.AddAsync(1, Bound(session, 1));
        server.Replica.ApplyAll();
        await Assert.ThrowsAsync<SessionExpiredException>(() => thief.Soon());
        Assert.Equal(1, await holder.Soon());
    }

    [Fact]
    public async Task An_attempt_that_came_through_another_server_answers_the_call_here()
    {
        using Server server = NewServer(out Session session);
        Task<long> call = server.AddAsync(5, Bound(session, 1));
        byte[] payload = server.Replica.LoseNext().Payload.ToArray();
        server.Replica.Apply(payload);
        Assert.Equal(5, await call.Soon());
    }

    [Fact]
    public async Task Given_up_it_is_not_filled_and_the_number_stays_open()
    {
        using Server server = NewServer(out Session session);
        Task<long> call = server.AddAsync(5, Bound(session, 1));
        ProposalRequest lost = server.Replica.LoseNext();
        server.PassTime(Server.Deadline);
        OutcomeUnknownException unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(() => call.Soon());
        Assert.Equal((session, 1UL), (unknown.Session, unknown.Request));
        Assert.Empty(server.Replica.Pending);
        Assert.Equal(0, server.Calls.Count);

        server.Replica.Apply(lost.Payload.ToArray());
        Assert.Equal(5, await Applied(server, server.AddAsync(5, Bound(session, 1))));
        Assert.Equal(5, server.Value);
    }

    [Fact]
    public async Task Without_a_leader_until_the_deadline_this_attempt_was_not_executed()
    {
        using Server server = NewServer(out Session session);
        server.Replica.LoseLeader();
        Task<long> call = server.AddAsync(5, Bound(session, 1));
        server.PassTime(Server.Deadline);
        await Assert.ThrowsAsync<NotExecutedException>(() => call.Soon());
        Assert.Equal(0, server.Calls.Count);
    }

    [Fact]
    public async Task A_full_queue_refuses_it_at_once()
    {
        using Server server = NewServer(out Session session);
        server.Replica.IsFull = true;
        await Assert.ThrowsAsync<NotExecutedException>(() => server.AddAsync(5, Bound(session, 1)).Soon());
        Assert.Equal(0, server.Calls.Count);
    }

    [Fact]
    public async Task Each_call_keeps_its_session_alive()
    {
        using Server server = NewServer(out Session session);
        await Applied(server, server.AddAsync(5, Bound(session, 1)));
        server.Replica.Index = server.Replica.Machine.LastApplied;
        await server.GetAsync(Read.Local, new CallOptions { Session = session }).Soon();
        server.Sessions.Touch(session);
        Assert.Equal([session.Id, session.Id, session.Id], server.Replica.Touched);
    }

    [Fact]
    public async Task Session_and_number_belong_together()
    {
        using Server server = NewServer(out Session session);
        await Assert.ThrowsAsync<ArgumentException>(() => server.AddAsync(1, new CallOptions { Request = 1 }).Soon());
        await Assert.ThrowsAsync<ArgumentException>(() => server.AddAsync(1, new CallOptions { Session = session }).Soon());
        await Assert.ThrowsAsync<ArgumentException>(() => server.AddAsync(1, Bound(session, 0)).Soon());
        Assert.Empty(server.Replica.Submitted);
    }

    [Fact]
    public async Task A_session_that_nobody_confirms_in_time_is_told_and_forgotten()
    {
        using Server server = NewServer(out Session session);
        Task<Session> creating = server.Sessions.CreateSessionAsync(TimeSpan.FromMinutes(1)).AsTask();
        Task closing = server.Sessions.CloseSessionAsync(session).AsTask();
        Assert.Equal(2, server.Replica.Pending.Count);
        server.PassTime(Server.Deadline);
        await Assert.ThrowsAsync<NotExecutedException>(() => creating.Soon());
        await Assert.ThrowsAsync<NotExecutedException>(() => closing.Soon());
        server.Replica.ApplyAll();                      // Late: nobody listens, nothing breaks.
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => server.Sessions.CreateSessionAsync(TimeSpan.Zero).AsTask());
    }

    [Fact]
    public async Task Sessions_that_are_opened_and_closed_go_through_a_change_of_the_leader()
    {
        using Server server = NewServer(out Session session);
        Task<Session> creating = server.Sessions.CreateSessionAsync(TimeSpan.FromMinutes(1)).AsTask();
        Task closing = server.Sessions.CloseSessionAsync(session).AsTask();
        Task closingToo = server.Sessions.CloseSessionAsync(session).AsTask();
        server.Replica.RefuseNext();
        server.Replica.LoseNext();
        server.Replica.LoseLeader();
        server.Replica.FindLeader();
        server.Replica.ApplyAll();
        Session created = await creating.Soon();
        await closing.Soon();
        await closingToo.Soon();
        Assert.Equal(1, await Applied(server, server.AddAsync(1, Bound(created, 1))));
    }

    private static Server NewServer(out Session session)
    {
        var server = new Server();
        session = server.CreateSession();
        server.Replica.Submitted.Clear();
        return server;
    }

    private static CallOptions Bound(Session session, ulong number) => new() { Session = session, Request = number };

    private static Task<T> Applied<T>(Server server, Task<T> call)
    {
        server.Replica.ApplyAll();
        return call.Soon();
    }

    private static Task Applied(Server server, Task call)
    {
        server.Replica.ApplyAll();
        return call.Soon();
    }
}
