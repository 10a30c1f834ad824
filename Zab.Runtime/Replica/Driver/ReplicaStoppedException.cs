namespace Zab.Replica;

/// <summary>The replica stopped by itself, for a reason that needs a person: what was found, and what to do.</summary>
internal sealed class ReplicaStoppedException(string message, Exception? inner = null) : Exception(message, inner);
