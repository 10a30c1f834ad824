using System.Buffers;
using Zab.Serialization;

namespace Zab.Testing.Linearizability;

/// <summary>What a client asks of a replicated object: a command or a query, and its arguments as they stand in the log.</summary>
internal readonly struct Invocation
{
    internal Invocation(uint classId, uint entryId, ReadOnlyMemory<byte> arguments, bool isQuery, Read read = default, CallCodec? codec = null)
    {
        (ClassId, EntryId, Arguments, IsQuery, Read, Codec) = (classId, entryId, arguments, isQuery, read, codec);
    }

    internal uint ClassId { get; }

    /// <summary>The id of the command or query within its class.</summary>
    internal uint EntryId { get; }

    internal ReadOnlyMemory<byte> Arguments { get; }

    /// <summary>A query has no effect; so one whose answer nobody saw says nothing.</summary>
    internal bool IsQuery { get; }

    /// <summary>Of a query: how fresh it asked to be. Only the linearizable ones have a place in the one order.</summary>
    internal Read Read { get; }

    /// <summary>Reads arguments and result back, to print them and to find the key; null where only their bytes are known.</summary>
    internal CallCodec? Codec { get; }

    internal bool IsLinearizable => !IsQuery || Read.Kind == Read.Level.Linearizable;

    /// <summary>The arguments as the generated proposal; null where only their bytes are known.</summary>
    internal object? Proposal => Codec?.Proposal(Arguments.Span);

    /// <summary>A command as a generated client submits it.</summary>
    internal static Invocation Command<TProposal, TResult, TCodec>(uint classId, in TProposal proposal)
        where TProposal : struct, IProposal<TProposal>
        where TCodec : struct, ICodec<TResult> =>
        new(classId, TProposal.Id, Encode(proposal), isQuery: false, codec: CallCodec.Of<TProposal, TResult, TCodec>());

    /// <summary>A query as a generated client asks it.</summary>
    internal static Invocation Query<TQuery, TResult, TCodec>(uint classId, in TQuery query, Read read = default)
        where TQuery : struct, IProposal<TQuery>
        where TCodec : struct, ICodec<TResult> =>
        new(classId, TQuery.Id, Encode(query), isQuery: true, read, CallCodec.Of<TQuery, TResult, TCodec>());

    private static ReadOnlyMemory<byte> Encode<TProposal>(in TProposal proposal)
        where TProposal : struct, IProposal<TProposal>
    {
        var output = new ArrayBufferWriter<byte>(64);
        var writer = new ZabWriter(output);
        TProposal.Write(ref writer, proposal);
        writer.Flush();
        return output.WrittenMemory;
    }
}
