using System.Runtime.InteropServices;
using Zab.Core;
using Zab.Storage;

namespace Zab.Replica;

/// <summary>The one thread that writes to the store. All that gathered during one fsync shares the next; after an error nothing is written any more.</summary>
internal sealed class LogWriter(IStore store, Action<Input> post, TimeSpan idleAfter) : IPart
{
    private readonly WorkQueue<Output.Write> _queue = new();
    private readonly List<Output.Write> _batch = [];
    private bool _wroteSinceIdle;

    public PartKind Kind => PartKind.Log;

    public TimeSpan Patience => _queue.Patience(_wroteSinceIdle ? idleAfter : Timeout.InfiniteTimeSpan);

    public Action? Woken
    {
        set => _queue.Woken = value;
    }

    /// <summary>In the order of their ids.</summary>
    internal void Post(List<Output.Write> writes) => _queue.Post(writes);

    /// <summary>The last turn comes when what was posted is written.</summary>
    internal void Close() => _queue.Close();

    public bool TakeTurn(bool mayWait)
    {
        _batch.Clear();
        Taken taken = _queue.Take(_batch, mayWait ? Patience : TimeSpan.Zero);
        if (taken == Taken.Closed) return false;
        if (Carry(taken)) return true;
        _queue.Close();
        return false;
    }

    private bool Carry(Taken taken)
    {
        try
        {
            if (taken == Taken.Items) Write();
            else store.Idle();
            _wroteSinceIdle = taken == Taken.Items;
            return true;
        }
        catch (StorageException e)
        {
            post(new Input.StorageFailed(e.Message));
            return false;
        }
    }

    private void Write()
    {
        string? rejected = store.Write(CollectionsMarshal.AsSpan(_batch));
        if (rejected is not null) post(new Input.SnapshotRejected(rejected));       // First: the snapshot must not be taken for installed.
        post(new Input.WritesDone(_batch[^1].Id));
    }
}
