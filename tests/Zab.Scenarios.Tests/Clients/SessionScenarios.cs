using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Testing;

namespace Zab.Scenarios.Clients;

/// <summary>B.6 of the fault catalogue: sessions that are closed, expire, and live on.</summary>
public sealed class SessionScenarios
{
    [Fact]
    public void C03_a_call_repeated_after_its_session_was_closed_is_refused()
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        Caller caller = Caller.Open(story, 1);
        caller.Called(1, 1, Caller.Increment("n"));
        Close(story, 2, caller);

        foreach (uint server in (uint[])[1, 2, 3])
        {
            Assert.IsType<SessionExpiredException>(Caller.Ended(story, caller.Send(server, 1, Caller.Increment("n"))));
            Assert.IsType<SessionExpiredException>(Caller.Ended(story, caller.Send(server, 2, Caller.Increment("n"))));
        }

        Assert.Equal([1], log.Executed(caller.Session));
        Assert.Equal("1", story.Read(3, "n"));
    }

    [Fact]
    public void C03_a_call_that_was_on_its_way_while_its_session_was_closed_is_refused()
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        uint leader = story.LeadingId(), follower = story.FollowingIds()[0];
        Caller caller = Caller.Open(story, follower);
        story.Network.OnArrival = (from, _, message) => from == story[follower].Id && message is Message.Request ? Arrival.Held : Arrival.Delivered;
        Call call = caller.Send(follower, 1, Caller.Increment("n"));
        story.Run(0.01);
        Close(story, leader, caller);
        story.Network.OnArrival = null;
        story.Network.Heal(story[follower].Id, story[leader].Id);

        Assert.IsType<SessionExpiredException>(Caller.Ended(story, call));
        Assert.Empty(log.Executed(caller.Session));
        Assert.Null(story.Read(follower, "n"));
    }

    [Fact]
    public void C05_a_new_leader_gives_a_session_its_full_timeout_and_then_ends_it()
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        Caller caller = Caller.Open(story, story.FollowingIds()[0], timeoutSeconds: 10);
        caller.Called(story.FollowingIds()[0], 1, Caller.Increment("n"));
        story.Run(9);
        uint old = story.LeadingId();
        long killed = story.World.Time.Now;
        story.Kill(old);
        story.UntilAllServe();
        story.Run(9);

        Assert.Null(log.EndedAt(caller.Session));               // 18 s of silence: with the old leader it would have ended after 10.
        story.Until(() => log.EndedAt(caller.Session) is not null, "the session ends");
        Assert.InRange(log.EndedAt(caller.Session)!.Value - killed, 10 * TimeSpan.TicksPerSecond, 14 * TimeSpan.TicksPerSecond);
    }

    [Fact]
    public void C05_a_session_whose_server_was_cut_off_for_almost_its_timeout_lives_on()
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        uint old = story.LeadingId(), server = story.FollowingIds()[0], other = story.FollowingIds()[1];
        Caller caller = Caller.Open(story, server, timeoutSeconds: 20);
        story.Kill(old);
        story.UntilAllServe();
        story.Start(old);
        story.UntilAllServe();
        caller.Touch(server);
        story.Run(0.2);
        story.Network.Cut(story[server].Id, story[other].Id);
        story.Network.Cut(story[server].Id, story[old].Id);
        story.Run(16);
        story.Network.HealAll();
        story.UntilAllServe(seconds: 3);
        caller.Touch(server);
        story.Run(15);                                          // 31 s after the touch before the partition.

        Assert.Null(log.EndedAt(caller.Session));
        Assert.Equal(1, Caller.Number(caller.Called(server, 1, Caller.Increment("n"))));
        story.Until(() => log.EndedAt(caller.Session) is not null, "the session ends at last");
    }

    /// <summary>Without ephemeral state, what is left to race is a command: it took effect before the close, or never does.</summary>
    [Fact]
    public void C06_a_command_that_races_the_end_of_its_session_runs_before_it_or_not_at_all()
    {
        int before = 0, after = 0;
        for (ulong seed = 1; seed <= 12; seed++)
        {
            Story story = Story.Running(voters: 3, with: options => options with { Seed = seed });
            var log = new SessionLog(story.World);
            Caller caller = Caller.Open(story, 1);
            SessionClosing closing = story[2].Life!.Calls.CloseSession(caller.Session);
            Call call = caller.Send(1, 1, Caller.Increment("n"));
            story.Until(() => closing.Closed.IsCompleted && call.Answer.IsCompleted, "both end");

            bool hasRun = call.Answer.IsCompletedSuccessfully;
            if (!hasRun) Assert.IsType<SessionExpiredException>(Caller.Ended(story, call));
            Assert.Equal(hasRun ? [1] : [], log.Executed(caller.Session));
            Assert.Equal(hasRun ? "1" : null, story.Read(3, "n"));
            Assert.IsType<SessionExpiredException>(Caller.Ended(story, caller.Send(3, hasRun ? 2u : 1u, Caller.Increment("n"))));
            _ = hasRun ? before++ : after++;
        }

        Assert.True(before > 0 && after > 0, $"{before} ran before, {after} were refused");
    }

    [Fact]
    public void C07_a_session_that_a_deposed_leader_wanted_to_end_lives_on()
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        uint old = story.LeadingId(), server = story.FollowingIds()[0], other = story.FollowingIds()[1];
        Caller caller = Caller.Open(story, server, timeoutSeconds: 5);
        caller.Called(server, 1, Caller.Increment("n"));
        bool isDecided = false;
        story.World.OnStep = (by, _, outputs) =>
        {
            for (int i = 0; by.Id.Value == old && i < outputs.Count; i++)
                isDecided |= outputs[i] is Output.Append append && append.Entries.Any(entry => SessionLog.Ends(entry) == caller.Session.Id);
        };
        story.Run(4.6);
        story.Network.Cut(story[old].Id, story[server].Id);
        story.Network.Cut(story[old].Id, story[other].Id);
        story.Until(() => isDecided, "the leader, cut off, decides that the session is over");
        Assert.Equal(old, story.LeadingId());

        story.Until(() => story.World.Leader is { } leader && leader.Id.Value != old, "another one leads");
        story.Until(() => story[server].Life!.View.IsServing, "the server of the client serves again");
        caller.Touch(server);
        story.Run(4);
        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.True(story.World.Rarities[Rare.Truncated] >= 1);
        Assert.Null(log.EndedAt(caller.Session));
        Assert.Equal(2, Caller.Number(caller.Called(server, 2, Caller.Increment("n"))));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void C08_a_wall_clock_that_jumps_by_an_hour_ends_no_session_and_never_takes_entries_back_in_time(int hours)
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        uint old = story.LeadingId(), server = story.FollowingIds()[0];
        Caller caller = Caller.Open(story, server, timeoutSeconds: 10);
        ulong number = 0;
        foreach (SimulatedServer jumps in story.World.Servers)
        {
            jumps.Clock.JumpWall(hours * TimeSpan.TicksPerHour * jumps.Id.Value);       // Each by another amount, so that a new leader's clock stands elsewhere too.
            caller.Called(server, ++number, Caller.Increment("n"));
            story.Run(6);
        }

        story.Kill(old);
        caller.Called(server, ++number, Caller.Increment("n"));
        story.Start(old);
        story.UntilAllServe();
        story.Run(6);

        Assert.Null(log.EndedAt(caller.Session));
        Assert.Equal(4, Caller.Number(caller.Called(server, 4, Caller.Increment("n"))));
        Assert.Equal(log.EntryTimes.Order(), log.EntryTimes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void C08_a_monotonic_clock_that_jumps_ahead_stops_nothing_for_long(bool atTheLeader)
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        uint leader = story.LeadingId(), server = story.FollowingIds()[0];
        Caller caller = Caller.Open(story, server, timeoutSeconds: 20 * 60);
        caller.Called(server, 1, Caller.Increment("n"));
        story[atTheLeader ? leader : server].JumpAhead(10 * TimeSpan.TicksPerMinute);

        Assert.Equal(2, Caller.Number(caller.Called(server, 2, Caller.Increment("n"))));
        story.UntilAllServe(seconds: 5);
        story.Run(5);
        Assert.Null(log.EndedAt(caller.Session));
        Assert.Equal(log.EntryTimes.Order(), log.EntryTimes);
    }

    /// <summary>The clock of the leader says that every session was silent for ten minutes; it has to be told otherwise before it believes that.</summary>
    [Fact]
    public void C08_a_leader_whose_monotonic_clock_jumps_ahead_ends_no_session_that_is_used()
    {
        Story story = Story.Running(voters: 3);
        var log = new SessionLog(story.World);
        uint leader = story.LeadingId(), server = story.FollowingIds()[0];
        Caller caller = Caller.Open(story, server, timeoutSeconds: 60);
        caller.Called(server, 1, Caller.Increment("n"));
        story.Run(1);
        story[leader].JumpAhead(10 * TimeSpan.TicksPerMinute);
        for (int i = 0; i < 5; i++)
        {
            story.Run(1);
            caller.Touch(server);
        }

        Assert.Null(log.EndedAt(caller.Session));
        Assert.Equal(2, Caller.Number(caller.Called(server, 2, Caller.Increment("n"))));
    }

    private static void Close(Story story, uint server, Caller caller)
    {
        SessionClosing closing = story[server].Life!.Calls.CloseSession(caller.Session);
        story.Until(() => closing.Closed.IsCompleted, "the session is closed");
        Assert.True(closing.Closed.IsCompletedSuccessfully);
    }
}
