using Xunit;
using Zab.Core;
using Zab.Replica;

namespace Zab.Tests.Replica.Driver;

/// <summary>What the leader proposes by itself, and proposes again where it was refused.</summary>
public class LeaderDutiesTests
{
    private static readonly TimeSpan _tick = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task A_new_leader_adds_the_missing_classes_and_gives_every_session_its_full_time()
    {
        var journal = new Journal();
        Run run = Entries.CountingRun(3);
        await using Server server = await Server.ScriptedAsync(journal, log: run.Log, tick: _tick, classes: [ReplicatedClass.Of<Counter>(), ReplicatedClass.Of<Map>()]);
        server.Script.Answer = input =>
        {
            if (input is Input.Submit submit) journal.Add($"proposes {string.Join(',', submit.Requests.Select(request => (RequestKind)request.Payload.Span[0]))}");
            return [];
        };
        server.Do(new Output.Commit(new Zxid(1, 3)), Leading(2));
        journal.Until("proposes AddClass");

        Assert.Equal(["applied 1/3 Result", "clock starts with 1", "proposes AddClass"], journal.Of("applied 1/3", "clock", "proposes"));
    }

    [Fact]
    public async Task A_refused_duty_is_proposed_again_and_nobody_hears_of_it()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal, tick: _tick, classes: ReplicatedClass.Of<Counter>());
        int refusals = 0;
        server.Script.Answer = input => input is Input.Submit submit && refusals++ < 2 ? [new Output.Refused([.. submit.Requests.Select(request => request.Tag)], "overloaded")] : [];
        server.Do(Leading(2));
        journal.Until(lines => lines.Count(line => line == "step Submit 1") == 3, "the third attempt");

        Assert.Empty(journal.Of("refused"));
    }

    [Fact]
    public async Task A_silent_session_is_proposed_to_end_and_told_to_the_clock_when_it_has()
    {
        var journal = new Journal();
        await using Server server = await Server.SoloAsync(journal, long.MaxValue, ReplicatedClass.Of<Counter>());
        Session session = server.CreateSession();
        server.Replica.Touch(session.Id);
        journal.Until($"clock touch {session.Id}");
        server.Sessions.Silent = [session.Id];
        journal.Until($"clock closed {session.Id}");

        Assert.Equal(["clock starts with 0", $"clock created {session.Id} 00:10:00", $"clock touch {session.Id}", $"clock closed {session.Id}"], journal.Of("clock").Take(4));
        Assert.Equal(RequestKind.ExpireSession, (RequestKind)server.Solo.Entries.ElementAt(2).Payload.Span[0]);
    }

    [Fact]
    public void A_session_that_is_heard_from_after_its_end_was_refused_lives_on()
    {
        var journal = new Journal();
        var session = new SessionId(5);
        var duties = new LeaderDuties(
            new FakeSessionClock(journal) { Silent = [session] },
            request =>
            {
                journal.Add($"proposes {(RequestKind)request.Payload.Span[0]}");
                return true;
            },
            new JournalLoggers(journal));
        Assert.True(duties.IsNewLeader(Role.Leading, 2));
        Assert.False(duties.IsNewLeader(Role.Leading, 2));
        duties.Begin(2, [new SessionTimeout(session, TimeSpan.FromMinutes(10))], []);
        duties.Tick();
        duties.Refused();
        duties.Tick();
        Assert.Equal(["proposes ExpireSession", "proposes ExpireSession"], journal.Of("proposes"));
        duties.Refused();
        duties.Touched([session]);
        duties.Tick();

        Assert.Equal(2, journal.Of("proposes").Length);
    }

    [Fact]
    public async Task A_deposed_leader_has_no_duties()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal, tick: _tick, classes: ReplicatedClass.Of<Counter>());
        server.Do(Leading(2));
        journal.Until("step Submit 1");
        server.Do(new Output.RoleChanged(Role.Looking, Leader: null, 0, "no quorum"));
        server.Fence("deposed");
        server.Do(new Output.Refused([LeaderDuties.Tag], "deposed"), new Output.Touched([new SessionId(5)]));
        server.Sessions.Silent = [new SessionId(5)];
        int ticks = 0;
        server.Script.Answer = input =>
        {
            if (input is Input.Tick && ++ticks == 3) journal.Add("three ticks");
            return [];
        };
        journal.Until("three ticks");

        Assert.Equal(["step Submit 1"], journal.Of("step Submit"));
        Assert.Empty(journal.Of("clock touch"));
        Assert.Equal(["role Leading", "role Looking"], journal.Of("role"));
    }

    [Fact]
    public async Task A_fresh_server_learns_its_cluster_before_it_applies_and_tells_the_transport()
    {
        var journal = new Journal();
        Run run = Entries.CountingRun(3);
        await using Server server = await Server.ScriptedAsync(journal, cluster: default(ClusterId), classes: ReplicatedClass.Of<Counter>());
        server.Do(new Output.ConfigChanged(Server.Ensemble, Run.Cluster), new Output.Append(new WriteId(1), [.. run.Log]));
        journal.Until("step WritesDone 1");
        server.Do(new Output.Commit(new Zxid(1, 3)));
        await server.Replica.WaitAppliedAsync(new Zxid(1, 3), CancellationToken.None);

        Assert.Equal(["listen", $"cluster {Run.Cluster.Value:x}"], journal.Of("listen", "cluster"));
        Assert.Equal(run.Machine.Digest(), (await server.Replica.DigestAsync(CancellationToken.None)).Hex);
    }

    private static Output.RoleChanged Leading(uint epoch) => new(Role.Leading, new ServerId(1), epoch, Reason: null);
}
