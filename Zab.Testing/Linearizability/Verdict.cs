namespace Zab.Testing.Linearizability;

/// <summary>What a check came to.</summary>
internal enum VerdictKind : byte
{
    /// <summary>There is an order that explains everything; it is part of the verdict.</summary>
    Legal,

    /// <summary>There is none: all were tried.</summary>
    Illegal,

    /// <summary>The limits of the search were reached before either was certain.</summary>
    Unknown,
}

/// <summary>What a check came to, and why.</summary>
/// <param name="Kind">Whether the history is linearizable.</param>
/// <param name="Steps">Steps that searches took; 0 where the order of zxids explained everything.</param>
/// <param name="Orders">Where legal: for each part of the history, the order that explains it.</param>
/// <param name="Explanation">Where not legal: what cannot be explained, for people, in several lines.</param>
internal sealed record Verdict(VerdictKind Kind, long Steps, IReadOnlyList<Operation[]> Orders, string Explanation)
{
    /// <exception cref="LinearizabilityException">The history is not linearizable, or the search for an order was given up.</exception>
    internal void ThrowUnlessLegal()
    {
        if (Kind != VerdictKind.Legal) throw new LinearizabilityException(Explanation, isProven: Kind == VerdictKind.Illegal);
    }
}
