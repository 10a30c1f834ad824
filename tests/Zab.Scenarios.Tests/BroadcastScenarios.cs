using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Testing;
using Zab.Tests.Peers;

namespace Zab.Scenarios;

/// <summary>What becomes of proposals when leaders die, disks fail, and messages come in any order.</summary>
public sealed partial class BroadcastScenarios
{
    private static readonly Entry[] Log = LonePeer.Log((1, 3));

    [Fact]
    public void B01_proposals_that_reached_nobody_are_cut_and_were_acknowledged_to_nobody()
    {
        Story story = Acts.Settled(voters: 3);
        SimulatedServer old = story.Leader;
        story.CutOff(old);
        Zxid before = old.Life!.Peer.LastLogged;
        Call[] calls = [.. Enumerable.Range(0, 5).Select(i => story.Write(old.Id.Value, $"lost {i}", "x"))];
        var tail = new Zxid(before.Epoch, before.Counter + 5);
        story.UntilLogged(old, tail);
        story.Vanish(old);
        story.UntilOneLeads(story.AllBut(old));
        story.Written(story.LeaderId(), "kept", "1");

        story.Heal();
        story.Start(old.Id.Value);
        story.UntilAllEqual();
        Assert.All(calls, static call => Assert.False(call.Answer.IsCompletedSuccessfully));
        Assert.DoesNotContain(old.OnDisk().Entries, zxid => zxid > before && zxid <= tail);
        foreach (SimulatedServer server in story.World.Servers)
            for (int i = 0; i < 5; i++) Assert.Null(story.Local(server.Id.Value, $"lost {i}"));
        Assert.Equal("1", story.Local(old.Id.Value, "kept"));
    }

    [Fact]
    public void B02_a_proposal_on_one_follower_is_committed_when_that_one_leads_and_a_retry_is_answered_from_it()
    {
        Story story = Acts.Settled(voters: 3);
        SimulatedServer old = story.Leader, with = story.AllBut(old)[0], without = story.AllBut(old)[1];
        Caller caller = Caller.Open(story, old.Id.Value);
        story.UntilAllEqual();
        story.Network.Block(old.Id, without.Id);
        story.Network.Block(with.Id, old.Id);                   // It acknowledges, and is not heard.
        Zxid before = old.Life!.Peer.LastLogged;
        Call first = caller.Send(old.Id.Value, 1, Caller.Increment("n"));
        var zxid = new Zxid(before.Epoch, before.Counter + 1);
        story.UntilLogged(with, zxid);
        story.Vanish(old);
        Assert.False(first.Answer.IsCompletedSuccessfully);

        story.Network.Break(old.Id, without.Id);                // What is still on its way is lost.
        story.Heal();
        story.UntilOneLeads(with, without);
        Assert.Equal(with, story.Leader);
        Answer answer = caller.Called(without.Id.Value, 1, Caller.Increment("n"));
        Assert.Equal((RequestOutcome.Result, zxid, 1L), (answer.Outcome, answer.Zxid, Caller.Number(answer)));
        story.Start(old.Id.Value);
        story.UntilAllEqual();
        Assert.Equal("1", story.Local(old.Id.Value, "n"));
    }

    /// <summary>As in B02, but the leader had not made it durable itself, and it leads again with the follower that never saw it, before the one that did comes back.</summary>
    [Fact]
    public void B03_a_proposal_that_a_later_leader_did_not_have_is_dropped_everywhere_and_never_comes_back()
    {
        Story story = Acts.Settled(voters: 3);
        SimulatedServer old = story.Leader, with = story.AllBut(old)[0], without = story.AllBut(old)[1];
        story.Network.Block(old.Id, without.Id);
        story.Network.Block(with.Id, old.Id);
        old.StallDisk(TimeSpan.FromSeconds(30).Ticks);
        Zxid before = old.Life!.Peer.LastLogged;
        story.Write(old.Id.Value, "tail", "x");
        var tail = new Zxid(before.Epoch, before.Counter + 1);
        story.UntilLogged(with, tail);
        story.Vanish(old);
        story.Vanish(with);

        old.HealDisk();
        story.Network.Break(old.Id, without.Id);                // What is still on its way is lost.
        story.Heal();
        story.Start(old.Id.Value);
        story.UntilAllServe();
        story.Written(story.LeaderId(), "newer", "1");
        Assert.Contains(tail, with.OnDisk().Entries);
        story.Start(with.Id.Value);
        story.UntilAllEqual();
        Assert.DoesNotContain(tail, with.OnDisk().Entries);

        for (int i = 0; i < 3; i++)                             // Whoever leads from now on, it is gone.
        {
            SimulatedServer leader = story.Leader;
            leader.Kill();
            story.UntilAllServe();
            story.Start(leader.Id.Value);
            story.UntilAllEqual();
            foreach (SimulatedServer server in story.World.Servers) Assert.Null(story.Local(server.Id.Value, "tail"));
        }
    }

    /// <summary>The leader's own disk is silent, so an entry commits when both followers have it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void B09_acks_in_any_order_and_repeated_commit_in_order_and_once(ulong seed)
    {
        LonePeer leader = LonePeer.Leading(2, out ChannelId one);
        ChannelId two = leader.Connect(2, 1);
        leader.Receive(two, LonePeer.AckEpoch(2, 1, isPromise: true), new Message.AckNewLeader(2, Zxid.None));
        leader.Submit("a", "b", "c", "d", "e", "f");
        var random = new DeterministicRandom(seed);
        (ChannelId Channel, uint Counter)[] acks = [.. from counter in Enumerable.Range(1, 6) from channel in (ChannelId[])[one, two, one, two] orderby random.NextUInt64() select (channel, (uint)counter)];
        var acked = new Dictionary<ChannelId, uint> { [one] = 0, [two] = 0 };
        foreach ((ChannelId channel, uint counter) in acks)
        {
            leader.Receive(channel, new Message.Ack(2, new Zxid(2, counter)));
            acked[channel] = Math.Max(acked[channel], counter);
            Assert.Equal(acked.Values.Min(), leader.Peer.LastCommitted.Counter);
        }

        leader.Durable();
        Assert.Equal(new Zxid(2, 6), leader.Committed.Last());
        Assert.Equal(leader.Committed.Distinct().Order(), leader.Committed);
    }

    [Fact]
    public void B10_an_ack_of_another_epoch_or_of_an_old_channel_is_ignored()
    {
        LonePeer leader = LonePeer.Leading(2, out ChannelId old);
        leader.Submit("a");
        leader.Durable();
        leader.Receive(old, new Message.Ack(1, new Zxid(2, 1)));
        Assert.Contains(leader.Last, static output => output is Output.Ignored { Reason: "ACK of another epoch, or before that of NEWLEADER" });

        ChannelId newer = leader.Connect(1, 2);
        leader.Receive(old, new Message.Ack(2, new Zxid(2, 1)));
        Assert.Contains(leader.Last, static output => output is Output.Ignored { Reason: "a message on a closed channel" });
        leader.Receive(newer, new Message.Ack(2, new Zxid(2, 1)));
        Assert.Empty(leader.Committed);

        leader.Receive(newer, LonePeer.AckEpoch(2, 2, isPromise: false));
        leader.Receive(newer, new Message.AckNewLeader(2, new Zxid(2, 1)));
        Assert.Equal([new Zxid(2, 1)], leader.Committed);
    }

    [Fact]
    public void B11_an_entry_after_a_gap_closes_the_channel_and_the_next_one_brings_what_was_missing()
    {
        Entry[] next = LonePeer.Log((1, 3), (2, 3));
        LonePeer follower = LonePeer.Following(2, Log);
        follower.Receive(new Message.Proposal(2, [next[3]], Zxid.None));
        follower.Receive(new Message.Proposal(2, [next[5]], Zxid.None));
        Assert.True(follower.HasClosed(follower.Channel));
        Assert.DoesNotContain(follower.Last, static output => output is Output.Append);
        Assert.Equal(new Zxid(2, 1), follower.Peer.LastLogged);

        follower.Durable();
        follower.FindLeader();
        follower.Promise(2);
        Assert.Equal(next[3].Point, follower.Sent.OfType<Message.AckEpoch>().Last().Last);
        follower.Receive(new Message.Diff(2, next[3].Point), new Message.Proposal(2, next[4..], Zxid.None), new Message.NewLeader(2, new Zxid(2, 3)));
        follower.Durable();
        follower.Receive(new Message.UpToDate(2, new Zxid(2, 3)));
        Assert.Equal((Role.Following, next[5].Point), (follower.Peer.Role, follower.Peer.LastPoint));
    }

    /// <summary>Memory must not run ahead of a disk that then fails: what is committed is applied here when it is durable here.</summary>
    [Fact]
    public void B12_a_commit_known_before_a_write_that_fails_leaves_no_hole()
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer slow = story.AllBut(story.Leader)[0];
        slow.StallDisk(TimeSpan.FromSeconds(2).Ticks);
        Zxid zxid = story.Written(story.LeaderId(), "k", "v");
        story.Until(() => slow.Life!.Peer.LastCommitted >= zxid, "the commit is known");
        Assert.True(slow.Life!.Peer.LastDurable < zxid);
        Assert.True(slow.Life.Replica.Status.LastApplied < zxid);

        slow.Fail(static (call, _) => call == DiskCall.Flush ? "EIO" : null);
        story.Until(() => !slow.IsUp, "the write has failed");
        slow.LosePower();                                       // What was not flushed is gone for good.
        slow.HealDisk();
        for (int start = 0; start < 2; start++)
        {
            story.Start(slow.Id.Value);
            story.UntilAllEqual();
            Assert.Equal("v", story.Local(slow.Id.Value, "k"));
            Assert.Equal(story.Leader.OnDisk().Entries, slow.OnDisk().Entries);
            story.Vanish(slow);
        }
    }

    [Fact]
    public void B13_one_server_alone_keeps_through_power_loss_what_it_has_answered()
    {
        var story = new Story(voters: 1);
        story.Start(1);
        story.UntilAllServe();
        for (int i = 0; i < 20; i++)
        {
            story.Written(1, $"key {i}", $"value {i}");
            story[1].LosePower();
            story.Start(1);
            story.UntilAllServe();
            for (int j = 0; j <= i; j++) Assert.Equal($"value {j}", story.Read(1, $"key {j}"));
        }
    }

    [Fact]
    public void B14_the_end_of_the_zxids_of_an_epoch_costs_its_callers_nothing_but_a_moment()
    {
        Story story = Story.Running(voters: 3, with: options => options with { Peer = new PeerOptions { CounterMax = 25 } });
        uint server = story.AllBut(story.Leader)[0].Id.Value;
        var calls = new List<Call>();
        long answeredAt = story.World.Time.Now, longest = 0;
        int answered = 0;
        while (answered < 100)
        {
            if (calls.Count < 100) calls.Add(Caller.Send(story, server, Caller.Increment("n")));
            story.Run(0.005);
            int now = calls.Count(static call => call.IsOk());
            if (now == answered) longest = Math.Max(longest, story.World.Time.Now - answeredAt);
            else (answered, answeredAt) = (now, story.World.Time.Now);
            Assert.True(longest < TimeSpan.TicksPerSecond, "a second without an answer");
        }

        Assert.Equal(Enumerable.Range(1, 100).Select(static number => (long)number), calls.Select(Caller.Number));
        Assert.True(story.World.Rarities[Rare.EpochExhausted] >= 4);
        story.UntilAllEqual();
        Assert.True(story.Leader.Life!.Peer.Epoch >= 5);
    }
}
