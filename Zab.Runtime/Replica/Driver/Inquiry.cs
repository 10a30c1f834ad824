using System.Buffers;

namespace Zab.Replica;

/// <summary>Something to be asked of the state between two applies.</summary>
internal abstract class Inquiry
{
    private int _isTaken;

    /// <summary>True for one of them only, the applier that runs it or the caller that gives up: a caller that is told that it was cancelled owns its buffers again.</summary>
    internal bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;

    /// <summary>On the applier's thread; never throws.</summary>
    internal abstract void Run(Applier applier);

    internal abstract void Fail(Exception why);

    protected abstract void SetCanceled(CancellationToken cancellationToken);

    protected CancellationTokenRegistration CancelOn(CancellationToken cancellationToken) => cancellationToken.UnsafeRegister(
        _ =>
        {
            if (TryTake()) SetCanceled(cancellationToken);
        },
        null);
}

/// <inheritdoc cref="Inquiry"/>
internal abstract class Inquiry<T>(TaskCreationOptions continuations) : Inquiry
{
    private readonly TaskCompletionSource<T> _answer = new(continuations);

    internal async ValueTask<T> AskAsync(Applier applier, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using CancellationTokenRegistration registration = CancelOn(cancellationToken);
        return await Ask(applier).ConfigureAwait(false);
    }

    /// <summary>The answer itself, complete in the moment in which it is known.</summary>
    internal Task<T> Ask(Applier applier)
    {
        applier.Post(this);
        return _answer.Task;
    }

    internal sealed override void Run(Applier applier)
    {
        if (!TryTake()) return;
        try
        {
            _answer.SetResult(Answer(applier));
        }
        catch (Exception e)             // A query's failure is its caller's; where memory ran out, the state is as it was.
        {
            _answer.SetException(e);
        }
    }

    internal sealed override void Fail(Exception why)
    {
        if (TryTake()) _answer.SetException(why);
    }

    protected sealed override void SetCanceled(CancellationToken cancellationToken) => _answer.SetCanceled(cancellationToken);

    protected abstract T Answer(Applier applier);
}

/// <summary>A query of a replicated class; gives the zxid of the state that it read.</summary>
internal sealed class QueryInquiry(uint classId, uint queryId, ReadOnlyMemory<byte> arguments, IBufferWriter<byte> result, TaskCreationOptions continuations = TaskCreationOptions.RunContinuationsAsynchronously) : Inquiry<Zxid>(continuations)
{
    protected override Zxid Answer(Applier applier)
    {
        applier.Machine.Query(classId, queryId, arguments.Span, result);
        return applier.Machine.LastApplied;
    }
}

/// <summary>The digest of the whole state.</summary>
internal sealed class DigestInquiry() : Inquiry<StateDigest>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    protected override StateDigest Answer(Applier applier) => applier.Digest();
}
