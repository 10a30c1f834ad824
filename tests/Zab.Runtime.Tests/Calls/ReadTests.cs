using Xunit;

namespace Zab.Tests.Calls;

/// <summary>What each read level waits for, and what it tells.</summary>
public sealed class ReadTests
{
    [Fact]
    public async Task A_linearizable_read_waits_for_a_round_and_for_what_it_confirmed()
    {
        using Server server = Server.WithSession();
        Zxid index = server.Replica.Machine.LastApplied with { Counter = server.Replica.Machine.LastApplied.Counter + 1 };
        server.Replica.Index = index;
        var receipt = new Receipt();
        Task<long> read = server.GetAsync(Read.Linearizable, new CallOptions { Receipt = receipt });
        Assert.False(read.IsCompleted);
        Task<long> write = server.AddAsync(7);
        server.Replica.ApplyAll();
        await write.Soon();
        Assert.Equal(7, await read.Soon());
        Assert.Equal((index, TimeSpan.Zero, 1), (receipt.Zxid, receipt.Age, server.Replica.IndexRounds));
    }

    [Fact]
    public async Task The_default_is_linearizable()
    {
        using Server server = Server.WithSession();
        server.Replica.Index = Zxid.None;
        await server.GetAsync().Soon();
        Assert.Equal(1, server.Replica.IndexRounds);
    }

    [Fact]
    public async Task Without_a_leader_a_linearizable_read_asks_again_until_there_is_one()
    {
        using Server server = Server.WithSession();
        Task<long> read = server.GetAsync();
        for (int i = 0; i < 3; i++) await PassUntil(server, () => server.Replica.IndexRounds > i);
        server.Replica.Index = Zxid.None;
        await PassUntil(server, () => read.IsCompleted);
        Assert.Equal(0, await read);
    }

    [Fact]
    public async Task Without_a_leader_until_the_deadline_the_query_was_not_run_and_the_reason_is_told()
    {
        using Server server = Server.WithSession();
        Task<long> read = server.GetAsync();
        await PassUntil(server, () => read.IsCompleted);
        NotExecutedException told = await Assert.ThrowsAsync<NotExecutedException>(() => read);
        Assert.Contains("no leader", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_read_of_this_process_needs_no_round_and_sees_its_own_writes_and_reads()
    {
        using Server server = Server.WithSession();
        Task<long> write = server.AddAsync(7);
        server.Replica.ApplyAll();
        await write.Soon();
        Assert.Equal(7, await server.GetAsync(Read.Session).Soon());
        Assert.Equal(0, server.Replica.IndexRounds);
    }

    [Fact] // C04: the session may have been used on another server, which is ahead of this one.
    public async Task A_session_read_of_another_session_is_confirmed_by_a_round()
    {
        using Server server = Server.WithSession();
        Session session = server.CreateSession();
        server.Replica.Index = server.Replica.Machine.LastApplied;
        await server.GetAsync(Read.Session, new CallOptions { Session = session }).Soon();
        Assert.Equal(1, server.Replica.IndexRounds);
    }

    [Fact]
    public async Task A_read_at_least_at_a_zxid_waits_for_it()
    {
        using Server server = Server.WithSession();
        Zxid next = server.Replica.Machine.LastApplied with { Counter = server.Replica.Machine.LastApplied.Counter + 1 };
        Task<long> read = server.GetAsync(Read.AtLeast(next));
        Task<long> both = server.GetAsync(Read.Local.NotBefore(next));
        Assert.False(read.IsCompleted);
        _ = server.AddAsync(7);
        server.Replica.ApplyAll();
        Assert.Equal(7, await read.Soon());
        Assert.Equal(7, await both.Soon());
    }

    [Fact]
    public async Task A_zxid_that_does_not_come_in_time_is_told()
    {
        using Server server = Server.WithSession();
        Task<long> read = server.GetAsync(Read.AtLeast(new Zxid(9, 9)));
        server.PassTime(Server.Deadline);
        NotExecutedException told = await Assert.ThrowsAsync<NotExecutedException>(() => read.Soon());
        Assert.Contains("needs 9/9", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_local_read_waits_for_nothing_and_tells_how_old_it_may_be()
    {
        using Server server = Server.WithSession();
        server.Replica.LoseLeader();
        var receipt = new Receipt();
        server.Replica.Age = TimeSpan.FromSeconds(3);
        await server.GetAsync(Read.Local, new CallOptions { Receipt = receipt }).Soon();
        Assert.Equal((TimeSpan.FromSeconds(3), server.Replica.Machine.LastApplied), (receipt.Age, receipt.Zxid));

        server.Replica.Age = null;
        await server.GetAsync(Read.Local, new CallOptions { Receipt = receipt }).Soon();
        Assert.Equal(TimeSpan.MaxValue, receipt.Age);
    }

    [Fact]
    public async Task A_query_of_a_class_that_is_not_part_of_the_state_yet_waits_for_it_unless_it_is_local()
    {
        using var server = new Server(hasCounter: false);
        await Assert.ThrowsAsync<QueryFailedException>(() => server.GetAsync(Read.Local).Soon());
        Task<long> read = server.GetAsync(Read.Session);
        server.Replica.AddMissingClasses();
        await PassUntil(server, () => read.IsCompleted);
        Assert.Equal(0, await read);
    }

    [Fact]
    public async Task A_cancelled_read_ends_with_the_callers_token()
    {
        using Server server = Server.WithSession();
        using var cancelled = new CancellationTokenSource();
        Task<long> read = server.GetAsync(Read.AtLeast(new Zxid(9, 9)), cancellationToken: cancelled.Token);
        await cancelled.CancelAsync();
        OperationCanceledException told = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.Soon());
        Assert.Equal(cancelled.Token, told.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.GetAsync(cancellationToken: cancelled.Token));
    }

    [Fact]
    public async Task A_query_that_throws_is_told_as_that()
    {
        using Server server = Server.WithSession();
        QueryFailedException told = await Assert.ThrowsAsync<QueryFailedException>(() => server.GetCrashAsync().Soon());
        Assert.Equal("System.FormatException", told.Code);
    }

    [Theory]
    [InlineData("Linearizable")]
    [InlineData("AtLeast(2/7)")]
    [InlineData("Session(2/7)")]
    [InlineData("Local")]
    public void A_level_says_what_it_is(string text)
    {
        Read[] levels = [default, Read.AtLeast(new Zxid(2, 7)), Read.Session.NotBefore(new Zxid(2, 7)).NotBefore(new Zxid(2, 6)), Read.Local.NotBefore(Zxid.None)];
        Assert.Contains(text, levels.Select(static level => level.ToString()));
    }

    /// <summary>Lets time pass while the read's own thread comes to each of its waits.</summary>
    private static async Task PassUntil(Server server, Func<bool> isTrue)
    {
        for (int i = 0; i < 100_000 && !isTrue(); i++)
        {
            server.PassTime(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        Assert.True(isTrue());
    }
}
