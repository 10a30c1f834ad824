using System.Diagnostics;

namespace Zab.Simulator.Explore;

/// <summary>What a search found.</summary>
internal sealed record SearchResult
{
    /// <summary>Distinct worlds.</summary>
    internal long States { get; init; }

    /// <summary>Moves from one to another, or to itself.</summary>
    internal long Transitions { get; init; }

    /// <summary>Moves that led out of the bounds.</summary>
    internal long OutOfBounds { get; init; }

    /// <summary>The longest of the shortest paths to a state.</summary>
    internal int Depth { get; init; }

    /// <summary>Whether everything within the bounds was followed.</summary>
    internal bool IsFinished { get; init; }

    internal TimeSpan Time { get; init; }

    /// <summary>The rule that is broken, and the moves that lead there; null where all is well.</summary>
    internal Violation? Violation { get; init; }
}

/// <summary>A rule that is broken after these moves, and not after fewer.</summary>
internal sealed record Violation(string Broken, IReadOnlyList<Move> Moves);

/// <summary>
/// Follows every path from a world within bounds, breadth first, so that a broken rule is found on a shortest path. Threads share each level; what is counted
/// does not depend on which of them comes first.
/// </summary>
/// <remarks>
/// Memory: 8 bytes and a third for the fingerprint of each state, at worst twice that; 8 for how it was reached; about 50 for each state of the last two levels, which
/// are kept whole, so nothing has to be replayed. A world that has the fingerprint of another one is taken for it; how likely that happened is told at the end.
/// </remarks>
internal sealed class Search(Tables tables, Bounds bounds, World start)
{
    private readonly FingerprintSet _visited = new();
    private readonly Ancestry _ancestry = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly Lock _lock = new();
    private long _states = 1;
    private long _transitions;
    private long _outOfBounds;
    private long _toldAt;
    private volatile bool _isStopped;
    private (string Broken, long State, int Move)? _broken;

    /// <summary>Threads that share the work.</summary>
    internal int Threads { get; init; } = 2;

    /// <summary>Whether the time is over.</summary>
    internal Func<bool> IsLate { get; init; } = static () => false;

    /// <summary>Told every ten seconds how far it is.</summary>
    internal Action<string> Progress { get; init; } = static _ => { };

    internal SearchResult Run()
    {
        var level = new Frontier();
        Frontier.Filler filler = level.NewFiller();
        filler.Add(_ancestry.NewNumbers().Next(-1, 0), start);
        filler.Finish();
        _visited.Add(start.Fingerprint());
        SearchWorker[] workers = [.. Enumerable.Range(0, Threads).Select(_ => new SearchWorker(this, tables, bounds, _visited, _ancestry.NewNumbers()))];

        int depth = 0;
        while (level.Bytes > 0 && !_isStopped && depth < bounds.Depth)
        {
            var next = new Frontier();
            Follow(workers, level, next, depth);
            level = next;
            if (level.Bytes > 0) depth++;
        }

        return new SearchResult
        {
            States = _states, Transitions = _transitions, OutOfBounds = _outOfBounds, Depth = depth, IsFinished = !_isStopped && level.Bytes == 0, Time = _watch.Elapsed,
            Violation = _broken is { } found ? new Violation(found.Broken, PathTo(found.State, found.Move)) : null,
        };
    }

    internal bool IsStopped => _isStopped;

    /// <summary>A rule is broken behind this state, by this one of its moves.</summary>
    internal void Found(string broken, long state, int move)
    {
        lock (_lock) _broken ??= (broken, state, move);
        _isStopped = true;
    }

    internal void Count(long states, long transitions, long outOfBounds, int depth)
    {
        states = Interlocked.Add(ref _states, states);
        Interlocked.Add(ref _transitions, transitions);
        Interlocked.Add(ref _outOfBounds, outOfBounds);
        if (states >= bounds.States || IsLate()) _isStopped = true;

        long now = _watch.ElapsedMilliseconds;
        long told = Interlocked.Read(ref _toldAt);
        if (now - told < 10_000 || Interlocked.CompareExchange(ref _toldAt, now, told) != told) return;
        Progress($"depth {depth}, {states:N0} states, {states * 1000 / now:N0} a second; {tables.Locals.Count:N0} states of single servers, {tables.Locals.StepsMade:N0} steps of the core");
    }

    private static void Follow(SearchWorker[] workers, Frontier level, Frontier next, int depth)
    {
        if (workers.Length == 1 || level.IsSmall)
        {
            workers[0].Follow(level, next, depth);
            return;
        }

        Thread[] threads = [.. workers.Select(worker => new Thread(() => worker.Follow(level, next, depth)))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
    }

    private List<Move> PathTo(long state, int last)
    {
        var moves = new List<Move>();
        var possible = new List<Move>();
        var world = new World(tables);
        world.CopyFrom(start);
        var list = new WorldMoves(tables, bounds);
        var steps = new WorldSteps(tables, bounds, tables.Locals.NewStage());
        foreach (int place in _ancestry.PathTo(state).Append(last))
        {
            list.List(world, possible);
            moves.Add(possible[place]);
            steps.Make(world, possible[place]);
        }

        return moves;
    }
}
