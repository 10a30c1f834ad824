namespace Zab.Analyzers.Tests.Cases;

/// <summary>What a case is for.</summary>
public enum Expectation
{
    /// <summary>Must be reported, where <c>[|…|]</c> stands.</summary>
    Bad,

    /// <summary>Is how it should be done.</summary>
    Good,

    /// <summary>Looks like a mistake and is none.</summary>
    NearMiss,
}

/// <summary>Code, and what one rule says of it.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Name">What the case is about.</param>
/// <param name="Expectation">What it is for.</param>
/// <param name="Code">A file. No other rule may report anything in it.</param>
public sealed record RuleCase(string Rule, string Name, Expectation Expectation, string Code)
{
    internal static IEnumerable<RuleCase> All => ClassShapeCases.All.Concat(CommandShapeCases.All).Concat(ClockCases.All).Concat(RandomCases.All).Concat(IdentityCases.All);

    public override string ToString() => $"{Rule} {Expectation}: {Name}";
}
