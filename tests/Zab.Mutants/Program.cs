using System.Runtime.InteropServices;
using Zab.Mutants;

// Puts mistakes that others really made into the runtime, one at a time, and asks whether the simulator notices. docs/TESTING.md says how it is run.
using var interrupted = new CancellationTokenSource();
using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using PosixSignalRegistration onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

try
{
    Options options = Options.Parse(args);
    IReadOnlyList<Mutant> mutants = options.Select(Catalogue.All);
    if (options.List)
    {
        foreach (Mutant mutant in mutants) Console.WriteLine($"{mutant.Name,-42} {mutant.Row}  {mutant.Breaks,-5}  {mutant.Why}");
        return 0;
    }

    IReadOnlyList<Outcome> outcomes = await Hunt.RunAsync(options, mutants, interrupted.Token);
    foreach (Outcome missed in outcomes.Where(static outcome => !outcome.IsCaught)) Console.WriteLine($"missed: {missed.Mutant.Name}, {missed.Mutant.Why}");
    if (options.ExploreMinutes is not null) Console.WriteLine($"explore found {outcomes.Count(static outcome => outcome.Explored is not null)} of {mutants.Count(static mutant => mutant.IsInCore)} in the core");
    int caught = outcomes.Count(static outcome => outcome.IsCaught);
    Console.WriteLine($"{caught} of {mutants.Count} {Oracle.For(options).Success}");
    return caught == mutants.Count ? 0 : 1;
}
catch (MutantException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("interrupted");
    return 3;
}

void Interrupt(PosixSignalContext signal)
{
    signal.Cancel = true;
    interrupted.Cancel();
}
