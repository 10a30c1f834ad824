using Xunit;
using Zab.Core;
using Zab.Simulator.Explore;

namespace Zab.Tests.Explore;

public sealed class WorldTests
{
    private readonly Tables _tables = new(new Setting(3, 0), isFresh: false);

    [Fact]
    public void A_world_that_was_packed_and_unpacked_is_the_same()
    {
        World world = Starts.Reach("halfway", _tables);
        world.CutOff = 2;
        world.Use(Budget.Resends);
        world.Use(Budget.Proposals);
        Span<byte> bytes = stackalloc byte[World.BytesMax];
        int length = world.Write(bytes);

        var again = new World(_tables);
        int at = 0;
        again.Read(bytes[..length], ref at);

        Assert.Equal(length, at);
        Assert.Equal(world.Fingerprint(), again.Fingerprint());
        Assert.Equal(2, again.CutOff);
        Assert.Equal(1, again.Used(Budget.Resends));
        Assert.Equal(1, again.Used(Budget.Proposals));
        Assert.Equal(0, again.Used(Budget.Crashes));
    }

    [Fact]
    public void Each_budget_has_a_counter_of_its_own()
    {
        foreach (Budget budget in Enum.GetValues<Budget>())
        {
            var world = new World(_tables) { CutOff = 1 };
            for (int i = 0; i < Bounds.BudgetMax; i++) world.Use(budget);

            foreach (Budget other in Enum.GetValues<Budget>()) Assert.Equal(other == budget ? Bounds.BudgetMax : 0, world.Used(other));
            Assert.Equal(1, world.CutOff);
        }
    }

    [Fact]
    public void Channels_stand_in_the_order_of_their_names_and_go_when_both_ends_are_closed()
    {
        var world = new World(_tables);
        world.Insert(ChannelName.Of(2, 0), leader: 1);
        world.Insert(ChannelName.Of(0, 1), leader: 1);
        world.Insert(ChannelName.Of(0, 0), leader: 2);
        Assert.Equal([ChannelName.Of(0, 0), ChannelName.Of(0, 1), ChannelName.Of(2, 0)], Names(world));

        world.ChannelAt(1).CloseEnd(ofLeader: true);
        world.RemoveClosed();
        Assert.Equal(3, world.ChannelCount);

        world.ChannelAt(1).CloseEnd(ofLeader: false);
        world.RemoveClosed();
        Assert.Equal([ChannelName.Of(0, 0), ChannelName.Of(2, 0)], Names(world));
        Assert.Equal(2, world.ChannelAt(0).Leader);
    }

    [Fact]
    public void A_peer_message_that_is_late_stays_late_when_a_newer_one_replaces_it_and_not_when_it_has_arrived()
    {
        var world = new World(_tables);
        world.SetPeerMessage(0, 1, 2, 40);
        world.Delay(0, 1, 2);
        ulong late = Fingerprint(world);
        world.SetPeerMessage(0, 1, 2, 41);

        Assert.Equal(41, world.PeerMessage(0, 1, 2));
        Assert.True(world.IsDelayed(0, 1, 2));
        world.RemovePeerMessage(0, 1, 2);
        Assert.Equal(-1, world.PeerMessage(0, 1, 2));
        world.SetPeerMessage(0, 1, 2, 40);
        Assert.False(world.IsDelayed(0, 1, 2));
        Assert.NotEqual(late, Fingerprint(world));
    }

    [Fact]
    public void A_queue_gives_what_was_put_in_first()
    {
        MessageQueues queues = _tables.Queues;
        int ack = MessageQueues.ItemOf(_tables.Shared.IdOf(new Message.Ack(1, new Zxid(1, 1))));
        int queue = queues.Push(queues.Push(queues.Push(0, MessageQueues.Up), ack), MessageQueues.Down);

        Assert.Equal([MessageQueues.Up, ack, MessageQueues.Down], queues.Items(queue));
        Assert.Equal(MessageQueues.Up, queues.Head(queue));
        Assert.Equal(ack, queues.Head(queues.Tail(queue)));
        Assert.True(queues.IsEnded(queue));
        Assert.False(queues.IsEnded(queues.Push(0, ack)));
        Assert.Equal(0, queues.Tail(queues.Push(0, ack)));
        Assert.Equal(queue, queues.Push(queues.Push(queues.Push(0, MessageQueues.Up), ack), MessageQueues.Down));
    }

    [Fact]
    public void A_new_channel_gets_the_least_number_that_is_free()
    {
        uint used = ChannelName.Bit(ChannelName.Of(1, 0)) | ChannelName.Bit(ChannelName.Of(1, 2)) | ChannelName.Bit(ChannelName.Of(0, 1));

        Assert.Equal(1, ChannelName.FreeNumber(1, used));
        Assert.Equal(0, ChannelName.FreeNumber(2, used));
        Assert.Null(ChannelName.FreeNumber(3, uint.MaxValue));
        Assert.Equal(1, ChannelName.Learner(ChannelName.Of(1, 7)));
    }

    /// <summary>The tables know no message with these numbers yet.</summary>
    private ulong Fingerprint(World world)
    {
        while (_tables.Shared.Count < 50) _tables.Shared.IdOf(new Message.Ack(7, new Zxid(7, (uint)_tables.Shared.Count)));
        world.GhostId = _tables.Ghosts.IdOf(new Ghost(_tables.Locals.Paths.Empty, [], Ghost.NoReader, Zxid.None));
        if (_tables.Locals.Count == 0) _tables.Locals.Add(new Server(_tables.Setting.NewDisk(0, isFounded: true)), _tables.Locals.NewStage());
        return world.Fingerprint();
    }

    private static uint[] Names(World world)
    {
        var names = new uint[world.ChannelCount];
        for (int i = 0; i < names.Length; i++) names[i] = world.ChannelAt(i).Name;
        return names;
    }
}
