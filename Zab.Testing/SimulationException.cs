namespace Zab.Testing;

/// <summary>A simulation met something that must not happen: a broken invariant, a lost or invented value, states that differ, or an ensemble that does not recover.</summary>
public sealed class SimulationException : Exception
{
    internal SimulationException(string rule, ulong seed, string message, Exception? inner)
        : base(message, inner) => (Rule, Seed) = (rule, seed);

    /// <summary>What was broken: an invariant, such as <c>I12</c>, or a rule of liveness, such as <c>L1</c>; both are listed in docs/TESTING.md.</summary>
    public string Rule { get; }

    /// <summary>The seed that shows it again.</summary>
    public ulong Seed { get; }
}
