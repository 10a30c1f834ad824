using Zab.Core;
using Zab.Storage;

namespace Zab.Replica;

/// <summary>Reads log and snapshots for learners, on a thread of its own: neither the loop nor the log writer waits for it.</summary>
internal sealed class LogReader(IStore store, Action<Input> post, FailureSwitch failure) : IPart
{
    private readonly WorkQueue<Output> _queue = new();
    private readonly List<Output> _batch = [];

    public PartKind Kind => PartKind.Read;

    public TimeSpan Patience => _queue.Patience(Timeout.InfiniteTimeSpan);

    public Action? Woken
    {
        set => _queue.Woken = value;
    }

    internal void Post(Output.ReadLog read) => _queue.Post(read);

    internal void Post(Output.ReadSnapshot read) => _queue.Post(read);

    internal void Close() => _queue.Close();

    public bool TakeTurn(bool mayWait)
    {
        _batch.Clear();
        if (_queue.Take(_batch, mayWait ? Patience : TimeSpan.Zero) == Taken.Closed) return false;
        foreach (Output read in _batch)
            if (failure.IsOn || !TryAnswer(read)) return false;
        return true;
    }

    private bool TryAnswer(Output read)
    {
        try
        {
            post(Answer(read));
            return true;
        }
        catch (StorageException e)
        {
            post(new Input.StorageFailed(e.Message));
            return false;
        }
    }

    private Input Answer(Output read) => read switch
    {
        Output.ReadLog log => new Input.LogRead(log.Channel, log.After, store.ReadEntries(log.After, log.Through, log.BytesMax)),
        Output.ReadSnapshot chunk => new Input.SnapshotRead(chunk.Channel, chunk.Offset, store.ReadSnapshotChunk(chunk.Snapshot, chunk.Offset, chunk.BytesMax)),
        _ => throw new InvariantException($"{read.GetType().Name} is nothing to read"),
    };
}
