using System.Globalization;

namespace Zab.Mutants;

/// <summary>Tries every mutant: compiles it, and asks the oracles.</summary>
internal sealed class Hunt(Options options, WorkingCopy copy, Compiler compiler, string built, Oracle oracle, Report report)
{
    /// <summary>How many seeds the code as it is must pass: else every mutant would be caught.</summary>
    private const int SaneSeeds = 20;

    internal static async Task<IReadOnlyList<Outcome>> RunAsync(Options options, IReadOnlyList<Mutant> mutants, CancellationToken cancellation)
    {
        Oracle oracle = Oracle.For(options);
        var report = new Report(mutants.Count, oracle.Success);
        using WorkingCopy copy = WorkingCopy.Make(options.Keep);
        report.Line($"building a copy of the code{(options.Keep ? $" in {copy.Root}" : "")}");
        string built = await copy.BuildAsync(oracle.Project, cancellation).ConfigureAwait(false);
        await using Compiler compiler = await Compiler.ForAsync(copy, cancellation).ConfigureAwait(false);
        var hunt = new Hunt(options, copy, compiler, built, oracle, report);
        if (oracle is SeedOracle) await hunt.RequireSaneAsync(cancellation).ConfigureAwait(false);

        var outcomes = new Outcome[mutants.Count];
        var jobs = new ParallelOptions { MaxDegreeOfParallelism = options.Jobs, CancellationToken = cancellation };
        await Parallel.ForAsync(0, mutants.Count, jobs, async (i, token) =>
        {
            report.Began(mutants[i].Name);
            outcomes[i] = await hunt.TryAsync(mutants[i], token).ConfigureAwait(false);
            report.Ended(outcomes[i]);
        }).ConfigureAwait(false);
        return outcomes;
    }

    private async Task RequireSaneAsync(CancellationToken cancellation)
    {
        int last = Math.Min(options.LastSeed, options.FirstSeed + SaneSeeds - 1);
        var sane = new SeedOracle(options.FirstSeed, last, options.Minutes);
        ProcessEnd end = await ChildProcess.RunAsync("dotnet", sane.Arguments(mutant: null), built, options.Budget, cancellation).ConfigureAwait(false);
        if (end.ExitCode is not { } exitCode) throw new MutantException($"the code as it is took longer than {options.Budget.TotalSeconds:0} s; give more --budget");
        if (sane.Judge(exitCode, end.Lines) is { } found) throw new MutantException($"the code as it is breaks {found}; correct that first:\n{string.Join('\n', end.Lines.TakeLast(20))}");
        report.Line(string.Create(CultureInfo.InvariantCulture, $"the code as it is passes seeds {options.FirstSeed} to {last}"));
    }

    private async Task<Outcome> TryAsync(Mutant mutant, CancellationToken cancellation)
    {
        string folder = copy.NewRun(mutant.Name, built);
        try
        {
            await compiler.CompileAsync(mutant, folder, cancellation).ConfigureAwait(false);
            (Catch? caught, string problem, TimeSpan processor) = await AskAsync(oracle, mutant, folder, options.Budget, cancellation).ConfigureAwait(false);
            if (options.ExploreMinutes is not { } minutes || !mutant.IsInCore) return new Outcome(mutant, caught, null, problem, processor);

            (Catch? explored, _, TimeSpan more) = await AskAsync(new ExploreOracle(minutes), mutant, folder, TimeSpan.FromMinutes(2 * minutes), cancellation).ConfigureAwait(false);
            return new Outcome(mutant, caught, explored, problem, processor + more);
        }
        catch (MutantException e)
        {
            return new Outcome(mutant, null, null, e.Message, TimeSpan.Zero);
        }
        finally
        {
            copy.DropRun(folder);
        }
    }

    private static async Task<(Catch? Caught, string Problem, TimeSpan Processor)> AskAsync(Oracle oracle, Mutant mutant, string folder, TimeSpan budget, CancellationToken cancellation)
    {
        ProcessEnd end = await ChildProcess.RunAsync("dotnet", oracle.Arguments(mutant), folder, budget, cancellation).ConfigureAwait(false);
        return end.ExitCode is { } exitCode
            ? (oracle.Judge(exitCode, end.Lines), "nothing noticed it", end.Processor)
            : (null, string.Create(CultureInfo.InvariantCulture, $"nothing noticed it within {budget.TotalSeconds:0} s"), end.Processor);
    }
}
