using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>A rule was broken on the way to where a search was to begin, or that place cannot be reached.</summary>
internal sealed class StartFailedException(string message, bool isViolation) : Exception(message)
{
    internal bool IsViolation { get; } = isViolation;
}

/// <summary>Leads a world along one path, by the moves that a search would make: so that a search begins at something that can really come about.</summary>
internal sealed class Director
{
    private const int StepsMax = 5_000;

    private readonly Tables _tables;
    private readonly Stage _stage;
    private readonly WorldMoves _list;
    private readonly WorldSteps _steps;
    private readonly List<Move> _moves = [];

    internal Director(Tables tables, bool isFounded)
    {
        Bounds bounds = new();
        foreach (Budget budget in Enum.GetValues<Budget>()) bounds = bounds.With(budget, Bounds.BudgetMax);
        (_tables, _stage) = (tables, tables.Locals.NewStage());
        (_list, _steps) = (new WorldMoves(tables, bounds), new WorldSteps(tables, bounds, _stage));
        World = new World(tables) { GhostId = tables.Ghosts.IdOf(new Ghost(tables.Locals.Paths.Empty, [], Ghost.NoReader, Zxid.None)) };
        for (int place = 0; place < tables.Setting.Count; place++)
        {
            _stage.Begin(place, 0);
            World.SetLocal(place, tables.Locals.Add(new Server(tables.Setting.NewDisk(place, isFounded)), _stage).Id);
        }
    }

    internal World World { get; }

    internal List<string> Story { get; } = [];

    /// <summary>The server that is established as the leader.</summary>
    internal int Leader => Find(summary => summary.Leading == LeaderPhase.Broadcast);

    internal void StartAll()
    {
        for (int place = 0; place < _tables.Setting.Count; place++) Do(LocalKind.Start, place);
    }

    internal void Do(LocalKind kind, int server, int amount = 0) => Make(Move.Local(kind, server, amount));

    /// <summary>All its writes under way are done, and then the power goes.</summary>
    internal void Crash(int server) => Do(LocalKind.Crash, server, Move.CrashAmount(World.Local(server).Summary.WriteCount, 0));

    /// <summary>Lets everything happen that does not need a fault, a caller or a limit that passes, until nothing is left.</summary>
    /// <param name="isHeld">What must wait.</param>
    internal void Run(Func<World, Move, bool>? isHeld = null)
    {
        for (int i = 0; i < StepsMax; i++)
        {
            _list.List(World, _moves);
            Move[] natural = [.. _moves.Where(move => IsNatural(move) && isHeld?.Invoke(World, move) != true).OrderBy(static move => IsWait(move) ? 1 : 0)];
            if (natural.Length == 0) return;
            Make(natural[0]);
        }

        throw new StartFailedException($"there is no end to what happens:\n{string.Join('\n', Story.TakeLast(30))}", isViolation: false);
    }

    /// <summary>What is on its way in broken channels never arrives.</summary>
    internal void LoseAll()
    {
        while (true)
        {
            _list.List(World, _moves);
            int lost = _moves.FindIndex(static move => move.Kind == MoveKind.Lose);
            if (lost < 0) return;
            Make(_moves[lost]);
        }
    }

    internal void Require(bool condition, string what)
    {
        if (!condition) throw new StartFailedException($"{what} does not come about:\n{string.Join('\n', Story.TakeLast(30))}", isViolation: false);
    }

    /// <summary>Whether a move brings something to this server on a channel.</summary>
    internal static bool IsDeliveryTo(Move move, int server) => move.Kind == MoveKind.Deliver && move.Server == server;

    private int Find(Func<Summary, bool> condition)
    {
        for (int place = 0; place < _tables.Setting.Count; place++)
            if (condition(World.Local(place).Summary)) return place;
        return -1;
    }

    private void Make(Move move)
    {
        Story.Add(Words.Of(World, move, _tables));
        if (_steps.Make(World, move) == Outcome.Broken) throw new StartFailedException($"{_steps.Broken}\n{string.Join('\n', Story)}", isViolation: true);
    }

    private bool IsNatural(Move move) => move.Kind switch
    {
        MoveKind.Peer or MoveKind.Deliver => true,
        MoveKind.Local => (LocalKind)move.A switch
        {
            LocalKind.Write => move.B == World.Local(move.Server).Summary.WriteCount,
            LocalKind.Answer or LocalKind.FinalizeWait => true,
            _ => false,
        },
        _ => false,
    };

    private static bool IsWait(Move move) => move.Kind == MoveKind.Local && (LocalKind)move.A == LocalKind.FinalizeWait;
}
