using Xunit;
using Zab.Core;
using Zab.Testing;
using Zab.Tests.Peers;

namespace Zab.Scenarios;

/// <summary>A crash or a race in each step by which a server comes to the history of its leader.</summary>
public sealed partial class SyncScenarios
{
    private static readonly Entry[] Log = LonePeer.Log((1, 3));

    [Fact]
    public void S01_a_server_that_crashed_between_its_promise_and_its_word_joins_the_same_epoch()
    {
        var story = new Story(voters: 3);
        story.World.OnDurable = (server, write) =>
        {
            if (server == story[1] && write is Output.SaveHardState { State: { AcceptedEpoch: 1, CurrentEpoch: 0 } }) server.KillAfterTurn();
        };
        story.Start(1, 2, 3);
        story.Until(() => !story[1].IsUp, "server 1 is dead, its promise durable");
        story.UntilAllServe();
        Assert.Equal((1u, 0u), (story[1].OnDisk().HardState.AcceptedEpoch, story[1].OnDisk().HardState.CurrentEpoch));

        var answers = new List<Message.AckEpoch>();
        story.World.OnDurable = null;
        story.World.OnStep = (server, _, outputs) =>
        {
            if (server == story[1]) answers.AddRange(Asked.ToSend<Message.AckEpoch>(outputs));
        };
        story.Start(1);
        story.UntilAllServe();
        Assert.Equal((1u, false), (Assert.Single(answers).Epoch, answers[0].IsPromise));
        Assert.Equal(1u, story[1].Life!.Peer.Epoch);
        Assert.Equal(1, story.World.Watch.LeadersEstablished);
    }

    /// <summary>Entries of epoch 2 under the promises of epoch 1 are a right state; but whoever went on is the better candidate, whatever its id.</summary>
    [Fact]
    public void S02_a_server_that_crashed_between_history_and_epoch_starts_and_loses_to_who_went_on()
    {
        Story story = Story.Running(voters: 3);
        story.Written(3, "old", "1");
        story[3].Kill();
        story.UntilOneLeads(story[2]);
        Zxid acknowledged = story.Written(2, "new", "2");
        story.Hold<Message.NewLeader>(story[2], story[3]);
        story.Start(3);
        story.UntilLogged(story[3], acknowledged);
        story.Vanish(story[3]);
        Found found = story[3].OnDisk();
        Assert.Equal((2u, 1u), (found.Last.Zxid.Epoch, found.HardState.CurrentEpoch));

        story.Heal();
        story[2].Kill();
        story.Start(3);
        story.UntilAllServe();
        Assert.Equal(story[1], story.Leader);
        Assert.Equal("2", story.Read(3, "new"));
    }

    /// <summary>A quorum has acknowledged NEWLEADER, and what stood only in page caches is gone at once on every machine: nothing of the history was there only.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void S04_power_loss_of_all_right_after_the_ack_of_newleader_loses_nothing(ulong seed)
    {
        Story story = Story.Running(voters: 3, with: options => options with { Seed = seed });
        SimulatedServer late = story.AllBut(story.Leader)[0];
        late.Kill();
        for (int i = 0; i < 20; i++) story.Written(story.Leader.Id.Value, $"key {i}", "kept");
        Zxid acknowledged = story.Leader.Life!.Peer.LastCommitted;
        bool hasAcknowledged = false;
        story.Network.OnArrival = (from, _, message) =>
        {
            hasAcknowledged |= from == late.Id && message is Message.AckNewLeader;
            return Arrival.Delivered;
        };
        story.Start(late.Id.Value);
        story.Until(() => hasAcknowledged, "NEWLEADER is acknowledged");
        foreach (SimulatedServer server in story.World.Servers) server.LosePower();
        Found found = late.OnDisk();
        Assert.Contains(acknowledged, found.Entries);
        Assert.Equal(1u, found.HardState.CurrentEpoch);

        story.Start(1, 2, 3);
        story.UntilAllServe();
        for (int i = 0; i < 20; i++) Assert.Equal("kept", story.Read(late.Id.Value, $"key {i}"));
    }

    /// <summary>Disk and network race in every seed; that no ACK leaves before what it stands for is durable, the watch sees at each of them.</summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public void S05_the_ack_of_newleader_is_the_first_ack_whatever_the_order_of_disk_and_network(ulong seed)
    {
        Story story = Story.Running(voters: 3, with: options => options with { Seed = seed, SnapshotEveryBytes = 1 << 20 });
        SimulatedServer late = story.AllBut(story.Leader)[(int)(seed % 2)];
        uint leader = story.Leader.Id.Value;
        late.Kill();
        story.Fill(leader, count: 50, bytes: 500);
        var acks = new List<Message>();
        story.Network.OnArrival = (from, _, message) =>
        {
            if (from == late.Id && message is Message.Ack or Message.AckNewLeader or Message.SyncProgress) acks.Add(message);
            return Arrival.Delivered;
        };
        late.FsyncTicks = 20 * TimeSpan.TicksPerMillisecond;
        story.Start(late.Id.Value);
        for (int i = 0; i < 40; i++)
        {
            story.Write(leader, $"while it comes {i}", "x");
            story.Run(0.005);
        }

        story.UntilAllEqual();
        int first = acks.FindIndex(static message => message is Message.AckNewLeader);
        Assert.All(acks.Take(first), static message => Assert.IsType<Message.SyncProgress>(message));
        Assert.All(acks.Skip(first + 1), static message => Assert.IsType<Message.Ack>(message));
        Assert.Contains(acks, static message => message is Message.Ack);
    }

    [Theory]
    [InlineData("COMMIT")]
    [InlineData("PING")]
    [InlineData("PROPOSAL")]
    public void S06_a_commit_point_between_the_ack_of_newleader_and_uptodate_is_applied_once(string by)
    {
        Entry[] next = LonePeer.Log((1, 4), (2, 1));
        var peer = new LonePeer(1, 1, Log);
        peer.FindLeader();
        peer.Promise(2);
        peer.Receive(new Message.Diff(2, peer.Peer.LastPoint), new Message.Proposal(2, [next[3]], Zxid.None), new Message.NewLeader(2, new Zxid(1, 4)));
        peer.Durable();
        Message early = by switch
        {
            "COMMIT" => new Message.Commit(2, new Zxid(1, 4)),
            "PING" => new Message.Ping(2, 9, new Zxid(1, 4)),
            _ => new Message.Proposal(2, [next[4]], new Zxid(1, 4)),
        };
        peer.Receive(early);
        Assert.Equal(Role.Looking, peer.Peer.Role);
        peer.Receive(new Message.UpToDate(2, new Zxid(1, 4)), new Message.Commit(2, new Zxid(1, 4)));
        Assert.Equal(Role.Following, peer.Peer.Role);
        Assert.Equal([new Zxid(1, 4)], peer.Committed);
    }

    /// <summary>By construction: the leader counts what it has sent, and NEWLEADER goes out where that reaches the sync point.</summary>
    [Fact]
    public void S07_newleader_is_sent_behind_the_last_entry_of_the_initial_history()
    {
        Entry[] log = LonePeer.Log((1, 6));
        LonePeer leader = LonePeer.Leading(2, out _, log);          // Its log is on disk only, as after a start.
        ChannelId late = leader.Connect(2, 1);
        leader.Receive(late, LonePeer.AckEpoch(2, 1, isPromise: true, log[..2]));
        leader.Submit("proposed meanwhile");
        Assert.DoesNotContain(leader.SentOn(late), static message => message is Message.NewLeader);

        leader.Step(new Input.LogRead(late, log[1].Zxid, log[2..4]));
        Assert.DoesNotContain(leader.SentOn(late), static message => message is Message.NewLeader);
        leader.Step(new Input.LogRead(late, log[3].Zxid, log[4..]));
        string[] sent = [.. leader.SentOn(late).Where(static message => message is Message.Diff or Message.Proposal or Message.NewLeader).Select(Describe)];
        Assert.Equal(["Diff 1/2", "1/3..1/4", "1/5..1/6", "NewLeader 1/6", "2/1..2/1"], sent);
    }

    [Theory]
    [InlineData(nameof(Message.AckEpoch))]
    [InlineData(nameof(Message.AckNewLeader))]
    public void S08_an_entry_that_commits_while_a_learner_is_synchronised_reaches_it_once(string held)
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer leader = story.Leader, late = story.AllBut(leader)[0];
        late.Kill();
        story.Written(leader.Id.Value, "before", "1");
        bool isHeld = false;
        story.Network.OnArrival = (from, _, message) =>
        {
            if (from != late.Id || message.GetType().Name != held) return Arrival.Delivered;
            isHeld = true;
            return Arrival.Held;
        };
        var logged = new List<Zxid>();
        story.World.OnStep = (server, _, outputs) =>
        {
            if (server == late) logged.AddRange(Asked.For<Output.Append>(outputs).SelectMany(static append => append.Entries).Select(static entry => entry.Zxid));
        };
        story.Start(late.Id.Value);
        story.Until(() => isHeld, $"{held} is on its way");
        Zxid meanwhile = story.Written(leader.Id.Value, "meanwhile", "2");
        Assert.NotEqual(Role.Following, late.Life!.Peer.Role);

        story.Heal();
        story.UntilAllEqual();
        Assert.Equal("2", story.Local(late.Id.Value, "meanwhile"));
        Assert.Single(logged, meanwhile);
        Assert.Equal(logged.Order(), logged);
        Assert.Equal(1, story.World.Watch.LeadersEstablished);
    }

    /// <summary>The entry is the leader's already when the learner comes: synchronisation brings it, and broadcast does not again. One that comes twice all the same is passed over.</summary>
    [Fact]
    public void S09_an_entry_between_append_and_broadcast_is_sent_once_and_passed_over_when_it_is_not()
    {
        LonePeer leader = LonePeer.Leading(2, out _, Log);
        leader.Submit("appended, and not durable here");
        ChannelId late = leader.Connect(2, 1);
        leader.Receive(late, LonePeer.AckEpoch(2, 1, isPromise: true, Log));
        leader.Submit("broadcast");
        Zxid[] sent = [.. leader.SentOn(late).OfType<Message.Proposal>().SelectMany(static proposal => proposal.Entries).Select(static entry => entry.Zxid)];
        Assert.Equal([new Zxid(2, 1), new Zxid(2, 2)], sent);

        LonePeer learner = LonePeer.Following(2, Log);
        Message.Proposal[] proposals = [.. leader.SentOn(late).OfType<Message.Proposal>()];
        learner.Receive(proposals);
        learner.Receive(proposals);
        Assert.Contains(learner.Last, static output => output is Output.Ignored { Reason: "PROPOSAL of an entry that is logged" });
        Assert.Equal(leader.Peer.LastPoint, learner.Peer.LastPoint);
        Assert.False(learner.HasClosed(learner.Channel));
    }

    /// <summary>A commit point is cumulative, so one that is skipped is made up for; and UPTODATE carries the leader's newest, not the sync point of this learner.</summary>
    [Fact]
    public void S10_a_commit_point_that_skips_entries_commits_all_between()
    {
        Entry[] next = LonePeer.Log((1, 3), (2, 4));
        var learner = new LonePeer(1, 1, Log);
        learner.FindLeader();
        learner.Promise(2);
        learner.Receive(new Message.Diff(2, learner.Peer.LastPoint), new Message.Proposal(2, next[3..], Zxid.None), new Message.NewLeader(2, new Zxid(2, 4)));
        learner.Durable();
        learner.Receive(new Message.UpToDate(2, new Zxid(2, 1)), new Message.Commit(2, new Zxid(2, 3)), new Message.Commit(2, new Zxid(2, 2)), new Message.Commit(2, new Zxid(2, 4)));
        Assert.Equal([new Zxid(2, 1), new Zxid(2, 3), new Zxid(2, 4)], learner.Committed);

        LonePeer leader = LonePeer.Leading(2, out ChannelId follower, Log);
        ChannelId late = leader.Connect(2, 1);
        leader.Receive(late, LonePeer.AckEpoch(2, 1, isPromise: true, Log));
        leader.Submit("committed while it comes");
        leader.Durable();
        leader.Receive(follower, new Message.Ack(2, new Zxid(2, 1)));
        leader.Receive(late, new Message.AckNewLeader(2, new Zxid(1, 3)));
        Assert.Equal(new Message.UpToDate(2, new Zxid(2, 1)), leader.SentOn(late).OfType<Message.UpToDate>().Single());
    }

    private static string Describe(Message message) => message switch
    {
        Message.Diff diff => $"Diff {diff.Base.Zxid}",
        Message.Trunc trunc => $"Trunc {trunc.Target.Zxid}",
        Message.Proposal proposal => $"{proposal.Entries[0].Zxid}..{proposal.Entries[^1].Zxid}",
        Message.NewLeader newLeader => $"NewLeader {newLeader.SyncPoint}",
        _ => message.GetType().Name,
    };
}
