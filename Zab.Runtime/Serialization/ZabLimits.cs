namespace Zab.Serialization;

/// <summary>Bounds of the binary format, the same for the writer and the reader: what can be written can be read.</summary>
internal static class ZabLimits
{
    /// <summary>How deep objects of recursive types may be nested. Beyond it lies a cycle, or a chain that would exhaust the stack of whoever reads it.</summary>
    internal const int DepthMax = 1000;

    /// <summary>Room that is made for a collection before its elements are read; it grows as they come, so a count alone buys no memory.</summary>
    internal const int InitialCapacityMax = 4096;
}
