namespace Zab.Wire;

/// <summary>What arrived is no frame, or no message, of this protocol. The connection that it came from is closed; nothing else follows from it.</summary>
internal sealed class WireException(string message, Exception? inner = null) : Exception(message, inner);
