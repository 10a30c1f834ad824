namespace Zab.Core;

/// <summary>Which writes were asked for, which of them are durable, and what that makes of the log. Writes become durable in the order of their ids.</summary>
internal sealed class WriteLedger(Zxid lastDurable)
{
    private readonly Queue<Pending> _pending = [];

    /// <summary>Invariant: DoneThrough ≤ LastIssued; neither ever decreases.</summary>
    internal WriteId LastIssued { get; private set; }

    internal WriteId DoneThrough { get; private set; }

    /// <summary>Every entry up to here is on stable storage, and no cut that was asked for lies below. Invariant: ≤ the last entry logged.</summary>
    internal Zxid LastDurable { get; private set; } = lastDurable;

    /// <summary>What a claim about the history, or about the promises, has to wait for: everything asked for so far; none where all of it is durable.</summary>
    internal WriteId All => LastIssued > DoneThrough ? LastIssued : WriteId.None;

    internal bool IsDone(WriteId id) => id <= DoneThrough;

    /// <summary>The next id. <paramref name="lastAfter"/> is the end of the log once this write is durable; null where it does not change it.</summary>
    internal WriteId Issue(long now, Zxid? lastAfter = null)
    {
        LastIssued = new WriteId(LastIssued.Value + 1);
        _pending.Enqueue(new Pending(LastIssued, lastAfter, now));
        return LastIssued;
    }

    /// <summary>Entries above <paramref name="target"/> are going to be cut: from now on they do not count as durable, whatever completes.</summary>
    internal void Cut(Zxid target)
    {
        if (LastDurable > target) LastDurable = target;
        for (int i = _pending.Count; i > 0; i--)
        {
            Pending write = _pending.Dequeue();
            _pending.Enqueue(write.LastAfter > target ? write with { LastAfter = target } : write);
        }
    }

    /// <summary>This write will change nothing after all.</summary>
    internal void Withdraw(WriteId id)
    {
        for (int i = _pending.Count; i > 0; i--)
        {
            Pending write = _pending.Dequeue();
            _pending.Enqueue(write.Id == id ? write with { LastAfter = null } : write);
        }
    }

    internal void Done(WriteId through)
    {
        Invariant.Require(through <= LastIssued, $"write {through.Value} is said to be durable, and only {LastIssued.Value} were asked for");
        while (_pending.TryPeek(out Pending write) && write.Id <= through)
        {
            _pending.Dequeue();
            if (write.LastAfter is { } last) LastDurable = last;
        }

        if (through > DoneThrough) DoneThrough = through;
    }

    /// <summary>How long the oldest write has been waited for, in ticks of 100 ns.</summary>
    internal long OldestAge(long now) => _pending.TryPeek(out Pending oldest) ? now - oldest.IssuedAt : 0;

    private readonly record struct Pending(WriteId Id, Zxid? LastAfter, long IssuedAt);
}
