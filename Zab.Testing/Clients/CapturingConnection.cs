using Zab.Serialization;
using Zab.Testing.Linearizability;

namespace Zab.Testing;

/// <summary>Takes what a generated client would call, and calls nothing.</summary>
internal sealed class CapturingConnection : ZabConnection
{
    private Invocation? _captured;
    private int _count;

    /// <summary>The one call that was made since the last time.</summary>
    /// <exception cref="InvalidOperationException">None was made, or several.</exception>
    internal Invocation Take()
    {
        if (_captured is not { } captured || _count != 1) throw new InvalidOperationException($"a load makes exactly one call of the client each time it is asked; it made {_count}");
        (_captured, _count) = (null, 0);
        return captured;
    }

    public override ValueTask<TResult> SubmitAsync<TProposal, TResult, TCodec>(uint classId, TProposal proposal, CallOptions options, CancellationToken cancellationToken) =>
        Captured<TResult>(Invocation.Command<TProposal, TResult, TCodec>(classId, proposal));

    public override ValueTask<TResult> QueryAsync<TQuery, TResult, TCodec>(uint classId, TQuery query, CallOptions options, CancellationToken cancellationToken) =>
        Captured<TResult>(Invocation.Query<TQuery, TResult, TCodec>(classId, query, options.Read));

    private ValueTask<TResult> Captured<TResult>(Invocation invocation)
    {
        _captured = invocation;
        _count++;
        return ValueTask.FromResult(default(TResult)!);
    }
}
