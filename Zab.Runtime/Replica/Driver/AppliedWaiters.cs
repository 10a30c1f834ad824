namespace Zab.Replica;

/// <summary>Callers that wait until this server has applied a zxid.</summary>
internal sealed class AppliedWaiters(IStage stage)
{
    private readonly Lock _gate = new();
    private readonly SortedSet<Waiter> _waiting = [];
    private Zxid _applied;
    private ulong _count;
    private bool _hasEnded;

    /// <exception cref="NotExecutedException">The replica stopped first.</exception>
    internal async ValueTask WaitAsync(Zxid zxid, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (zxid <= _applied) return;
            if (_hasEnded) throw Replica.HasStopped();
            waiter = new Waiter(zxid, ++_count, stage.Continuations);
            _waiting.Add(waiter);
        }

        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(_ => Cancel(waiter, cancellationToken), null);
        await waiter.Done.Task.ConfigureAwait(false);
    }

    /// <summary>The state is that after <paramref name="zxid"/> now.</summary>
    internal void Complete(Zxid zxid)
    {
        lock (_gate)
        {
            _applied = zxid;
            while (_waiting.Min is { } first && first.Zxid <= zxid)
            {
                _waiting.Remove(first);
                first.Done.SetResult();         // Continuations run elsewhere, so nothing of the caller's runs under the lock.
            }
        }
    }

    /// <summary>The replica has stopped: nothing is applied any more.</summary>
    internal void End()
    {
        Waiter[] left;
        lock (_gate)
        {
            _hasEnded = true;
            left = [.. _waiting];
            _waiting.Clear();
        }

        foreach (Waiter waiter in left) waiter.Done.SetException(Replica.HasStopped());
    }

    private void Cancel(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_waiting.Remove(waiter)) waiter.Done.SetCanceled(cancellationToken);
        }
    }

    private sealed class Waiter(Zxid zxid, ulong number, TaskCreationOptions continuations) : IComparable<Waiter>
    {
        internal Zxid Zxid { get; } = zxid;

        internal TaskCompletionSource Done { get; } = new(continuations);

        private ulong Number { get; } = number;

        public int CompareTo(Waiter? other)
        {
            if (other is null) return 1;
            int byZxid = Zxid.CompareTo(other.Zxid);
            return byZxid != 0 ? byZxid : Number.CompareTo(other.Number);
        }
    }
}
