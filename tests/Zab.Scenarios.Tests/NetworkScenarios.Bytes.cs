using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Testing;
using Zab.Wire;

namespace Zab.Scenarios;

/// <summary>What happens to bytes on their way: rows N07 to N09, N11, N13 and N14.</summary>
public sealed partial class NetworkScenarios
{
    /// <summary>Delays up to five seconds, a third of all wires dead at any time, connections that break, votes that come twice, frames of earlier connections.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void N07_loss_delay_duplication_and_reordering_lose_nothing(ulong seed)
    {
        var patient = new PeerOptions { SyncLimit = TimeSpan.FromSeconds(15), InitLimit = TimeSpan.FromSeconds(150) };
        Story story = Story.Running(voters: 5, with: options => options with { Seed = seed, Peer = patient });
        var random = new DeterministicRandom(seed);
        var ledger = new Ledger(story);
        foreach (SimulatedWire wire in story.Network.Wires)
        {
            wire.DelayTicks = 5 * TimeSpan.TicksPerSecond >> random.Next(6);
            wire.ReplaysPerMillion = 2_000;
        }

        var twice = new HashSet<Input>(ReferenceEqualityComparer.Instance);
        story.World.OnStep = (server, input, _) =>
        {
            if (input is not Input.PeerMessage || twice.Contains(input) || random.Next(2) == 0) return;
            twice.Add(input);
            story.Later(TimeSpan.FromMilliseconds(random.Next(5_000)), () => server.Life?.Transport.Post(input));
        };
        story.Network.OnArrival = (_, _, _) => random.Next(200) == 0 ? Arrival.Broken : Arrival.Delivered;
        for (int i = 0; i < 120; i++)
        {
            foreach (SimulatedWire wire in story.Network.Wires)
            {
                if (random.Next(10) < 3) story.Network.Block(wire.From, wire.To);
                else if (wire.IsBlocked) story.Network.Heal(wire.From, wire.To);
            }

            ledger.Write(1 + (uint)random.Next(5));
            story.Run(2);
        }

        story.World.OnStep = null;
        story.Network.OnArrival = null;
        story.Network.HealAll();
        story.UntilAllEqual();
        ledger.RequireAt(1);
    }

    /// <summary>A frame of the leader of another connection, of another cluster, damaged, or of a type that does not belong there.</summary>
    [Fact]
    public void N08_recorded_frames_are_refused_by_incarnation_cluster_and_checksum()
    {
        Story story = Story.Running(voters: 3);
        SimulatedTransport follower = story[1].Life!.Transport, leader = story[3].Life!.Transport;
        var commit = EncodedMessage.Of(new Message.Commit(1, new Zxid(1, 1)));
        var ack = EncodedMessage.Of(new Message.Ack(1, Zxid.None));
        Assert.IsType<Message.Commit>(Read(leader.Frame(commit, incarnation: 7)));
        Assert.Contains("incarnation", Refusal(leader.Frame(commit, incarnation: 6)), StringComparison.Ordinal);
        Assert.Contains("does not belong", Refusal(leader.Frame(ack, incarnation: 7)), StringComparison.Ordinal);
        byte[] damaged = leader.Frame(commit, incarnation: 7);
        damaged[^1] ^= 1;
        Assert.Contains("checksum", Refusal(damaged), StringComparison.Ordinal);
        leader.Local.Cluster = new ClusterId(99);
        Assert.Contains("cluster", Refusal(leader.Frame(commit, incarnation: 7)), StringComparison.Ordinal);

        string Refusal(byte[] frame) => Assert.Throws<WireException>(() => Read(frame)).Message;

        Message Read(byte[] frame) => follower.Read(frame, Limits.FrameBytesMax, incarnation: 7, Zab.Transport.TcpChannel.Expects(isOutgoing: true), out _);
    }

    /// <summary>A message of an old leader that comes on a channel which has its role no more, and one of an old epoch on the right channel.</summary>
    [Fact]
    public void N08_words_of_an_old_leader_change_nothing()
    {
        var story = new Story(voters: 3, with: static options => options with { IsFoundedByToken = false });
        var old = new List<Input.Received>();
        story.World.OnStep = (server, input, _) =>
        {
            if (server.Id.Value == 1 && input is Input.Received received) old.Add(received);
        };
        story.World.StartAll();
        story.UntilAllServe();
        story.Written(1, "k", "old");
        story[3].Kill();
        story.UntilTheyServe(1, 2);
        story.Start(3);
        story.UntilAllEqual();
        (Zxid, Zxid, uint) before = (story.PeerOf(1).LastLogged, story.PeerOf(1).LastCommitted, story.PeerOf(1).Epoch);

        ChannelId channel = old.First(static received => received.Message is Message.LeaderInfo).Channel;
        Input.Received[] late = [.. old.Where(received => received.Channel == channel && received.Message is not Message.Ping)];
        Assert.Contains(late, static received => received.Message is Message.Proposal);
        story.World.OnStep = (_, input, outputs) =>
        {
            if (late.Contains(input)) Assert.All(Asked.For<Output>(outputs), static output => Assert.IsType<Output.Ignored>(output));
        };
        foreach (Input.Received received in late) story[1].Life!.Transport.Post(received);
        story.Run(5);
        Assert.Equal(before, (story.PeerOf(1).LastLogged, story.PeerOf(1).LastCommitted, story.PeerOf(1).Epoch));
    }

    [Fact]
    public void N08_bytes_of_earlier_connections_on_every_wire_lose_nothing()
    {
        Story story = Story.Running(voters: 3);
        foreach (SimulatedWire wire in story.Network.Wires) wire.ReplaysPerMillion = 20_000;
        RequireHarmless(story);
    }

    [Fact]
    public void N09_flipped_bits_close_connections_and_reach_no_log()
    {
        Story story = Story.Running(voters: 3);
        foreach (SimulatedWire wire in story.Network.Wires) wire.FlipsPerMillion = 10_000;
        RequireHarmless(story);
    }

    /// <summary>A minute of writes on bad wires: frames are refused, every server is alive in the end, and holds what was acknowledged.</summary>
    private static void RequireHarmless(Story story)
    {
        var ledger = new Ledger(story);
        for (uint i = 0; i < 300; i++)
        {
            ledger.Write(1 + (i % 3));
            if (i % 50 == 0) story.Network.Break(new ServerId(1), new ServerId(3));
            story.Run(0.2);
        }

        Assert.True(story.World.Rarities[Rare.FrameRefused] > 3, $"{story.World.Rarities[Rare.FrameRefused]} frames were refused");
        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.All(story.World.Servers, static server => Assert.True(server.IsUp && server.Stopped is null));
        ledger.RequireAt(1);
    }

    /// <summary>One follower gets 50 KB a second, and the others write twenty times as much.</summary>
    [Fact]
    public void N11_a_slow_link_costs_bounded_memory_and_its_follower_ends_by_a_snapshot()
    {
        const int valueBytes = 64 * 1024;
        Story story = Story.Running(
            voters: 3,
            with: static options => options with { SnapshotEveryBytes = 512 * 1024, Store = options.Store with { SegmentBytes = 256 * 1024 } });
        (ServerId leader, ServerId slow) = (new ServerId(3), new ServerId(1));
        string value = new('x', valueBytes);
        story.Written(2, "k", value);
        story.Network[leader, slow].BytesPerSecond = 50_000;
        long most = 0;
        story.World.OnStep = (_, _, _) =>
        {
            foreach (SimulatedChannel channel in story.Network.Channels)
                if (channel.Goes(leader, slow)) most = Math.Max(most, channel.QueuedBytes(leader));
        };
        for (int i = 0; i < 200; i++)
        {
            Assert.InRange(story.SecondsUntil(Answered(story.Write(2, "k", value)), "the others go on"), 0, 0.2);
            story.Run(0.05);
        }

        story.World.OnStep = null;
        Assert.InRange(most, 4 * valueBytes, Limits.LearnerInFlightBytesMax + (2L * valueBytes));
        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.True(story.World.Rarities[Rare.SnapshotInstalled] > 0, "no snapshot was needed");
        Assert.Equal(1, story.Elections());
    }

    /// <summary>In half of the runs in the moment in which somebody is elected, in the others when it is established; five or three servers, any cut.</summary>
    [Fact]
    public void N13_a_partition_that_heals_as_an_election_ends_leaves_one_leader_an_epoch()
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            var random = new DeterministicRandom(seed);
            Story story = Story.Running(voters: 3 + (2 * random.Next(2)), with: options => options with { Seed = seed });
            uint old = story.LeaderId();
            bool whenElected = random.Next(2) == 0;
            bool hasEnded = false;
            foreach (uint other in story.OthersThan(old)) story.CutFrom(old, other);
            story.World.OnStep = (server, _, outputs) =>
            {
                if (hasEnded || server.Id.Value == old) return;
                hasEnded = whenElected ? Asked.ToBeElected(outputs) : Asked.For<Output.RoleChanged>(outputs).Any(static changed => changed.Role == Role.Leading);
                if (hasEnded) story.Later(TimeSpan.FromMicroseconds(random.Next(2_000)), story.Network.HealAll);
            };
            story.Until(() => hasEnded, "an election ends");
            story.UntilAllEqual();
            Assert.InRange(story.Elections(), 2, 4);
        }
    }

    /// <summary>The largest request goes to the leader, to every log, and to a server that was away, entry by entry.</summary>
    [Fact]
    public void N14_the_largest_entry_is_replicated_and_synchronised()
    {
        Story story = Story.Running(voters: 3, with: static options => options with { SnapshotEveryBytes = long.MaxValue });
        story[1].Kill();
        Call call = story.Write(2, "kk", Largest(story));
        story.Until(Answered(call), "the largest write is answered");
        Assert.Equal(Limits.PayloadBytesMax, call.Payload.Length);
        story.Start(1);
        story.UntilAllEqual();
        Assert.Equal(0, story.World.Rarities[Rare.SnapshotInstalled]);
    }

    [Fact]
    public void N14_a_state_of_the_largest_entries_is_synchronised_in_chunks()
    {
        Story story = Story.Running(voters: 3, with: static options => options with { SnapshotEveryBytes = 1024 * 1024 });
        story.Written(3, "k0", "small");
        story[1].Kill();
        int compactions = 0;
        story.World.OnStep = (server, _, outputs) => compactions += server.Id.Value == 3 ? Asked.For<Output.CompactLog>(outputs).Count() : 0;
        for (int i = 0; compactions < 2; i++)
        {
            Assert.InRange(i, 0, 20);
            string value = i == 0 ? Largest(story) : new string('x', 1024 * 1024);
            story.Until(Answered(story.Write(3, $"k{i % 3}", value)), "a large write is answered");
            story.Run(1);
        }

        int chunks = 0;
        story.World.OnStep = (_, input, _) => chunks += input is Input.Received { Message: Message.SnapshotChunk } ? 1 : 0;
        story.Start(1);
        story.UntilAllEqual();
        Assert.True(chunks > 2 * Limits.SnapshotChunksInFlight, $"{chunks} chunks");
        Assert.Equal(1, story.World.Rarities[Rare.SnapshotInstalled]);
    }

    /// <summary>One byte more is refused at the leader and at a follower, before there is a zxid.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void N14_a_larger_entry_is_refused_before_a_zxid_is_given(uint server)
    {
        Story story = Story.Running(voters: 3, with: static options => options with { IsFoundedByToken = false });
        story.Written(server, "k", "v");
        story.UntilAllEqual();
        Zxid before = story.Leader.Life!.Peer.LastLogged;
        string? refusal = null;
        story.World.OnStep = (_, _, outputs) => refusal ??= Asked.For<Output.Refused>(outputs).FirstOrDefault()?.Reason;
        Assert.True(story[server].Life!.Replica.TrySubmit(new ProposalRequest(1, new byte[Limits.PayloadBytesMax + 1])));
        story.Until(() => refusal is not null, "it is refused");
        Assert.Equal($"the request has {Limits.PayloadBytesMax + 1} bytes; at most {Limits.PayloadBytesMax} are allowed", refusal);
        story.Run(1);
        Assert.Equal(before, story.Leader.Life!.Peer.LastLogged);
    }

    private static Func<bool> Answered(Call call) => () => call.Answer.IsCompletedSuccessfully;

    /// <summary>A value that fills a proposal to the last byte, under a key of two letters.</summary>
    private static string Largest(Story story) => new('x', Limits.PayloadBytesMax - story.Write(3, "kk", "").Payload.Length);
}
