using System.Diagnostics;

namespace Zab.Simulator.Explore;

/// <summary>Exhaustive search of small scopes: every order of events in an ensemble of real peers, within bounds. The command line of it.</summary>
internal static class ExploreCommand
{
    internal static int Run(string[] args, TextWriter output)
    {
        ExploreOptions options;
        try
        {
            options = ExploreOptions.Parse(args);
        }
        catch (FormatException e)
        {
            output.WriteLine(e.Message);
            output.WriteLine(ExploreOptions.Usage, string.Join(", ", Starts.Names));
            return 2;
        }

        IReadOnlyList<Scope> scopes = options.Own is { } own ? [own] : ScopeList.All;
        if (!options.IsList) return new Exploration(options, output).Run(scopes);
        foreach (Scope scope in scopes) output.WriteLine($"{scope}: {scope.Purpose}");
        return 0;
    }
}

/// <summary>Searches scopes one after the other, and says what was found.</summary>
internal sealed class Exploration(ExploreOptions options, TextWriter output)
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _states;
    private long _transitions;
    private int _depth;
    private int _finished;
    private double _collisions;

    internal int Run(IReadOnlyList<Scope> scopes)
    {
        for (int i = 0; i < scopes.Count; i++)
        {
            output.WriteLine($"scope {i + 1} of {scopes.Count}: {scopes[i]}");
            if (!Search(scopes[i], TimeFor(scopes.Count - i))) return 1;
        }

        output.WriteLine();
        output.WriteLine($"{_states:N0} distinct states, {_transitions:N0} transitions, depth up to {_depth}, in {_watch.Elapsed:hh\\:mm\\:ss}: {PerSecond(_states, _watch.Elapsed):N0} states a second");
        output.WriteLine($"{_finished} of {scopes.Count} scopes finished{(_finished < scopes.Count ? "; not finished: the others" : "")}; a state was missed for its fingerprint with a probability below {_collisions:E1}");
        output.WriteLine("0 violations");
        return 0;
    }

    /// <summary>What is left is shared among the scopes that are left: what the small ones do not need goes to the large ones.</summary>
    private TimeSpan TimeFor(int scopesLeft) => options.Time == TimeSpan.MaxValue ? options.Time : (options.Time - _watch.Elapsed) / scopesLeft;

    private bool Search(Scope scope, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        Bounds bounds = scope.Bounds with { Depth = Math.Min(scope.Bounds.Depth, options.Depth), States = options.States ?? scope.Bounds.States };
        Tables tables = scope.NewTables();
        World start;
        try
        {
            start = Starts.Reach(scope.Start, tables);
        }
        catch (StartFailedException e) when (!e.IsViolation)
        {
            output.WriteLine($"  its start cannot be reached: {e.Message}");
            return true;
        }
        catch (StartFailedException e)
        {
            output.WriteLine($"VIOLATION on the way to the start: {e.Message}");
            return false;
        }

        var search = new Search(tables, bounds, start) { Threads = options.Threads, IsLate = () => watch.Elapsed > time, Progress = text => output.WriteLine($"  {text}") };
        SearchResult result = search.Run();
        Add(result);
        output.WriteLine($"  {result.States:N0} distinct states, {result.Transitions:N0} transitions, depth {result.Depth}, {PerSecond(result.States, result.Time):N0} states a second in {result.Time.TotalSeconds:N1} s, {(result.IsFinished ? "finished" : "not finished")}");
        output.WriteLine($"  {tables.Locals.Count:N0} states of single servers, {tables.Locals.StepsMade:N0} steps of the core; {result.OutOfBounds:N0} moves led out of bounds; messages: {Messages.Count(tables)}");
        if (result.Violation is not { } violation) return true;
        output.WriteLine($"VIOLATION {violation.Broken}");
        output.WriteLine($"after {violation.Moves.Count} moves, found after {result.States:N0} states and {result.Time.TotalSeconds:N1} s:");
        Telling.Write(tables, bounds, start, violation.Moves, output);
        return false;
    }

    private void Add(SearchResult result)
    {
        _states += result.States;
        _transitions += result.Transitions;
        _depth = Math.Max(_depth, result.Depth);
        if (result.IsFinished) _finished++;
        _collisions += (double)result.States * result.States / Math.Pow(2, 65);
    }

    private static double PerSecond(long count, TimeSpan time) => count / Math.Max(0.001, time.TotalSeconds);
}
