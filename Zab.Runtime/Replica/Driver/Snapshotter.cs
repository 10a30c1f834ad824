using Microsoft.Extensions.Logging;
using Zab.Core;
using Zab.Diagnostics;
using Zab.Storage;

namespace Zab.Replica;

/// <summary>Where the live state was exactly, what a replay up to there must come to, and the bytes of log since the snapshot before.</summary>
internal sealed record SnapshotTarget(ClusterId Cluster, HistoryPoint Point, long UtcTicks, ulong ResultHash, Ensemble Config, long LogBytes);

/// <summary>Makes snapshots in the background, without the live state: a second state loads the last snapshot and applies the log up to a zxid that the live one has passed.</summary>
/// <remarks>So every snapshot is also a proof that the replicated classes are deterministic: both must have given the same answers.</remarks>
internal sealed class Snapshotter(ReplicatedClasses classes, IStore store, long everyBytes, Action<Input> post, FailureSwitch failure, ILogger logger) : IPart
{
    private readonly WorkQueue<(SnapshotTarget Target, int Cancellations)> _queue = new();
    private readonly List<(SnapshotTarget Target, int Cancellations)> _taken = [];
    private (SnapshotTarget Target, int Cancellations, StateMachine State)? _replayed;      // To be written in the next turn.
    private int _isBusy;
    private int _cancellations;
    private long _unusedBytes;

    public PartKind Kind => PartKind.Snapshot;

    public TimeSpan Patience => _replayed is not null ? TimeSpan.Zero : _queue.Patience(Timeout.InfiniteTimeSpan);

    public Action? Woken
    {
        set => _queue.Woken = value;
    }

    /// <summary>Whether so much log is worth a snapshot now.</summary>
    internal bool IsDue(long logBytes) => logBytes >= everyBytes && Volatile.Read(ref _isBusy) == 0;

    /// <summary>From the applier, where one is due.</summary>
    internal void Begin(SnapshotTarget target)
    {
        Volatile.Write(ref _isBusy, 1);
        _queue.Post((target, Volatile.Read(ref _cancellations)));
    }

    /// <summary>The bytes of log that a cancelled snapshot was to cover; given once.</summary>
    internal long TakeUnused() => Interlocked.Exchange(ref _unusedBytes, 0);

    /// <summary>From the loop, before the store is told: the log is about to change under a replay.</summary>
    internal void Cancel() => Interlocked.Increment(ref _cancellations);

    /// <summary>The last turn comes soon; a replay that runs is given up.</summary>
    internal void Close()
    {
        Cancel();
        _queue.Close();
    }

    /// <summary>Replays in one turn, and writes what that came to in the next: between the two the log may change, and the store has to notice.</summary>
    public bool TakeTurn(bool mayWait)
    {
        try
        {
            if (_replayed is { } replayed)
            {
                _replayed = null;
                if (Take(replayed.Target, replayed.State) is { } taken) Announce(taken);
                else GiveUp(replayed.Target, replayed.Cancellations);
                return true;
            }

            _taken.Clear();
            if (_queue.Take(_taken, mayWait ? Patience : TimeSpan.Zero) == Taken.Closed) return false;
            foreach ((SnapshotTarget target, int cancellations) in _taken)
            {
                Invariant.Require(_replayed is null, $"a snapshot at {target.Point} was begun while another was being made");
                if (Replay(target, cancellations) is { } state) _replayed = (target, cancellations, state);
                else GiveUp(target, cancellations);
            }

            return true;
        }
        catch (StorageException e)
        {
            post(new Input.StorageFailed(e.Message));
            return false;
        }
    }

    /// <summary>The state at the target, made from the disk alone; null where that was cancelled, or a newer snapshot is there already.</summary>
    private StateMachine? Replay(SnapshotTarget target, int cancellations)
    {
        (SnapshotInfo Info, ReadOnlyMemory<byte> Content)? last = store.LoadSnapshot();
        if (IsCancelled(cancellations)) return null;
        StateMachine state = last is { } loaded ? StateMachine.Load(target.Cluster, classes, loaded.Content.Span) : new StateMachine(target.Cluster, classes);
        HistoryPoint point = last?.Info.Point ?? HistoryPoint.Empty;
        last = null;                                            // The content can be large, and the replay long.
        if (point.Zxid >= target.Point.Zxid) return null;
        while (point.Zxid < target.Point.Zxid)
        {
            Entry[] entries = store.ReadEntries(point.Zxid, target.Point.Zxid, DriverLimits.ReadChunkBytes);
            if (IsCancelled(cancellations) || entries.Length == 0) return null;
            foreach (Entry entry in entries) state.Apply(entry);
            point = entries[^1].Point;
        }

        Check(target, point, state);
        return state;
    }

    /// <summary>Both states applied the same entries: a difference can only come from the replicated classes.</summary>
    private void Check(SnapshotTarget target, HistoryPoint point, StateMachine state)
    {
        Invariant.Require(point == target.Point, $"the log holds {point}, and {target.Point} was applied");
        if (state.ResultHash == target.ResultHash) return;
        ReplicaLog.NotDeterministic(logger, target.Point.Zxid, state.ResultHash, target.ResultHash);
        throw new NotDeterministicException(
            $"making a snapshot at {target.Point.Zxid}, the same entries gave other answers (result hash {state.ResultHash:x16}) than before (result hash {target.ResultHash:x16}): a command of a replicated class depends on more than its arguments, the state and its context. "
            + "Look for clocks, random numbers, identities, iteration order and statics in it; this server stops, so that no two servers differ for longer.");
    }

    private Input.SnapshotTaken? Take(SnapshotTarget target, StateMachine state) =>
        failure.IsOn ? null : store.TakeSnapshot(target.Point, target.Config, target.UtcTicks, state.WriteSnapshot);

    private void Announce(Input.SnapshotTaken taken)
    {
        Volatile.Write(ref _isBusy, 0);                         // The next one may begin.
        ReplicaLog.SnapshotTaken(logger, taken.Snapshot.Point.Zxid, taken.Snapshot.Length);
        post(taken);
    }

    private void GiveUp(SnapshotTarget target, int cancellations)
    {
        if (IsCancelled(cancellations)) Interlocked.Add(ref _unusedBytes, target.LogBytes);     // Else the disk is ahead already: the next one in its time.
        Volatile.Write(ref _isBusy, 0);
        ReplicaLog.SnapshotGivenUp(logger, target.Point.Zxid);
    }

    private bool IsCancelled(int cancellations) => failure.IsOn || Volatile.Read(ref _cancellations) != cancellations;
}
