using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Storage;
using Zab.Testing;
using Zab.Tests.Peers;

namespace Zab.Scenarios;

/// <summary>Observers, start lists, versions, stops and starts: rows R02, R05, R06, R08 to R10 and R12 of the fault catalogue, as far as there is such a feature.</summary>
public sealed partial class OperationScenarios
{
    /// <summary>Members cannot be removed yet; a leader can be stopped, and must lose nothing either.</summary>
    [Fact]
    public void R02_a_leader_that_is_stopped_with_100_entries_in_flight_loses_none_and_keeps_their_order()
    {
        Story story = Story.Running(voters: 3);
        story.Written(1, "k", "first");
        uint leader = story.LeaderId();
        Call[] calls = [.. Enumerable.Range(0, 100).Select(i => story.Write(1, "k", $"{i}"))];
        Zxid committed = story.PeerOf(1).LastCommitted;
        story.Until(() => story.PeerOf(leader).LastLogged > committed, "some are proposed");
        story[leader].Stop();
        story.Until(() => calls.All(static call => call.Answer.IsCompletedSuccessfully), "all are answered");
        Zxid[] zxids = [.. calls.Select(static call => call.Answer.Result.Zxid)];
        Assert.Equal(zxids.Distinct().Order(), zxids);
        Assert.Equal(("99", 2), (story.Read(2, "k"), story.Elections()));
        story.Until(() => !story[leader].IsUp, "the old leader has stopped");
        story.Start(leader);
        story.UntilAllEqual();
    }

    /// <summary>Servers 4 and 5 are to join 1, 2 and 3, and their list names all five as voters: the two of them are no quorum of it, and found nothing.</summary>
    [Fact]
    public void R05_two_joiners_that_list_themselves_as_voters_found_nothing()
    {
        var joiner = new FreshPeer(4, [1, 2, 3, 4, 5]);
        joiner.HearOfFresh(5, 1, 2, 3, 4, 5);
        Assert.Equal("fresh; waiting for 1, 2, 3, or start with init NAME", Reason(joiner));
        joiner.HearOfEnsemble(1, 1, 2, 3);
        Assert.Equal("fresh; the start list names the voters 1, 2, 3, 4, 5, and the ensemble has 1, 2, 3; correct the list", Reason(joiner));
        Assert.Equal(Role.Fresh, joiner.Peer.Role);
        Assert.DoesNotContain(joiner.All, static output => output is Output.SendPeer { Message: Message.Vote } or Output.OpenChannel or Output.Write);
    }

    /// <summary>Two of three lose their disks. Together they could outvote the third, which alone knows what was acknowledged.</summary>
    [Fact]
    public void R05_two_wiped_voters_form_no_quorum_of_their_own()
    {
        Story story = Story.Running(voters: 3, with: static options => options with { IsFoundedByToken = false });
        story.Written(1, "k", "v");
        Zxid[] log = story.LogOf(3);
        story[3].Kill();
        story.Wipe(1);
        story.Wipe(2);
        story.Start(1, 2);
        story.Run(30);
        Assert.StartsWith("fresh; waiting for 3", story.PeerOf(1).Reason, StringComparison.Ordinal);
        story.Start(3);
        story.Run(60);
        Assert.Equal((null, 1), (story.World.Leader, story.Elections()));
        Assert.Equal(log, story.LogOf(3));
    }

    [Fact]
    public void R06_a_fresh_server_with_another_list_of_voters_founds_nothing_and_says_why()
    {
        var peer = new FreshPeer(1, [1, 2, 3]);
        peer.HearOfFresh(2, 1, 2, 3);
        peer.HearOfFresh(3, 1, 2, 3, 4);
        Assert.Equal("fresh; server 3 was started with other voters than (1, 2, 3); give all the same", Reason(peer));
        Assert.DoesNotContain(peer.All, static output => output is Output.Write);
        peer.HearOfFresh(3, 1, 2, 3);
        Assert.Contains(peer.All, static output => output is Output.SaveHardState { State.ClusterId.IsNone: false });
    }

    [Fact]
    public void R06_a_server_whose_list_contradicts_its_ensemble_stops_and_says_why()
    {
        var peer = new FreshPeer(1, [1, 2, 3, 4], FreshPeer.Record(1, 2, 3));
        Assert.Equal(Role.Stopped, peer.Peer.Role);
        Assert.Equal("the start list names the voters 1, 2, 3, 4, and the ensemble has 1, 2, 3; correct the list", peer.All.OfType<Output.Fatal>().Single().Reason);
    }

    /// <summary>Two votes of another cluster would make a quorum here.</summary>
    [Fact]
    public void R06_votes_of_another_cluster_are_not_counted()
    {
        var peer = new FreshPeer(1, [1, 2, 3], FreshPeer.Record(1, 2, 3));
        var vote = new Message.Vote(VoteState.Looking, 1, new Candidate(9, new Zxid(9, 9), new ServerId(2)), true, new Incarnation(2), 1, new Zxid(9, 9), Zxid.None);
        peer.Hear(2, new ClusterId(99), vote);
        peer.Hear(3, new ClusterId(99), vote with { Incarnation = new Incarnation(3) });
        Assert.Equal(2, peer.All.OfType<Output.Ignored>().Count(static ignored => ignored.Reason.StartsWith("Vote from server", StringComparison.Ordinal)));
        Assert.DoesNotContain(peer.All, static output => output is Output.OpenChannel or Output.SendPeer { Message: Message.Vote { Candidate.Id.Value: not 1 } });
    }

    [Fact]
    public void R06_a_server_of_another_cluster_is_refused_and_elects_nobody()
    {
        var story = new Story(voters: 3);
        story[3].ReplaceDisk(new SimulatedDisk(6));
        DiskStore.Init(story[3].Disk, story[3].StoreOptions, "another name", Ensemble.VotersOf(story.World.Members.Members));
        story.Start(1, 3);
        story.Run(20);
        Assert.Equal(0, story.Elections());
        story.Start(2);
        story.UntilTheyServe(1, 2);
        story.Run(20);
        Assert.Equal((2u, 1, Role.Looking), (story.LeaderId(), story.Elections(), story.PeerOf(3).Role));
        var hello = new Zab.Wire.Hello(Zab.Wire.Hello.CurrentVersion, new ServerId(3), new ServerId(1), Zab.Wire.ConnectionKind.Peer, new ChannelId(1));
        Assert.Contains("belongs to cluster", story[1].Life!.Transport.Refusal(hello, story.PeerOf(3).HardState.ClusterId), StringComparison.Ordinal);
    }

    /// <summary>It is so far behind that it needs a snapshot, and the leader dies while it sends one.</summary>
    [Fact]
    public void R08_an_observer_whose_leader_dies_during_SNAP_comes_to_the_same_state_and_never_counts()
    {
        Story story = Story.Running(voters: 3, observers: 1, with: static options => options with { SnapshotEveryBytes = 4 * 1024 });
        story[4].Kill();
        for (int i = 0; i < 100; i++) story.Written(1, $"k{i % 8}", new string('x', 500) + i);
        story.Until(() => story.World.Rarities[Rare.LogCompacted] >= 3, "the logs are compacted");
        uint leader = story.LeaderId();
        story.World.OnStep = (server, input, _) =>
        {
            if (server.Id.Value == 4 && input is Input.Received { Message: Message.Snap }) story.Later(TimeSpan.Zero, story[leader].Kill);
        };
        story.Start(4);
        story.Until(() => !story[leader].IsUp, "the leader dies");
        story.World.OnStep = null;
        story.UntilAllEqual();
        Assert.True(story.World.Rarities[Rare.SnapshotInstalled] > 0);
        Assert.Equal(Role.Observing, story.PeerOf(4).Role);

        story[story.OthersThan(leader, story.LeaderId(), 4)[0]].Kill();             // One of three voters is left, and the observer.
        Call call = story.Write(story.World.Leader?.Id.Value ?? 4, "k", "never");
        story.Run(10);
        Assert.Null(story.World.Leader);
        Assert.False(call.Answer.IsCompletedSuccessfully);
        Assert.Equal(2, story.Elections());
    }

    /// <summary>There is one format yet; who speaks another one is told so, and gets nothing else.</summary>
    [Fact]
    public void R09_a_learner_of_another_protocol_version_is_refused_with_the_reason()
    {
        LonePeer leader = LonePeer.Leading(2, out _, LonePeer.Log((1, 3)));
        var channel = new ChannelId(77);
        leader.Step(new Input.ChannelUp(channel, new ServerId(2), IsOutgoing: false));
        leader.Receive(channel, new Message.LearnerInfo(true, 1, ProtocolVersion.Current + 1, Zxid.None, new Incarnation(2), true, 1, new Zxid(1, 3)));
        Message.Goodbye goodbye = Assert.IsType<Message.Goodbye>(Assert.Single(leader.SentOn(channel)));
        Assert.Equal($"protocol version {ProtocolVersion.Current + 1}; this leader speaks {ProtocolVersion.Current}", goodbye.Reason);
        Assert.True(leader.HasClosed(channel));
    }

    /// <summary>There is no read-only mode yet; a member that is cut off refuses what it cannot answer for, and says that its state has no age.</summary>
    [Fact]
    public void R10_a_member_that_is_cut_off_refuses_writes_and_linearizable_reads_and_comes_back()
    {
        Story story = Story.Running(voters: 3);
        story.Written(1, "k", "old");
        story.CutFrom(1, 2, 3);
        story.Until(() => story.PeerOf(1).Role == Role.Looking, "it has no leader");
        story.Written(2, "k", "new");
        Call write = story.Write(1, "k", "never");
        Task<Zxid> read = story[1].Life!.Replica.Reads.Ask(out _);
        story.Until(() => read.IsCompleted, "the read is answered");
        Assert.IsType<NotExecutedException>(read.Exception?.InnerException);
        story.Run(5);                                                               // The write waits for a leader until its caller gives up.
        Assert.IsType<NotExecutedException>(story[1].Life!.Calls.GiveUp(write, CallEnd.Deadline(TimeSpan.FromSeconds(5)), isBound: false));
        Assert.Equal("old", story.Local(1, "k"));
        Assert.Null(story[1].Life!.Replica.Status.Age);

        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.Equal("new", story.Read(1, "k"));
    }

    /// <summary>All six orders of stopping, each with two of starting: the same one, and the opposite.</summary>
    [Fact]
    public void R12_stopped_and_started_in_any_order_nothing_is_lost_or_cut()
    {
        uint[][] orders = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
        foreach (uint[] stops in orders)
        {
            foreach (uint[] starts in (uint[][])[stops, [.. stops.Reverse()]])
            {
                Story story = Story.Running(voters: 3);
                foreach (uint server in stops) story.Written(server, $"from {server}", "v");
                foreach (uint server in stops)
                {
                    story[server].Stop();
                    story.Until(() => !story[server].IsUp, $"server {server} has stopped");
                }

                story.Start(starts);
                story.UntilAllEqual();
                foreach (uint server in stops) Assert.Equal("v", story.Read(starts[0], $"from {server}"));
                Assert.Equal(0, story.World.Rarities[Rare.Truncated] + story.World.Rarities[Rare.StoppedByFailure] + story.World.Rarities[Rare.TornTail]);
            }
        }
    }

    private static string? Reason(FreshPeer peer)
    {
        peer.Step(Input.Tick.Instance);
        return peer.Peer.Reason;
    }
}
