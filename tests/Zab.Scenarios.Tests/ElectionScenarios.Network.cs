using Xunit;
using Zab.Core;
using Zab.Testing;
using Zab.Wire;

namespace Zab.Scenarios;

/// <summary>Elections with a bad network, strangers, observers, and servers that never stay.</summary>
public sealed partial class ElectionScenarios
{
    [Fact]
    public void E08_votes_that_come_half_a_minute_late_change_nothing()
    {
        var story = new Story(voters: 5);
        var old = new List<(SimulatedServer To, Input.PeerMessage Vote)>();
        story.World.OnStep = (server, input, _) =>
        {
            if (input is Input.PeerMessage { Message: Message.Vote } vote) old.Add((server, vote));
        };
        story.World.StartAll();
        story.UntilAllServe();
        uint dead = story.LeaderId();
        story[dead].Kill();
        story.UntilAllServe();
        story.Run(30);

        (uint, uint, int) before = (story.LeaderId(), story.Leader.Life!.Peer.Epoch, story.Elections());
        var answers = new List<int>();
        story.World.OnStep = (_, input, outputs) =>
        {
            if (old.Any(late => ReferenceEquals(late.Vote, input))) answers.Add(Asked.For<Output.SendPeer>(outputs).Count());
            Assert.Empty(Asked.For<Output.RoleChanged>(outputs));
        };
        foreach ((SimulatedServer to, Input.PeerMessage vote) in old) to.Life?.Transport.Post(vote);
        story.Run(10);
        Assert.True(answers.Count > 10, $"only {answers.Count} late votes arrived");
        Assert.All(answers, static count => Assert.InRange(count, 0, 1));
        Assert.Equal(before, (story.LeaderId(), story.Leader.Life!.Peer.Epoch, story.Elections()));
    }

    /// <summary>A server that is down, and one that is not there at all: no RST says that its vote need not be waited for.</summary>
    [Fact]
    public void E09_a_host_that_swallows_connections_does_not_slow_the_election()
    {
        double refusing = 0, swallowing = 0;
        for (ulong seed = 1; seed <= 10; seed++)
        {
            refusing += Failover(seed, static host => host.Kill());
            swallowing += Failover(seed, static host => host.LosePower());
        }

        Assert.True(swallowing <= 1.1 * refusing, $"ten elections took {swallowing:F3} s with the host, and {refusing:F3} s without");
    }

    private static double Failover(ulong seed, Action<SimulatedServer> lose)
    {
        Story story = Story.Running(voters: 5, with: options => options with { Seed = seed });
        lose(story[1]);
        story.Run(3);
        int elections = story.Elections();
        story.Leader.LosePower();
        return story.SecondsUntil(() => story.Elections() > elections, "another leader");
    }

    /// <summary>Noise, damaged votes, wrong lengths, and frames whose checksums are right and whose content is not.</summary>
    [Fact]
    public void E10_whatever_bytes_come_to_the_election_port_do_no_harm()
    {
        double undisturbed = UntilElected(static _ => { });
        var random = new DeterministicRandom(10);
        int refused = 0;
        double disturbed = UntilElected(server =>
        {
            for (int i = 0; i < 10; i++) refused += IsRefused(server, Noise(random, server)) ? 1 : 0;
        });
        Assert.Equal(undisturbed, disturbed);
        Assert.True(refused > 200, $"{refused} were refused");
    }

    private static double UntilElected(Action<SimulatedServer> afterEach)
    {
        var story = new Story(voters: 3);
        story.World.StartAll();
        return story.SecondsUntil(
            () =>
            {
                afterEach(story[1]);
                return story.AreServing(1, 2, 3);
            },
            "all serve");
    }

    private static byte[] Noise(DeterministicRandom random, SimulatedServer server)
    {
        byte[] body = new byte[random.Next(200)];
        for (int i = 0; i < body.Length; i++) body[i] = random.Next(3) == 0 ? (byte)0xFF : (byte)random.Next(256);
        var candidate = new Candidate(9, new Zxid(9, 9), new ServerId(2));
        var vote = EncodedMessage.Of(new Message.Vote(VoteState.Looking, 9, candidate, true, new Incarnation(2), 9, candidate.LastZxid, Zxid.None));
        var unknown = EncodedMessage.Control((FrameType)(0x10 | random.Next(4)), body);
        byte[] frame = server.Life!.Transport.Frame(random.Next(2) == 0 ? vote : unknown, incarnation: 1);
        switch (random.Next(5))
        {
            case 0: return body;
            case 1: return frame[..random.Next(frame.Length)];
            case 2: frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8)); break;
            case 3: Frame.WriteHeader(frame, FrameType.Founding, default, 1, 0, int.MaxValue - Frame.HeaderBytes, 0); break;
            case 4: Frame.WriteHeader(frame, FrameType.Founding, default, 1, 0, -random.Next(1_000_000), 0); break;
        }

        return frame;
    }

    /// <summary>What is no message is refused as such, and costs no more memory than it is long.</summary>
    private static bool IsRefused(SimulatedServer server, byte[] bytes)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isRefused = false;
        try
        {
            server.Life!.Transport.Read(bytes, Limits.SmallFrameBytesMax, incarnation: 1, FrameTypes.IsPeer, out _);
        }
        catch (WireException)
        {
            isRefused = true;
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024);
        return isRefused;
    }

    /// <summary>An observer of another time: its epoch and its zxid are higher than anything that the voters know.</summary>
    [Fact]
    public void E15_an_observer_with_a_huge_epoch_never_leads_never_counts_and_burns_no_epoch()
    {
        var story = new Story(voters: 3, observers: 1);
        story.HoldPast(4, 1_000, 900, (900, 5));
        story.Start(4, 1);
        story.Run(10);
        Assert.Equal((0, Role.Looking), (story.Elections(), story.PeerOf(1).Role));            // One voter and an observer are no quorum.

        story.Start(2, 3);
        story.UntilTheyServe(1, 2, 3);
        story.Run(30);
        Assert.Equal((1, 1u), (story.Elections(), story.Leader.Life!.Peer.Epoch));
        story.Leader.Kill();
        story.UntilTheyServe(1, 2);
        story.Run(30);
        Assert.Equal((2, 2u), (story.Elections(), story.Leader.Life!.Peer.Epoch));
        Assert.All(story.Voters().Where(static voter => voter.IsUp), static voter => Assert.Equal(2u, voter.Life!.Peer.HardState.AcceptedEpoch));
    }

    /// <summary>Each of five is killed and started again every 0.2 to 2 seconds, for a minute.</summary>
    [Fact]
    public void E17_after_a_storm_of_restarts_there_is_a_leader_soon_and_nothing_is_lost()
    {
        Story story = Story.Running(voters: 5);
        var ledger = new Ledger(story);
        var random = new DeterministicRandom(17);
        long end = story.World.Time.Now + TimeSpan.TicksPerMinute;
        int restarts = 0;
        foreach (SimulatedServer server in story.World.Servers) Strike(server);
        while (story.World.Time.Now < end)
        {
            ledger.Write(1 + (uint)random.Next(5));
            story.Run(0.25);
        }

        foreach (SimulatedServer server in story.World.Servers)
            if (!server.IsUp) Assert.Null(server.Start());
        Assert.InRange(story.SecondsUntil(() => story.AreServing(1, 2, 3, 4, 5), "all serve again"), 0, 5);
        story.UntilAllEqual();
        Assert.InRange(story.PeerOf(1).Epoch, 2u, (uint)restarts);
        ledger.RequireAt(1);

        void Strike(SimulatedServer server) => story.Later(TimeSpan.FromMilliseconds(200 + random.Next(1800)), () =>
        {
            if (story.World.Time.Now >= end) return;
            server.Kill();
            restarts++;
            story.Later(TimeSpan.FromMilliseconds(random.Next(100)), () =>
            {
                if (!server.IsUp) server.Start();
                Strike(server);
            });
        });
    }
}
