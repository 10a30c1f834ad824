using Zab.Replica;
using Zab.Testing.Linearizability;

namespace Zab.Testing;

/// <summary>All clients of one simulation, and what they saw.</summary>
internal sealed class Population
{
    private readonly World _world;
    private readonly List<SimulatedClient> _clients = [];
    private readonly Dictionary<ulong, long> _utcTicks = [];            // Of each entry that was applied anywhere.
    private readonly Dictionary<(ulong Session, ulong Request), Zxid> _executed = [];       // What was executed, and where first.
    private readonly List<(int Operation, SessionId Session, ulong Number)> _numbered = [];
    private readonly List<(int Operation, Call Call)> _inServerSessions = [];               // Their numbers are the servers' affair, and may still change.
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
        world.OnExecuted = (session, request, zxid) => _executed.TryAdd((session.Value, request), zxid);
        world.OnEntry = entry => _utcTicks.TryAdd(entry.Zxid.Value, entry.UtcTicks);
    }

    internal CallHistory History { get; } = new();

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

    /// <summary>Under which number an operation was called.</summary>
    internal void Called(int operation, SessionId session, ulong number) => _numbered.Add((operation, session, number));

    internal void Called(int operation, Call call) => _inServerSessions.Add((operation, call));

    /// <summary>Tells the history where its calls were executed, those that nobody was answered included, and gives the order in which they were.</summary>
    internal IReadOnlyList<AppliedWrite> ResolveOrder()
    {
        List<AppliedWrite> order = [];
        IEnumerable<(int Operation, SessionId Session, ulong Number)> all = _numbered.Concat(_inServerSessions.Where(static called => called.Call.Number > 0).Select(static called => (called.Operation, called.Call.Session.Id, called.Call.Number)));
        foreach ((int operation, SessionId session, ulong number) in all)
        {
            if (!_executed.TryGetValue((session.Value, number), out Zxid zxid)) continue;
            if (History.Operations[operation].AppliedAt is null) History.Applied(operation, At(zxid, session));
            order.Add(new AppliedWrite(zxid, operation));
        }

        order.Sort(static (one, other) => one.Zxid.CompareTo(other.Zxid));
        return order;
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
