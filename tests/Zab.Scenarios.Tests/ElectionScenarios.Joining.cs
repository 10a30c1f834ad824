using Xunit;
using Zab.Core;
using Zab.Testing;

namespace Zab.Scenarios;

/// <summary>Who comes late to a leader, and with what: rows E18 to E21.</summary>
public sealed partial class ElectionScenarios
{
    /// <summary>The LEADERINFO that it answered was lost, and so was its candidate. The others are established in an epoch below it, or in the same one.</summary>
    [Theory]
    [InlineData(6u, 6u)]
    [InlineData(7u, 8u)]
    [InlineData(1_000u, 1_001u)]
    public void E18_a_voter_that_promised_a_later_epoch_joins_soon(uint promised, uint epoch)
    {
        var story = new Story(voters: 3);
        story.HoldPast(1, promised, 5, (5, 2));
        story.HoldPast(2, 5, 5, (5, 2));
        story.HoldPast(3, 5, 5, (5, 2));
        story.Start(2, 3);
        story.UntilTheyServe(2, 3);
        Assert.Equal(6u, story.Leader.Life!.Peer.Epoch);
        story.Written(2, "k", "v");

        story.Start(1);
        Assert.InRange(story.SecondsUntil(() => story.AreServing(1, 2, 3), "all serve"), 0, 3);
        story.UntilAllEqual();
        Assert.Equal((epoch, "v"), (story.Leader.Life!.Peer.Epoch, story.Read(1, "k")));
    }

    /// <summary>Ahead of a leader that has its epoch is nobody: neither while it brings its quorum up, nor later.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void E19_a_learner_that_returns_ahead_is_cut_and_the_leader_stays(bool isEstablished)
    {
        var story = new Story(voters: 3);
        story.HoldPast(1, 1, 1, (1, 5));
        story.HoldPast(2, 1, 1, (1, 3));
        story.HoldPast(3, 1, 1, (1, 3));
        bool isHeld = false;
        story.Network.OnArrival = (from, _, message) =>
        {
            if (isEstablished || from.Value != 2 || message is not Message.AckNewLeader) return Arrival.Delivered;
            isHeld = true;
            return Arrival.Held;
        };
        story.Start(2, 3);
        story.Until(() => isEstablished ? story.AreServing(2, 3) : isHeld, "server 3 has come so far");
        story.Start(1);
        story.Until(() => story.World.Rarities[Rare.Truncated] == 1, "server 1 is cut", seconds: 1);

        story.Network.OnArrival = null;
        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.Equal((3u, 2u, 1), (story.LeaderId(), story.PeerOf(1).Epoch, story.Elections()));
        Assert.Equal(0, story.World.Rarities[Rare.Abdicated]);
        foreach (uint server in (uint[])[1, 2, 3]) Assert.DoesNotContain(new Zxid(1, 4), story.LogOf(server));
    }

    /// <summary>In its tail stands a configuration that nobody else has, and that does not know the directory of server 2.</summary>
    [Fact]
    public void E20_a_log_with_an_uncommitted_configuration_in_its_tail_rejoins()
    {
        var story = new Story(voters: 3);
        Entry[] log = Past.Entries((1, 3));
        Ensemble config = Ensemble.VotersOf(story.World.Members.Members).Admit(new ServerId(2), new Incarnation(7));
        Entry tail = Entry.After(log[^1].Point, new Zxid(1, 4), 1, EntryType.Config, config.Encode());
        story.HoldPast(1, 1, 1, [.. log, tail]);
        story.HoldPast(2, 1, 1, log);
        story.HoldPast(3, 1, 1, log);
        story.Start(2, 3);
        story.UntilTheyServe(2, 3);
        story.Start(1);
        story.UntilAllEqual();
        Assert.Equal(1, story.World.Rarities[Rare.Truncated]);
        Assert.Equal(1, story.Elections());
        Assert.DoesNotContain(tail.Zxid, story.LogOf(1));
        Assert.NotEqual(new Incarnation(7), story.PeerOf(1).Config.Find(new ServerId(2))!.Incarnation);
    }

    /// <summary>Two promises of epoch 1 are on their way when a voter that has promised it elsewhere makes the leader begin again, with epoch 2.</summary>
    [Fact]
    public void E21_an_ACKEPOCH_in_flight_does_not_count_for_the_epoch_after()
    {
        var story = new Story(voters: 5, with: static options => options with { Peer = new PeerOptions { SyncLimit = TimeSpan.FromSeconds(5) } });
        story.HoldPast(4, 1, 0);
        var held = new SortedSet<uint>();
        story.Network.OnArrival = (from, _, message) =>
        {
            if (message is not Message.AckEpoch { Epoch: 1 }) return Arrival.Delivered;
            held.Add(from.Value);
            return Arrival.Held;
        };
        int ignored = 0;
        bool isAgain = false;
        story.World.OnStep = (_, input, outputs) =>
        {
            if (input is Input.Received { Message: Message.AckEpoch { Epoch: 1 } })
                ignored += Asked.For<Output.Ignored>(outputs).Count(static output => output.Reason.StartsWith("ACKEPOCH of another epoch", StringComparison.Ordinal));
            isAgain |= Asked.ToSend<Message.LeaderInfo>(outputs).Any(static info => info.Epoch == 2);
        };
        story.Start(1, 2, 5);
        story.Until(() => held.Count == 2, "both promises are on their way");
        story.Start(4);
        story.Until(() => isAgain, "discovery begins again");
        Assert.Equal(0, story.Elections());

        story.Network.OnArrival = null;
        story.Network.HealAll();
        story.UntilTheyServe(1, 2, 4, 5);
        Assert.Equal(2, ignored);
        Assert.Equal((5u, 2u, 1), (story.LeaderId(), story.PeerOf(5).Epoch, story.Elections()));
    }
}
