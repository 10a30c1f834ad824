using Xunit;
using Zab.Core;
using Zab.Testing;
using Zab.Testing.Checks;

namespace Zab.Scenarios;

/// <summary>Configurations in the log: rows R01, R04 and R07. The only change that there is yet names the new directory of a voter that lost its disk.</summary>
public sealed partial class OperationScenarios
{
    /// <summary>The leader dies when it has proposed to admit a wiped voter. Somebody holds the entry, and it completes; or nobody does, and the next leader admits anew.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void R01_an_admission_whose_leader_dies_completes_or_vanishes(bool reachesFollowers)
    {
        Story story = Story.Running(voters: 5, with: static options => options with { IsFoundedByToken = false });
        story.Written(2, "k", "v");
        uint leader = story.LeaderId();
        Zxid? proposed = null;
        bool isReached = false;
        story.World.OnStep = (server, _, outputs) =>
        {
            if (Asked.ToLogConfig(outputs) is not { } config) return;
            if (server.Id.Value == leader) proposed ??= config;
            else isReached |= config == proposed;
            if (!reachesFollowers && server.Id.Value == leader) story.BlockFrom(leader, story.OthersThan(leader));
            if (reachesFollowers && isReached) story.Later(TimeSpan.Zero, story[leader].Kill);
            if (!reachesFollowers && server.Id.Value == leader) story.Later(TimeSpan.FromMilliseconds(20), story[leader].Kill);     // Its own disk has it by then.
        };
        story.Wipe(1);
        story.Start(1);
        story.Until(() => !story[leader].IsUp, "the leader dies");
        story.World.OnStep = null;
        story.UntilTheyServe(story.OthersThan(leader));
        Assert.Equal(reachesFollowers, isReached);

        Ensemble admitted = story.Leader.Life!.Peer.Config;
        Assert.Equal(story.PeerOf(1).HardState.Incarnation, admitted.Find(new ServerId(1))!.Incarnation);
        Assert.Equal(reachesFollowers, admitted.Version == proposed);
        story.Network.HealAll();
        story.Start(leader);
        story.UntilAllEqual();
        Assert.All(story.World.Servers, server => Assert.Equal(admitted.Version, server.Life!.Peer.Config.Version));
        Assert.Equal("v", story.Read(1, "k"));
    }

    /// <summary>Voters cannot be added or removed yet. One after the other loses its disk and is admitted again, back to back, and at each proposal the leader dies.</summary>
    [Fact]
    public void R04_admissions_back_to_back_survive_a_crash_of_the_leader_at_each()
    {
        Story story = Story.Running(voters: 5, with: static options => options with { IsFoundedByToken = false });
        story.Written(2, "k", "v");
        for (uint wiped = 1; wiped <= 5; wiped++)
        {
            uint? died = null;
            story.World.OnStep = (server, _, outputs) =>
            {
                if (died is not null || server.Life?.Peer.Role != Role.Leading || Asked.ToLogConfig(outputs) is null) return;
                died = server.Id.Value;
                server.KillAfterTurn();
            };
            story.Wipe(wiped);
            story.Start(wiped);
            story.Until(() => died is { } dead && !story[dead].IsUp, $"the leader dies while it admits server {wiped}");
            story.World.OnStep = null;
            story.Start(died!.Value);
            story.UntilAllEqual();
            Assert.Equal(story.PeerOf(wiped).HardState.Incarnation, story.Leader.Life!.Peer.Config.Find(new ServerId(wiped))!.Incarnation);
        }

        Assert.Equal("v", story.Read(5, "k"));
        Assert.True(story.Elections() >= 6);
    }

    /// <summary>A broken leader counts the ack of a voter whose directory is not in the configuration yet: the checks must see it, and the real one must not do it.</summary>
    [Fact]
    public void R07_counting_an_ack_of_a_voter_that_is_not_in_the_configuration_is_flagged()
    {
        var slow = new PeerOptions { Tick = TimeSpan.FromMilliseconds(500), SyncLimit = TimeSpan.FromSeconds(10) };     // Admission waits for a tick.
        Story story = Story.Running(voters: 3, with: options => options with { IsFoundedByToken = false, Peer = slow });
        story.Written(3, "k", "v");
        story.UntilAllEqual();
        Zxid committed = story.PeerOf(3).LastCommitted;
        Zxid wipedHolds = Zxid.None;
        story.World.OnStep = (server, input, _) =>
        {
            if (server.Id.Value == 3 && input is Input.Received { Message: Message.Ack ack }) wipedHolds = ack.Zxid;
        };
        story.Wipe(1);
        story.Start(1);
        story.Until(() => story.PeerOf(1).Role == Role.Following, "the wiped voter is brought up");
        story[2].StallDisk(TimeSpan.TicksPerMinute);
        story.Write(3, "k", "not committed");
        story.Until(() => wipedHolds > committed, "the wiped voter acknowledges the entry", seconds: 1);
        Peer leader = story.PeerOf(3);
        Assert.Equal((committed, Zxid.None), (leader.LastCommitted, leader.Config.Version));

        PeerFacts broken = PeerFacts.Of(leader) with { LastCommitted = wipedHolds };
        void Commit() => story.World.Watch.Stepped(new ServerId(3), broken, Input.Tick.Instance, new Outputs());
        Assert.Equal("I5", Assert.Throws<ViolationException>(Commit).Invariant);
    }
}
