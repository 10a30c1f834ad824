using Zab.Serialization;

namespace Zab.Testing.Linearizability;

/// <summary>Reads the arguments and the result of one command or query back from their bytes. One instance for each kind of call; immutable.</summary>
internal abstract class CallCodec
{
    /// <summary>The generated proposal, for example <c>KeyValueProposals.Put</c>.</summary>
    internal abstract object Proposal(ReadOnlySpan<byte> arguments);

    internal abstract object? Result(ReadOnlySpan<byte> result);

    internal static CallCodec Of<TProposal, TResult, TCodec>()
        where TProposal : struct, IProposal<TProposal>
        where TCodec : struct, ICodec<TResult> => Typed<TProposal, TResult, TCodec>.Instance;

    private sealed class Typed<TProposal, TResult, TCodec> : CallCodec
        where TProposal : struct, IProposal<TProposal>
        where TCodec : struct, ICodec<TResult>
    {
        internal static readonly Typed<TProposal, TResult, TCodec> Instance = new();

        internal override object Proposal(ReadOnlySpan<byte> arguments)
        {
            var reader = new ZabReader(arguments);
            return reader.ReadProposal<TProposal>();
        }

        internal override object? Result(ReadOnlySpan<byte> result)
        {
            var reader = new ZabReader(result);
            TResult value = TCodec.Read(ref reader);
            reader.End();
            return value;
        }
    }
}
