using Zab.Core;

namespace Zab.Testing;

/// <summary>All wires between the machines. A wire has a direction, and so has everything that can be wrong with it.</summary>
internal sealed class SimulatedNetwork
{
    private readonly World _world;
    private readonly SortedDictionary<ServerId, SortedDictionary<ServerId, SimulatedWire>> _wires = [];
    private readonly SortedDictionary<ulong, SimulatedChannel> _channels = [];

    internal SimulatedNetwork(World world, ulong seed)
    {
        _world = world;
        Random = new DeterministicRandom(seed);
        foreach (Member from in world.Members.Members)
        {
            _wires[from.Id] = [];
            foreach (Member to in world.Members.Members) _wires[from.Id][to.Id] = new SimulatedWire(from.Id, to.Id) { DelayTicks = world.Options.DelayTicks };
        }
    }

    internal DeterministicRandom Random { get; }

    /// <summary>For stories: says of each message of a channel what becomes of it at its arrival.</summary>
    internal Func<ServerId, ServerId, Message, Arrival>? OnArrival { get; set; }

    /// <summary>Frames that arrived whole and for the right connection.</summary>
    internal long Delivered { get; set; }

    internal IEnumerable<SimulatedWire> Wires => _wires.Values.SelectMany(static to => to.Values).Where(static wire => wire.From != wire.To);

    internal IEnumerable<SimulatedChannel> Channels => _channels.Values;

    internal SimulatedWire this[ServerId from, ServerId to] => _wires[from][to];

    internal bool IsOpen(ServerId from, ServerId to) => !this[from, to].IsBlocked && !this[to, from].IsBlocked;

    internal void Block(ServerId from, ServerId to) => this[from, to].IsBlocked = true;

    internal void Cut(ServerId one, ServerId other)
    {
        Block(one, other);
        Block(other, one);
    }

    internal void Heal(ServerId from, ServerId to)
    {
        this[from, to].IsBlocked = false;
        foreach (SimulatedChannel channel in _channels.Values.ToArray())
            if (channel.Goes(from, to)) channel.Retransmit(from);
    }

    /// <summary>The wire takes as many bytes as there are again.</summary>
    internal void Quicken(ServerId from, ServerId to)
    {
        this[from, to].BytesPerSecond = 0;
        foreach (SimulatedChannel channel in _channels.Values.ToArray())
            if (channel.Goes(from, to)) channel.Hasten(from);
    }

    internal void HealAll()
    {
        foreach (SimulatedWire wire in Wires)
        {
            wire.Mend(_world.Options.DelayTicks);
            Heal(wire.From, wire.To);
        }
    }

    /// <summary>Connections of two servers break, and both are told.</summary>
    internal void Break(ServerId one, ServerId other)
    {
        foreach (SimulatedChannel channel in _channels.Values.ToArray())
            if (channel.Goes(one, other) || channel.Goes(other, one)) channel.Reset("the connection broke");
    }

    /// <summary>A process is gone; its kernel says so to everybody it was connected with.</summary>
    internal void Died(ServerId server)
    {
        foreach (SimulatedChannel channel in _channels.Values.ToArray())
            if (channel.Learner == server || channel.Leader == server) channel.Finish(server);
    }

    /// <summary>How long one packet takes now.</summary>
    internal long Delay(ServerId from, ServerId to)
    {
        SimulatedWire wire = this[from, to];
        return 1 + Random.NextInt64(wire.DelayTicks);
    }

    internal void Add(SimulatedChannel channel) => _channels.Add(channel.Id.Value, channel);

    internal void Remove(SimulatedChannel channel) => _channels.Remove(channel.Id.Value);

    /// <summary>The channel as one end of it knows it; null where it is closed.</summary>
    internal SimulatedChannel? Find(ChannelId id) => _channels.GetValueOrDefault(id.Value);
}

/// <summary>What becomes of a message at its arrival.</summary>
internal enum Arrival
{
    Delivered,

    /// <summary>The connection breaks just before it: this message, and all behind it, are lost.</summary>
    Broken,

    /// <summary>It, and all behind it on its connection, wait until the wire is healed.</summary>
    Held,
}

/// <summary>One direction between two machines.</summary>
internal sealed class SimulatedWire(ServerId from, ServerId to)
{
    internal ServerId From => from;

    internal ServerId To => to;

    /// <summary>Nothing gets through; who sends does not notice.</summary>
    internal bool IsBlocked { get; set; }

    /// <summary>The longest that a packet takes.</summary>
    internal long DelayTicks { get; set; }

    /// <summary>Bytes a second; 0 where that is no limit.</summary>
    internal long BytesPerSecond { get; set; }

    /// <summary>Of a million frames, so many arrive with a bit flipped.</summary>
    internal int FlipsPerMillion { get; set; }

    /// <summary>Of a million frames, so many are followed by one that was recorded on an earlier connection.</summary>
    internal int ReplaysPerMillion { get; set; }

    /// <summary>Bytes that went over an earlier connection.</summary>
    internal byte[]? Recorded { get; set; }

    internal void Mend(long delayTicks) => (IsBlocked, DelayTicks, BytesPerSecond, FlipsPerMillion, ReplaysPerMillion) = (false, delayTicks, 0, 0, 0);
}
