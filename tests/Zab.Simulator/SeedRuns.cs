using System.Diagnostics;

namespace Zab.Simulator;

/// <summary>Runs a range of seeds, some side by side, and tells what they came to.</summary>
internal sealed class SeedRuns(SeedRange range, SeedOptions options, int jobs, Action<string>? trace, bool shrinks)
{
    private const int LinesOfViolation = 120;

    private readonly Totals _totals = new();
    private readonly Lock _console = new();

    /// <summary>0 where nothing was broken, and every rare path was taken; else 1.</summary>
    internal int Run()
    {
        var watch = Stopwatch.StartNew();
        long next = -1;
        Thread[] workers = [.. Enumerable.Range(0, (int)Math.Min((ulong)jobs, range.Count)).Select(_ => new Thread(Work) { IsBackground = true })];
        foreach (Thread worker in workers) worker.Start();
        foreach (Thread worker in workers)
            while (!worker.Join(TimeSpan.FromSeconds(1))) ShowProgress();

        foreach (string line in _totals.Lines(watch.Elapsed, workers.Length)) Console.WriteLine(line);
        IReadOnlyList<string> missing = _totals.Missing();
        foreach (string line in missing) Console.WriteLine($"rare path missing: {line}");
        return _totals.Violations > 0 || missing.Count > 0 ? 1 : 0;

        void Work()
        {
            while ((ulong)Interlocked.Increment(ref next) is var index && index < range.Count && _totals.Violations == 0)
            {
                SeedResult result = SeedResult.Of(range.First + index, options, trace);
                _totals.Add(result);
                if (result.Violation is not null) Tell(result);
                else if (range.Count == 1) Console.WriteLine($"seed {result.Seed}: trace hash {result.Run.World.Trace.Hash:x16}");
            }
        }
    }

    private void Tell(SeedResult result)
    {
        lock (_console)
        {
            foreach (string line in result.Run.World.Trace.Newest().TakeLast(LinesOfViolation)) Console.WriteLine(line);
            Console.WriteLine();
            Console.WriteLine($"violation: {result.Violation!.Invariant}");
            Console.WriteLine($"seed: {result.Seed}");
            Console.WriteLine($"after: {result.Run.Elapsed} simulated, trace hash {result.Run.World.Trace.Hash:x16}");
            Console.WriteLine(result.Violation.Message);
            Console.WriteLine($"replay: {options.Command(result.Seed)} --trace");
            if (shrinks) Console.WriteLine($"smallest: {new Shrinker(result.Seed, Console.WriteLine).Shrink(options).Command(result.Seed)}");
        }
    }

    private void ShowProgress()
    {
        if (!Console.IsErrorRedirected) Console.Error.Write($"\r{_totals.Progress(range.Count)}   ");
    }
}
