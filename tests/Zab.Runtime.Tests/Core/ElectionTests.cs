using Xunit;
using Zab.Core;
using static Zab.Tests.Peers.Stories;

namespace Zab.Tests.Peers;

/// <summary>What one server answers, and whom it joins, vote by vote.</summary>
public class ElectionTests
{
    private static readonly Zxid Last = new(1, 3);
    private static readonly Entry[] Log = LonePeer.Log((1, 3));

    /// <summary>Our vote may have come while the other still followed the dead leader: its first vote in a round is answered, or it would wait for the next resend.</summary>
    [Fact]
    public void The_first_vote_of_a_round_is_answered_even_if_it_is_for_our_candidate()
    {
        var peer = new LonePeer(1, 1, Log);
        peer.Vote(3, VoteState.Looking, 3, 1, Last);
        peer.Vote(2, VoteState.Looking, 3, 1, Last);
        Assert.Contains(peer.Last, static output => output is Output.SendPeer { To.Value: 2, Message: Message.Vote { State: VoteState.Looking, Candidate.Id.Value: 3 } });
    }

    /// <summary>Only the first: two servers that agree would otherwise answer each other for ever.</summary>
    [Fact]
    public void A_second_vote_for_our_candidate_is_not_answered()
    {
        var peer = new LonePeer(1, 1, Log);
        peer.Vote(3, VoteState.Looking, 3, 1, Last);
        peer.Vote(3, VoteState.Looking, 3, 1, Last);
        Assert.DoesNotContain(peer.Last, static output => output is Output.SendPeer);
    }

    /// <summary>The vote of a follower was lost, and it follows us already: it must not wait for us until it gives up.</summary>
    [Fact]
    public void A_server_that_follows_us_in_this_round_counts_for_us()
    {
        var peer = new LonePeer(3, 1, Log);
        peer.Vote(1, VoteState.Following, 3, 1, Zxid.None);
        peer.Pass(new PeerOptions().FinalizeWait);
        peer.Pass(new PeerOptions().FinalizeWait);
        peer.Connect(1, 1);
        Assert.Contains(peer.Last, static output => output is Output.Send { Message: Message.LeaderInfo { Epoch: 2 } });
    }

    /// <summary>Of another round, it follows a life of ours that is gone.</summary>
    [Fact]
    public void A_server_that_followed_us_in_another_round_does_not()
    {
        var peer = new LonePeer(3, 1, Log);
        peer.Vote(1, VoteState.Following, 3, 1, Zxid.None, round: 7);
        peer.Pass(new PeerOptions().FinalizeWait);
        peer.Pass(new PeerOptions().FinalizeWait);
        peer.Connect(1, 1);
        Assert.DoesNotContain(peer.Sent, static message => message is Message.LeaderInfo);
    }

    /// <summary>E03. A voter changed its mind in the last moment, and the others went on to another round: who was elected goes with them at once, unless a quorum came.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_server_elected_in_vain_joins_the_next_round(bool hasQuorum)
    {
        LonePeer peer = LonePeer.Elected(1, Log);
        if (hasQuorum) peer.Connect(1, 1);
        peer.Vote(2, VoteState.Looking, 2, 1, Last, round: 9);
        Message.Vote answer = peer.VotesSent.Last();
        Assert.Equal(hasQuorum ? (VoteState.Leading, 1ul) : (VoteState.Looking, 9ul), (answer.State, answer.Round));
    }

    /// <summary>T17. A server restored from an old copy does not know it, and votes as if it counted. If both answered each vote of the other, they would do nothing else.</summary>
    [Fact]
    public void A_server_that_does_not_know_that_it_does_not_count_gets_no_answer()
    {
        var peer = new LonePeer(1, 1, Log);
        peer.Vote(2, VoteState.Looking, 2, 1, new Zxid(1, 2), generation: 5);
        Assert.Contains(peer.Last, static output => output is Output.SendPeer { To.Value: 2 });
        peer.Vote(2, VoteState.Looking, 2, 1, new Zxid(1, 1), generation: 3);
        Assert.DoesNotContain(peer.Last, static output => output is Output.SendPeer);
    }

    /// <summary>What a vote says of a directory is remembered, and held against its owner if it ever says less: so it must be durable, from whatever role it is said.</summary>
    [Fact]
    public void A_follower_votes_only_with_what_is_durable()
    {
        LonePeer peer = LonePeer.Following(2, Log);
        peer.Receive(new Message.Proposal(2, [LonePeer.Next(Log, 2, 1)], Last));
        WriteId append = peer.Last.OfType<Output.Append>().Single().Id;
        peer.Vote(2, VoteState.Looking, 2, 1, Last);
        Output.SendPeer answer = peer.Last.OfType<Output.SendPeer>().Single();
        Assert.Equal(append, answer.After);
        Assert.Equal(new Zxid(2, 1), ((Message.Vote)answer.Message).LastDurable);
    }

    /// <summary>A leader that refuses us each time we come (it speaks another version, say) is not asked a thousand times a second.</summary>
    [Fact]
    public void A_leader_that_refuses_is_asked_ever_more_rarely()
    {
        var peer = new LonePeer(1, 1, Log);
        int joined = 0;
        for (int i = 0; i < 2_000; i++)
        {
            peer.Vote(3, VoteState.Leading, 3, 1, Zxid.None);
            peer.Vote(2, VoteState.Following, 3, 1, Zxid.None);
            for (; joined < peer.ChannelsOpened; joined++)
            {
                peer.Step(new Input.ChannelUp(peer.Channel, new ServerId(3), IsOutgoing: true));
                peer.Receive(new Message.Goodbye("another protocol version"));
            }

            peer.Pass(TimeSpan.FromMilliseconds(5));
        }

        Assert.InRange(joined, 6, 15);          // In ten seconds.
    }

    /// <summary>The only voter elects itself at once; while its disk hangs it must not do so at every tick, each time with a new epoch and more to write.</summary>
    [Fact]
    public void A_server_whose_disk_hangs_does_not_elect_itself_again_and_again()
    {
        ModelNet net = Founded(1);
        net.StartAll();
        net.RunUntil(() => net.Leader is not null, Bound);
        net[1].IsDiskStalled = true;
        Submit(net[1], "slow");
        net.Run(TimeSpan.FromSeconds(5));
        Assert.Null(net.Leader);
        Assert.InRange(net[1].Peer!.HardState.AcceptedEpoch, 1u, 2u);

        net[1].IsDiskStalled = false;
        net.RunUntil(() => net.Order.Count == 1 && net.Leader is not null, Bound);
    }

    /// <summary>A voter that still follows a leader which has gone has not voted: a quorum that does not wait for it elects a worse history, and has to begin again when its vote comes.</summary>
    [Fact]
    public void A_quorum_waits_for_a_voter_that_has_not_noticed_that_its_leader_is_gone()
    {
        LonePeer peer = QuorumWhileOneFollows(out Entry[] log);
        peer.Pass(TimeSpan.FromMilliseconds(10));
        Assert.DoesNotContain("elected", peer.Peer.Reason, StringComparison.Ordinal);

        peer.Vote(2, VoteState.Looking, 2, 1, new Zxid(1, log[^1].Zxid.Counter + 1));
        peer.Vote(1, VoteState.Looking, 2, 1, new Zxid(1, log[^1].Zxid.Counter + 1));
        Assert.Equal(1, peer.ChannelsOpened);                              // To server 2, which holds more than we do.
    }

    /// <summary>But no longer than for any other vote.</summary>
    [Fact]
    public void A_voter_that_goes_on_following_is_waited_for_no_longer_than_the_finalize_wait()
    {
        LonePeer peer = QuorumWhileOneFollows(out _);
        peer.Pass(new PeerOptions().FinalizeWait);
        peer.Pass(TimeSpan.FromMilliseconds(1));
        Assert.StartsWith("elected", peer.Peer.Reason, StringComparison.Ordinal);
    }

    /// <summary>Server 1 led and gave up; it and we are for us, and server 2 still follows server 1.</summary>
    private static LonePeer QuorumWhileOneFollows(out Entry[] log)
    {
        log = LonePeer.Log((1, 3));
        var peer = new LonePeer(3, 1, log);
        peer.Vote(2, VoteState.Following, 1, 1, Zxid.None);
        peer.Vote(1, VoteState.Looking, 3, 1, log[^1].Zxid);
        return peer;
    }
}
