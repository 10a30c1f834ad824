namespace Zab.Replica;

/// <summary>The same entries gave other answers the second time: a command of a replicated class depends on more than it may.</summary>
internal sealed class NotDeterministicException(string message) : Exception(message);
