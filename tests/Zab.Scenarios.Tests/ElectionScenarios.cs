using Xunit;
using Zab.Core;
using Zab.Testing;

namespace Zab.Scenarios;

/// <summary>Who is elected, and who joins whom: rows E01 to E10, E15 and E17 of the fault catalogue.</summary>
public sealed partial class ElectionScenarios
{
    /// <summary>Two of five must never elect anybody; the third makes a quorum, and the highest id of the three leads; the others join without another election.</summary>
    [Fact]
    public void E01_five_servers_started_in_order_elect_the_third_once()
    {
        var story = new Story(voters: 5);
        var entries = new List<Zxid>();
        story.World.OnEntry = entry => entries.Add(entry.Zxid);
        story.Start(1);
        story.Run(0.9);
        Assert.Equal(Role.Looking, story.PeerOf(1).Role);
        story.Start(2);
        story.Run(0.9);
        Assert.Null(story.World.Leader);

        story.Start(3);
        story.UntilTheyServe(1, 2, 3);
        foreach (uint late in (uint[])[4, 5])
        {
            story.Start(late);
            story.UntilTheyServe(late);
        }

        Assert.Equal((3u, 1), (story.LeaderId(), story.Elections()));
        foreach (uint server in (uint[])[1, 2, 3, 4, 5])
            Assert.Equal((1u, 1u), (story.PeerOf(server).HardState.AcceptedEpoch, story.PeerOf(server).HardState.CurrentEpoch));
        story.Written(4, "k", "v");
        Assert.Equal(new Zxid(1, 1), entries[0]);
    }

    [Theory]
    [InlineData(new uint[] { 5, 4, 3 }, 5)]
    [InlineData(new uint[] { 1, 2, 4 }, 4)]
    [InlineData(new uint[] { 4, 2, 1 }, 4)]
    public void E01_the_highest_id_of_the_first_quorum_leads(uint[] order, uint leader)
    {
        var story = new Story(voters: 5);
        foreach (uint server in order)
        {
            Assert.Null(story.World.Leader);
            story.Start(server);
            story.Run(0.9);
        }

        Assert.Equal((leader, 1), (story.LeaderId(), story.Elections()));
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(3, 3)]
    public void E01_all_at_once_elect_the_highest_id(int voters, uint leader)
    {
        Story story = Story.Running(voters);
        Assert.Equal((leader, 1), (story.LeaderId(), story.Elections()));
    }

    /// <summary>Within one epoch the longer log leads; otherwise the newer epoch does, however long the log of an older one.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    public void E01_the_better_history_leads_over_the_higher_id(uint epochOfTheSecond, uint leader)
    {
        var story = new Story(voters: 5);
        story.HoldPast(1, 1, 1, (1, 4));
        story.HoldPast(2, epochOfTheSecond, epochOfTheSecond, (1, 1));
        story.HoldPast(3, 1, 1, (1, 1));
        story.Start(1, 2, 3);
        story.UntilTheyServe(1, 2, 3);
        Assert.Equal(leader, story.LeaderId());
        Assert.Equal(leader == 1, story.LogOf(3).Contains(new Zxid(1, 2)));
    }

    /// <summary>Current epochs are compared before zxids: the second server may not even hold what the first one logged last.</summary>
    [Theory]
    [InlineData(3, true)]
    [InlineData(5, false)]
    public void E02_the_newest_epoch_leads_and_what_it_lacks_is_dropped(uint counterAtTheSecond, bool isDropped)
    {
        var story = new Story(voters: 3);
        story.HoldPast(1, 2, 2, (2, 5));
        story.HoldPast(2, 3, 3, (2, counterAtTheSecond), (3, 1));
        story.World.StartAll();
        story.UntilAllEqual();
        Assert.Equal((2u, 4u), (story.LeaderId(), story.PeerOf(2).Epoch));
        foreach (uint server in (uint[])[1, 2, 3]) Assert.Equal(isDropped, !story.LogOf(server).Contains(new Zxid(2, 5)));
        Assert.Contains(new Zxid(3, 1), story.LogOf(1));
    }

    /// <summary>A better candidate appears while a quorum waits for one, and one server does not hear of it.</summary>
    /// <param name="deaf">A voter, who goes to the old candidate; or the old candidate itself.</param>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void E03_who_missed_that_the_others_changed_their_minds_comes_to_the_leader_soon(uint deaf)
    {
        int mistaken = 0;
        for (int milliseconds = 0; milliseconds <= 120; milliseconds += 4)
        {
            var story = new Story(voters: 5, with: static options => options with { DelayTicks = 20 * TimeSpan.TicksPerMillisecond });
            bool isMistaken = false;
            story.World.OnStep = (server, _, outputs) => isMistaken |= server.Id.Value == deaf
                && (deaf == 3 ? Asked.ToBeElected(outputs) : Asked.For<Output.OpenChannel>(outputs).Any(static open => open.Peer.Value == 3));
            story[5].LosePower();                                                   // It never answers, so a quorum waits for its vote.
            story.BlockFrom(4, deaf);
            story.Start(1, 2, 3);
            story.Run(milliseconds / 1000.0);
            story.Start(4);
            story.Later(TimeSpan.FromMilliseconds(300), story.Network.HealAll);
            double seconds = story.SecondsUntil(() => story.AreServing(1, 2, 3, 4), "all four serve");
            Assert.InRange(seconds, 0, 5);                                          // Well within the init limit of 10 s.
            Assert.Equal(1, story.Elections());
            if (isMistaken && story.LeaderId() == 4) mistaken++;
        }

        Assert.True(mistaken > 0, "nobody was ever mistaken: the story did not happen");
    }

    /// <summary>The others hold its word that it leads. A dead leader does not say so again.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void E04_a_leader_that_dies_before_LEADERINFO_is_not_followed_again_and_again(bool byPowerLoss)
    {
        var story = new Story(voters: 5);
        story.World.OnStep = (server, _, outputs) =>
        {
            if (server.Id.Value != 5 || !Asked.ToSend<Message.LeaderInfo>(outputs).Any()) return;
            if (byPowerLoss) story.Later(TimeSpan.Zero, server.LosePower);          // LEADERINFO waits for the disk, which takes longer.
            else server.KillAfterTurn();
        };
        story.World.StartAll();
        story.Until(() => !story[5].IsUp, "the elected server dies");

        int asked = 0;
        story.World.OnStep = (_, _, outputs) => asked += Asked.For<Output.OpenChannel>(outputs).Count(static open => open.Peer.Value == 5);
        double seconds = story.SecondsUntil(() => story.AreServing(1, 2, 3, 4), "the other four serve");
        Assert.Equal((4u, 1), (story.LeaderId(), story.Elections()));
        Assert.InRange(seconds, 0, 5);
        Assert.InRange(asked, 0, 4);                                                // At most once more each.
    }

    /// <summary>Rounds, zxids and epochs of votes are those of long ago: only whom they are with is compared.</summary>
    [Fact]
    public void E05_a_late_joiner_is_told_different_rounds_and_zxids_of_one_leader_and_joins()
    {
        var story = new Story(voters: 5);
        story.Start(1, 2, 3, 4);
        story.UntilTheyServe(1, 2, 3, 4);
        story.CutFrom(2, 1, 3, 4);
        for (int i = 0; i < 10; i++)
        {
            story.Written(3, "k", $"{i}");
            story.Run(3);                                                           // Alone, server 2 begins round after round.
        }

        story.Network.HealAll();
        story.UntilTheyServe(2);
        var rounds = new SortedSet<ulong>();
        var lasts = new SortedSet<Zxid>();
        story.World.OnStep = (server, input, _) =>
        {
            if (server.Id.Value != 5 || input is not Input.PeerMessage { Message: Message.Vote { State: not VoteState.Looking } vote }) return;
            Assert.Equal(new ServerId(4), vote.Candidate.Id);
            rounds.Add(vote.Round);
            lasts.Add(vote.LastDurable);
        };
        story.BlockFrom(4, 2);                                                      // It holds less than the others.
        story.Write(3, "k", "last");
        story.Run(0.1);
        story.Start(5);
        Assert.InRange(story.SecondsUntil(() => story.AreServing(5), "the late joiner serves"), 0, 2);
        Assert.True(rounds.Count > 1 && lasts.Count > 1, $"rounds {string.Join(", ", rounds)}, histories {string.Join(", ", lasts)}");
        Assert.Equal(1, story.Elections());
    }

    [Fact]
    public void E06_a_server_with_the_highest_zxid_that_comes_late_loses_its_tail()
    {
        Story story = Story.Running(voters: 3);
        uint late = story.LeaderId();
        story.Written(late, "kept", "yes");
        story.BlockFrom(late, story.OthersThan(late));
        for (int i = 0; i < 5; i++) story.Write(late, "lost", $"{i}");
        story.Run(0.1);
        Zxid tail = story.PeerOf(late).LastDurable;
        Assert.True(tail > story.PeerOf(late).LastCommitted);
        story[late].Kill();
        story.UntilTheyServe(story.OthersThan(late));

        story.Start(late);
        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.NotEqual(late, story.LeaderId());
        Assert.DoesNotContain(tail, story.LogOf(late));
        foreach (uint server in (uint[])[1, 2, 3]) Assert.Equal(("yes", null), (story.Read(server, "kept"), story.Read(server, "lost")));
    }

    /// <summary>The mirror: what the absent server holds was committed, so another one holds it, too, and is elected over a higher id.</summary>
    [Fact]
    public void E06_what_is_committed_survives_the_absence_of_the_server_with_the_highest_zxid()
    {
        Story story = Story.Running(voters: 3);
        story.Written(3, "k", "old");
        story.CutFrom(2, 1, 3);
        story.Written(3, "k", "new");
        story.Until(() => story.PeerOf(2).Role == Role.Looking, "server 2 has left its leader");
        story[3].Kill();
        story.Network.HealAll();
        story.UntilTheyServe(1, 2);
        Assert.Equal((1u, "new"), (story.LeaderId(), story.Read(2, "k")));
        story.Start(3);
        story.UntilAllEqual();
        Assert.Equal(0, story.World.Rarities[Rare.Truncated]);
    }

    /// <summary>Two of five look in vain for a long time: their rounds are high when a third one begins with round 1, and makes a quorum.</summary>
    [Fact]
    public void E07_a_server_in_round_1_joins_others_in_round_900_at_once()
    {
        var quick = new PeerOptions { VoteResendMin = TimeSpan.FromMilliseconds(10), VoteResendMax = TimeSpan.FromMilliseconds(20) };
        var story = new Story(voters: 5, with: options => options with { Peer = quick });
        ulong round = 0;
        story.World.OnStep = (_, _, outputs) => round = Asked.ToVote(outputs).Select(static vote => vote.Round).Append(round).Max();
        story.Start(1, 2);
        story.Until(() => round >= 900, "round 900", seconds: 600);

        var rounds = new List<ulong>();
        story.World.OnStep = (server, _, outputs) =>
        {
            if (server.Id.Value != 3) return;
            rounds.AddRange(Asked.ToVote(outputs).Where(static vote => vote.State == VoteState.Looking).Select(static vote => vote.Round));
        };
        story.Start(3);
        Assert.InRange(story.SecondsUntil(() => story.AreServing(1, 2, 3), "all three serve"), 0, 2);
        Assert.Equal(3u, story.LeaderId());
        Assert.Equal(rounds.Order(), rounds);
        Assert.Equal(1ul, rounds[0]);
        Assert.True(rounds[^1] >= 900 && rounds.Distinct().Count() <= 3, $"rounds {string.Join(", ", rounds)}");

        story.Start(4);
        story.UntilTheyServe(4);
        story[1].Kill();
        story.Start(1);
        Assert.InRange(story.SecondsUntil(() => story.AreServing(1), "server 1 serves again"), 0, 2);
        Assert.Equal(1, story.Elections());
    }
}
