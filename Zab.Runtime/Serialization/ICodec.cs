namespace Zab.Serialization;

/// <summary>A codec without an instance: generated code implements it on an empty struct, so that a call through it is direct.</summary>
/// <typeparam name="T">What is written and read.</typeparam>
public interface ICodec<T>
{
    /// <summary>Writes the value; equal content gives equal bytes.</summary>
    static abstract void Write(ref ZabWriter writer, in T value);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="ZabFormatException">The bytes are something else.</exception>
    static abstract T Read(ref ZabReader reader);
}

/// <summary>The arguments of one command or query; generated.</summary>
/// <typeparam name="TSelf">The proposal struct itself.</typeparam>
public interface IProposal<TSelf> : ICodec<TSelf>
    where TSelf : struct, IProposal<TSelf>
{
    /// <summary>The 32-bit hash of <see cref="Name"/>.</summary>
    static abstract uint Id { get; }

    /// <summary>The contract name.</summary>
    static abstract string Name { get; }
}

/// <summary>The result of a command that returns nothing.</summary>
public readonly record struct Unit;

/// <summary>Writes and reads <see cref="Unit"/>: no bytes at all.</summary>
public readonly struct UnitCodec : ICodec<Unit>
{
    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in Unit value) { }

    /// <inheritdoc/>
    public static Unit Read(ref ZabReader reader) => default;
}
