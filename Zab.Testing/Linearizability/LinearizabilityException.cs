namespace Zab.Testing;

/// <summary>No order of the recorded calls explains what their callers were told, or none was found within the limits of the search.</summary>
/// <remarks>The message says which calls cannot be explained.</remarks>
public sealed class LinearizabilityException : Exception
{
    internal LinearizabilityException(string message, bool isProven) : base(message) => IsProven = isProven;

    /// <summary>True where every order was excluded; false where the search was given up, so that nothing is certain.</summary>
    public bool IsProven { get; }
}
