using System.Buffers;

namespace Zab.Testing.Linearizability;

/// <summary>An object that executes one call after the other, and is by definition right. Not safe for concurrent use.</summary>
internal interface ISequentialModel
{
    /// <summary>Goes to the state before the first call.</summary>
    void Reset();

    /// <summary>Executes a call and gives its answer; the state is then that after it. The same state and call always give the same.</summary>
    Response Run(Operation operation);

    /// <summary>Writes the state. Equal states give equal bytes, and others do not.</summary>
    void Save(IBufferWriter<byte> state);

    /// <summary>Goes to a state that <see cref="Save"/> wrote.</summary>
    void Load(ReadOnlySpan<byte> state);

    /// <summary>What is called and with what, for people.</summary>
    string Describe(in Invocation invocation);

    /// <summary>An answer to that call, for people.</summary>
    string Describe(in Invocation invocation, in Response response);
}
