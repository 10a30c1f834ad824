using System.Buffers;
using Zab.Serialization;

namespace Zab.Generators.Tests.Harness;

/// <summary>An ensemble of one instance without a log: what a generated client sends is encoded, applied and decoded.</summary>
internal sealed class LoopbackConnection<T> : ZabConnection
    where T : class, IReplicated<T>
{
    internal Machine<T> Machine { get; } = new();

    /// <summary>How the last call was made.</summary>
    internal CallOptions Options { get; private set; }

    internal CancellationToken CancellationToken { get; private set; }

    internal string? Last { get; private set; }

    public override ValueTask<TResult> SubmitAsync<TProposal, TResult, TCodec>(uint classId, TProposal proposal, CallOptions options, CancellationToken cancellationToken)
    {
        byte[] arguments = Begin<TProposal>(classId, proposal, options, cancellationToken);
        Machine.Validate(TProposal.Name, arguments);
        return new(Decode<TResult, TCodec>(Machine.Apply(TProposal.Id, arguments)));
    }

    public override ValueTask<TResult> QueryAsync<TQuery, TResult, TCodec>(uint classId, TQuery query, CallOptions options, CancellationToken cancellationToken) =>
        new(Decode<TResult, TCodec>(Machine.Query(TQuery.Id, Begin<TQuery>(classId, query, options, cancellationToken))));

    private byte[] Begin<TProposal>(uint classId, TProposal proposal, CallOptions options, CancellationToken cancellationToken)
        where TProposal : struct, IProposal<TProposal>
    {
        Assert.Equal(T.ClassId, classId);
        (Options, CancellationToken, Last) = (options, cancellationToken, TProposal.Name);
        var output = new ArrayBufferWriter<byte>();
        var writer = new ZabWriter(output);
        TProposal.Write(ref writer, in proposal);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static TResult Decode<TResult, TCodec>(byte[] bytes)
        where TCodec : struct, ICodec<TResult>
    {
        var reader = new ZabReader(bytes);
        TResult result = TCodec.Read(ref reader);
        reader.End();
        return result;
    }
}
