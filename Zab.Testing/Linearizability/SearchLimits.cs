namespace Zab.Testing.Linearizability;

/// <summary>What a check may spend before it gives up with <see cref="VerdictKind.Unknown"/>.</summary>
/// <remarks>Counted, not timed: the same history has the same verdict on every machine.</remarks>
/// <param name="Steps">How often a call is tried as the next one, or a configuration compared with one that is remembered; for all parts together.</param>
/// <param name="Bytes">What the states and configurations of one part may take, about.</param>
internal readonly record struct SearchLimits(long Steps, long Bytes)
{
    /// <summary>Some ten seconds, for states of some hundred bytes.</summary>
    internal static SearchLimits Default => new(Steps: 20_000_000, Bytes: 1L << 30);
}
