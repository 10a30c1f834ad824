using Zab.Core;

namespace Zab.Replica;

/// <summary>Callers that wait for a read index. An id is never used twice, so an answer to an earlier question serves none that came later.</summary>
internal sealed class PendingReads(Action<Input> post, int waitingMax, IStage stage)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, TaskCompletionSource<Zxid>> _waiting = [];
    private ulong _lastId;
    private bool _hasEnded;

    /// <exception cref="NotExecutedException">Nothing could be confirmed.</exception>
    internal async ValueTask<Zxid> AskAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task<Zxid> answer = Ask(out ulong id);
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(_ => Cancel(id, cancellationToken), null);
        return await answer.ConfigureAwait(false);
    }

    /// <summary>The answer itself, complete in the moment in which it is known.</summary>
    /// <exception cref="NotExecutedException">Too many wait, or the replica has stopped.</exception>
    internal Task<Zxid> Ask(out ulong id)
    {
        var waiter = new TaskCompletionSource<Zxid>(stage.Continuations);
        id = Add(waiter);
        post(new Input.Read(id));
        return waiter.Task;
    }

    internal void Complete(Output.ReadReady ready)
    {
        if (Remove(ready.Id) is not { } waiter) return;         // Its caller has given up.
        if (ready.Zxid is { } zxid) waiter.SetResult(zxid);
        else waiter.SetException(new NotExecutedException($"the read could not be confirmed: {ready.Reason ?? "there is no leader"}; try again"));
    }

    /// <summary>The replica has stopped: nobody is answered any more.</summary>
    internal void End()
    {
        TaskCompletionSource<Zxid>[] left;
        lock (_gate)
        {
            _hasEnded = true;
            left = [.. _waiting.Values];
            _waiting.Clear();
        }

        foreach (TaskCompletionSource<Zxid> waiter in left) waiter.SetException(Replica.HasStopped());
    }

    private ulong Add(TaskCompletionSource<Zxid> waiter)
    {
        lock (_gate)
        {
            if (_hasEnded) throw Replica.HasStopped();
            if (_waiting.Count >= waitingMax) throw new NotExecutedException($"{waitingMax} linearizable reads wait at this server already; try again later");
            _waiting.Add(++_lastId, waiter);
            return _lastId;
        }
    }

    private TaskCompletionSource<Zxid>? Remove(ulong id)
    {
        lock (_gate) return _waiting.Remove(id, out TaskCompletionSource<Zxid>? waiter) ? waiter : null;
    }

    private void Cancel(ulong id, CancellationToken cancellationToken) => Remove(id)?.SetCanceled(cancellationToken);
}
