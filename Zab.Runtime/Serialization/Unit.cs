namespace Zab.Serialization;

/// <summary>The result of a command that returns nothing.</summary>
public readonly record struct Unit;

/// <summary>Writes and reads <see cref="Unit"/>: no bytes at all.</summary>
public readonly struct UnitCodec : ICodec<Unit>
{
    /// <inheritdoc/>
    public static int MinimumSize => 0;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in Unit value) { }

    /// <inheritdoc/>
    public static Unit Read(ref ZabReader reader) => default;
}
