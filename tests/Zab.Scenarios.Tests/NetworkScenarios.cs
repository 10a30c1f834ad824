using Xunit;
using Zab.Core;
using Zab.Testing;

namespace Zab.Scenarios;

/// <summary>Links that fail in part: rows N01 to N06 and N10 of the fault catalogue. Row N12, an address that changes, is of the transport and needs real names.</summary>
public sealed partial class NetworkScenarios
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void N01_one_way_loss_between_the_leader_and_one_follower_costs_that_follower_only(bool fromLeader)
    {
        Story story = Story.Running(voters: 3);
        (ServerId leader, ServerId follower) = (new ServerId(3), new ServerId(1));
        if (fromLeader) story.Network.Block(leader, follower);
        else story.Network.Block(follower, leader);
        Assert.InRange(story.SecondsUntil(() => story.PeerOf(1).Role == Role.Looking, "the follower leaves, or is cut off"), 0, 1.2);
        for (int i = 0; i < 30; i++)
        {
            story.Written(2, "k", $"{i}");
            story.Run(1);
        }

        Assert.Equal((3u, 1), (story.LeaderId(), story.Elections()));
        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.Equal((3u, 1, "29"), (story.LeaderId(), story.Elections(), story.Local(1, "k")));
    }

    /// <summary>It hears pings, requests and votes, and nobody hears it.</summary>
    [Fact]
    public void N02_a_leader_that_is_not_heard_steps_down_although_it_hears()
    {
        Story story = Story.Running(voters: 3);
        story.Written(3, "k", "old");
        story.BlockFrom(3, 1, 2);
        Assert.InRange(story.SecondsUntil(() => story.PeerOf(3).Role != Role.Leading, "the old leader steps down"), 0, 2.2);
        Assert.InRange(story.SecondsUntil(() => story.AreServing(1, 2), "the others have another one"), 0, 3);
        story.Written(1, "k", "new");
        story.Run(30);
        Assert.Equal((2u, 2), (story.LeaderId(), story.Elections()));
        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.Equal((2u, 2, "new"), (story.LeaderId(), story.Elections(), story.Read(3, "k")));
    }

    /// <summary>Servers 1 and 2 do not reach 4 and 5; only 3 reaches everybody. Whoever led before, or nobody: somebody leads soon, and stays.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void N03_a_bridge_between_two_halves_is_enough_for_a_leader(uint before)
    {
        Story story = before == 0 ? new Story(voters: 5) : LedBy(before);
        story.CutFrom(1, 4, 5);
        story.CutFrom(2, 4, 5);
        if (before == 0) story.World.StartAll();
        story.Run(3);
        RequireStable(story, electionsMax: 1);
    }

    /// <summary>Every server has lost its links to all others but one, who is fully connected: only that one can lead, whatever its id, and whoever led before.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void N04_the_only_server_that_reaches_a_quorum_leads(uint center)
    {
        Story story = Story.Running(voters: 5);
        MakeStar(story, center);
        Assert.InRange(story.SecondsUntil(() => story.World.Leader?.Id.Value == center && story.AreServing(1, 2, 3, 4, 5), "the fully connected server leads"), 0, 30);
        RequireStable(story, electionsMax: 0);
    }

    /// <summary>The only server that reaches the others lacks what is committed: better no leader at all.</summary>
    [Fact]
    public void N05_the_only_connected_server_does_not_lead_with_a_stale_log()
    {
        Story story = StaleCenter();
        foreach (uint one in (uint[])[2, 3, 4, 5]) story.CutFrom(one, story.OthersThan(one));
        story.Run(3);                                           // Nobody leads any more who could bring server 1 up.
        MakeStar(story, center: 1);
        story.World.OnStep = (server, _, _) => Assert.False(server.Id.Value == 1 && server.Life?.Peer.Role == Role.Leading, "the server with the stale log leads");
        story.Run(60);
        story.World.OnStep = null;
        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.Equal("new", story.Read(1, "k"));
    }

    /// <summary>Three more servers reach a quorum, each itself and two others, and hold everything.</summary>
    [Fact]
    public void N05_a_connected_server_with_all_that_is_committed_is_found()
    {
        Story story = StaleCenter();
        MakeStar(story, center: 1);
        story.Network.Heal(new ServerId(2), new ServerId(3));
        story.Network.Heal(new ServerId(3), new ServerId(2));
        story.Network.Heal(new ServerId(2), new ServerId(4));
        story.Network.Heal(new ServerId(4), new ServerId(2));
        story.UntilTheyServe(1, 2);
        Assert.Contains(story.LeaderId(), (uint[])[2, 3, 4]);
        RequireStable(story, electionsMax: 0);
    }

    /// <summary>A - B - C, and A does not reach C; the leader is at an end, or in the middle, or there is none yet.</summary>
    [Theory]
    [InlineData(1, 2, 3, true)]
    [InlineData(1, 3, 2, true)]
    [InlineData(2, 1, 3, true)]
    [InlineData(1, 2, 3, false)]
    [InlineData(1, 3, 2, false)]
    [InlineData(2, 1, 3, false)]
    public void N06_a_chain_has_one_leader_and_keeps_it(uint a, uint b, uint c, bool hasLeader)
    {
        Assert.Equal(6u, a + b + c);
        Story story = hasLeader ? Story.Running(voters: 3) : new Story(voters: 3);
        story.CutFrom(a, c);
        if (!hasLeader) story.World.StartAll();
        story.Run(5);
        RequireStable(story, electionsMax: 0);
        Assert.InRange(story.Elections(), 1, 2);
    }

    /// <summary>The power of a machine goes: nobody sends the end of its connections.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void N10_a_peer_without_power_is_noticed_within_the_sync_limit(bool isLeader)
    {
        Story story = Story.Running(voters: 3);
        PeerOptions options = story.World.Options.Peer;
        bool isNoticed = false;
        story.World.OnStep = (server, _, outputs) => isNoticed |= isLeader
            ? server.Life?.Peer.Role == Role.Looking
            : server.Id.Value == 3 && Asked.For<Output.CloseChannel>(outputs).Any(static close => close.Reason.StartsWith("learner 1:", StringComparison.Ordinal));
        story[isLeader ? 3u : 1u].LosePower();
        double seconds = story.SecondsUntil(() => isNoticed, "somebody notices");
        Assert.InRange(seconds, (options.SyncLimit - (2 * options.Tick)).TotalSeconds, (options.SyncLimit + (2 * options.Tick)).TotalSeconds);
        story.World.OnStep = null;
        story.UntilTheyServe(story.OthersThan(isLeader ? 3u : 1u));
        Assert.Equal(isLeader ? 2 : 1, story.Elections());
    }

    private static Story LedBy(uint leader)
    {
        var story = new Story(voters: 5);
        story.HoldPast(leader, 1, 1, (1, 1));
        story.World.StartAll();
        story.UntilAllServe();
        Assert.Equal(leader, story.LeaderId());
        return story;
    }

    /// <summary>Server 1 has missed a write that the four others hold; nobody reaches anybody, and nobody leads.</summary>
    private static Story StaleCenter()
    {
        Story story = Story.Running(voters: 5);
        story.Written(5, "k", "old");
        story.CutFrom(1, 2, 3, 4, 5);
        story.Written(5, "k", "new");
        story.Run(1);
        foreach (uint server in story.OthersThan(1)) story.CutFrom(server, story.OthersThan(server));
        story.Run(3);
        Assert.Null(story.World.Leader);
        Assert.All(story.OthersThan(1), server => Assert.True(story.PeerOf(server).LastLogged > story.PeerOf(1).LastLogged));
        return story;
    }

    private static void MakeStar(Story story, uint center)
    {
        foreach (uint one in story.OthersThan(center)) story.CutFrom(one, story.OthersThan(center, one));
        foreach (uint other in story.OthersThan(center))
        {
            story.Network.Heal(new ServerId(center), new ServerId(other));
            story.Network.Heal(new ServerId(other), new ServerId(center));
        }
    }

    /// <summary>For half a minute a leader takes writes, and there are no more elections than that. Then all is well again, and all are equal.</summary>
    private static void RequireStable(Story story, int electionsMax)
    {
        story.Until(() => story.World.Leader is not null, "somebody leads");
        int before = story.Elections();
        for (int i = 0; i < 10; i++)
        {
            story.Written(story.LeaderId(), "k", $"stable {i}");
            story.Run(3);
        }

        Assert.InRange(story.Elections() - before, 0, electionsMax);
        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.Equal("stable 9", story.Read(1, "k"));
    }
}
