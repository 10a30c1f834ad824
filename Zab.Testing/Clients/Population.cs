using Zab.Replica;
using Zab.Testing.Linearizability;

namespace Zab.Testing;

/// <summary>All clients of one simulation, and what they saw.</summary>
internal sealed class Population
{
    private readonly World _world;
    private readonly List<SimulatedClient> _clients = [];
    private readonly Dictionary<ulong, long> _utcTicks = [];            // Of each entry that was applied anywhere.
    private long _place;

    internal Population(World world, Func<DeterministicRandom, Invocation> load, int clients, int operationsPerSecond, ulong seed)
    {
        _world = world;
        Load = load;
        var seeds = new DeterministicRandom(seed);
        PauseTicks = TimeSpan.TicksPerSecond * clients / operationsPerSecond;
        for (int i = 0; i < clients; i++) _clients.Add(new SimulatedClient(world, this, i, seeds.NextUInt64()));
        world.OnTurn = OnTurn;
        world.OnLost = OnLost;
        world.OnEntry = entry => _utcTicks.TryAdd(entry.Zxid.Value, entry.UtcTicks);
    }

    internal CallHistory History { get; } = new();

    /// <summary>Queries that asked for less than linearizability, in the order of their ends.</summary>
    internal List<SessionRead> Reads { get; } = [];

    internal Func<DeterministicRandom, Invocation> Load { get; }

    /// <summary>How long a client waits between two calls, on average.</summary>
    internal long PauseTicks { get; }

    internal IReadOnlyList<SimulatedClient> Clients => _clients;

    internal long Answered { get; set; }

    internal bool IsIdle => _clients.TrueForAll(static client => client.IsIdle);

    /// <summary>A place in the one order of what all clients see.</summary>
    internal long NextPlace() => ++_place;

    internal void Begin()
    {
        foreach (SimulatedClient client in _clients) client.Begin();
    }

    /// <summary>No client begins a new call; those under way are seen to their end.</summary>
    internal void Cease()
    {
        foreach (SimulatedClient client in _clients) client.Cease();
    }

    internal AppliedAt At(Zxid zxid, SessionId session = default) => new(zxid, _utcTicks.GetValueOrDefault(zxid.Value), session);

    private void OnTurn(ServerLife life)
    {
        foreach (SimulatedClient client in _clients) client.Look(life);
    }

    private void OnLost(ServerLife life)
    {
        foreach (SimulatedClient client in _clients) client.Lose(life);
    }
}

/// <summary>What a query that is not linearizable was answered: which state it read, and which it had to be at least.</summary>
internal readonly record struct SessionRead(int Client, Zxid Read, Zxid AtLeast);
