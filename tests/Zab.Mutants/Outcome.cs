namespace Zab.Mutants;

/// <summary>What became of one mutant.</summary>
/// <param name="Mutant">Which one.</param>
/// <param name="Caught">By the seeds, or the unit tests; null where they did not notice it.</param>
/// <param name="Explored">By the search; null where it did not notice it, or was not asked.</param>
/// <param name="Problem">What there is to say where nothing noticed it.</param>
/// <param name="Processor">The time that it took.</param>
internal sealed record Outcome(Mutant Mutant, Catch? Caught, Catch? Explored, string Problem, TimeSpan Processor)
{
    internal bool IsCaught => Caught is not null || Explored is not null;

    internal string Text => (Caught, Explored) switch
    {
        ({ } caught, { } explored) => $"{caught}; {explored}",
        ({ } caught, null) => caught.ToString(),
        (null, { } explored) => explored.ToString(),
        _ => Problem,
    };
}
