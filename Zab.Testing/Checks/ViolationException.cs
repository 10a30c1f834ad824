namespace Zab.Testing.Checks;

/// <summary>Something that must hold in every run did not: which invariant, at which server and zxid, what was expected and what was found.</summary>
public sealed class ViolationException : Exception
{
    internal ViolationException(string invariant, string text) : base($"{invariant}: {text}") => Invariant = invariant;

    /// <summary>The invariant that does not hold, as the documentation numbers them: <c>I4</c>.</summary>
    public string Invariant { get; }
}
