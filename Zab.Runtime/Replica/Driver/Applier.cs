using Microsoft.Extensions.Logging;
using Zab.Core;
using Zab.Diagnostics;
using Zab.Storage;

namespace Zab.Replica;

/// <summary>The one thread that touches the live state: applies what is committed, in order, and answers questions between two applies.</summary>
internal sealed class Applier : IPart
{
    private readonly ReplicatedClasses _classes;
    private readonly IStore _store;
    private readonly EntryWindow _window;
    private readonly IReplicaListener _listener;
    private readonly LeaderDuties _duties;
    private readonly Snapshotter _snapshotter;
    private readonly FailureSwitch _failure;
    private readonly ILogger _logger;
    private readonly ConfigHistory _configs;
    private readonly WorkQueue<ApplierWork> _queue = new();
    private readonly List<ApplierWork> _arrived = [];
    private readonly Queue<ApplierWork> _backlog = new();       // Taken, and to be done after what is being done.
    private readonly List<Entry> _chunk = [];
    private ClusterId _cluster;
    private HistoryPoint _point;
    private ulong _lastApplied;                                 // Of the machine, for other threads.
    private int _installsAhead;                                 // Installs that the loop has asked for and this thread has not carried out.
    private long _bytesSinceSnapshot;
    private StateDigest? _digest;

    /// <summary>Begins with the newest snapshot of the store.</summary>
    /// <exception cref="StorageException">It is damaged.</exception>
    /// <exception cref="UnknownClassException">It needs code that this server does not have.</exception>
    internal Applier(ReplicatedClasses classes, IStore store, EntryWindow window, IReplicaListener listener, LeaderDuties duties, Snapshotter snapshotter, IStage stage, FailureSwitch failure, ILogger logger)
    {
        (_classes, _store, _window, _listener, _duties, _snapshotter, _failure, _logger) = (classes, store, window, listener, duties, snapshotter, failure, logger);
        Waiters = new AppliedWaiters(stage);
        _cluster = store.Recovered.HardState.ClusterId;
        Machine = new StateMachine(_cluster, classes);
        if (store.LoadSnapshot() is { } newest) Replace(newest.Info, newest.Content);
        _configs = new ConfigHistory(store.Recovered.Configs, Machine.LastApplied);
        Attach();
    }

    public PartKind Kind => PartKind.Apply;

    public TimeSpan Patience => _queue.Patience(Timeout.InfiniteTimeSpan);

    public Action? Woken
    {
        set => _queue.Woken = value;
    }

    /// <summary>The live state; for this thread only.</summary>
    internal StateMachine Machine { get; private set; }

    internal AppliedWaiters Waiters { get; }

    internal Zxid LastApplied => Zxid.FromValue(Volatile.Read(ref _lastApplied));

    internal void Post(ApplierWork work) => _queue.Post(work);

    internal void Post(Inquiry inquiry)
    {
        if (!_queue.Post(new ApplierWork.Ask(inquiry))) inquiry.Fail(Replica.HasStopped());
    }

    /// <summary>The last turn comes when what was posted is done.</summary>
    internal void Close() => _queue.Close();

    /// <summary>From the loop, before the store is told: the log may end below what is committed from here on, until the snapshot is installed.</summary>
    internal void ExpectInstall() => Interlocked.Increment(ref _installsAhead);

    /// <summary>The snapshot was not installed; everything is as it was.</summary>
    internal void ExpectNoInstall() => Interlocked.Decrement(ref _installsAhead);

    public bool TakeTurn(bool mayWait)
    {
        bool goesOn = false;
        try
        {
            if (_failure.IsOn || !Gather(mayWait ? Patience : TimeSpan.Zero)) return false;
            while (!_failure.IsOn && _backlog.TryDequeue(out ApplierWork? work)) Do(work);
            goesOn = !_failure.IsOn;
            return goesOn;
        }
        finally
        {
            if (!goesOn) End();
        }
    }

    /// <summary>The digest of the state as it is; computed once for each zxid.</summary>
    internal StateDigest Digest()
    {
        if (_digest is null || _digest.Zxid != Machine.LastApplied) _digest = new StateDigest(Machine.LastApplied, Machine.Digest());
        return _digest;
    }

    /// <summary>Runs the questions that arrived and queues the rest; false where nothing will come any more.</summary>
    private bool Gather(TimeSpan timeout)
    {
        bool isOpen = _queue.Take(_arrived, timeout) != Taken.Closed;
        foreach (ApplierWork work in _arrived)
        {
            if (work is ApplierWork.Ask ask) ask.Inquiry.Run(this);
            else _backlog.Enqueue(work);
        }

        _arrived.Clear();
        return isOpen;
    }

    private void Do(ApplierWork work)
    {
        switch (work)
        {
            case ApplierWork.Commit commit: ApplyThrough(commit.Through); break;
            case ApplierWork.Install install: Install(install.Snapshot); break;
            case ApplierWork.Configured configured: Configure(configured.Ensemble, configured.Cluster); break;
            case ApplierWork.Lead lead: _duties.Begin(lead.Epoch, Machine.Sessions(), Machine.MissingClasses()); break;
        }
    }

    private void ApplyThrough(Zxid through)
    {
        while (Machine.LastApplied < through && TryFetch(through))
        {
            foreach (Entry entry in _chunk)
            {
                if (_failure.IsOn) return;                      // Nothing is answered any more.
                Apply(entry);
            }

            Waiters.Complete(Machine.LastApplied);
            OfferSnapshot();
            Gather(TimeSpan.Zero);
        }
    }

    /// <summary>
    /// <code>
    /// case  the next committed entry is         it comes from
    /// A     in the window                       memory
    /// B     not there, and in the log           the log
    /// C     in neither, an install is ahead     nowhere: the snapshot contains it
    /// D     in neither                          a bug, or a damaged directory: this server stops
    /// </code>
    /// </summary>
    private bool TryFetch(Zxid through)
    {
        _chunk.Clear();
        _window.Take(Machine.LastApplied, through, DriverLimits.ApplyChunkEntries, _chunk);                         // A
        if (_chunk.Count > 0) return true;
        bool isReplaced = Volatile.Read(ref _installsAhead) > 0;
        _chunk.AddRange(_store.ReadEntries(Machine.LastApplied, through, DriverLimits.ReadChunkBytes));             // B
        if (_chunk.Count > 0) return true;
        Invariant.Require(isReplaced || Volatile.Read(ref _installsAhead) > 0, $"{through} is committed, and the log does not hold what follows {Machine.LastApplied}");    // C, else D
        return false;
    }

    private void Apply(Entry entry)
    {
        AppliedRequest? applied = Machine.Apply(entry);
        if (entry.Type == EntryType.Config) _configs.Applied(entry);
        Moved(entry.Point);
        _bytesSinceSnapshot += entry.SizeBytes;
        _listener.OnEntry(entry);
        if (applied is not { } request) return;
        _duties.Applied(entry, request);
        _listener.OnApplied(request);
    }

    private void Install(SnapshotInfo snapshot)
    {
        Invariant.Require(snapshot.Point.Zxid >= Machine.LastApplied, $"a snapshot at {snapshot.Point.Zxid} would take the state back from {Machine.LastApplied}");
        if (_store.LoadSnapshot() is not { } newest) throw new InvariantException($"the snapshot at {snapshot.Point} was installed, and the store has none");
        Invariant.Require(newest.Info.Point == snapshot.Point, $"the snapshot at {snapshot.Point} was installed, and the newest one is at {newest.Info.Point}");
        Replace(newest.Info, newest.Content);
        _configs.Reset(snapshot.Config);
        Interlocked.Decrement(ref _installsAhead);
        Attach();
        ReplicaLog.SnapshotInstalled(_logger, snapshot.Point.Zxid, snapshot.Length);
        _listener.OnSnapshotInstalled(snapshot.Point.Zxid);
    }

    private void Replace(SnapshotInfo info, ReadOnlyMemory<byte> content)
    {
        Machine = StateMachine.Load(_cluster, _classes, content.Span);
        Invariant.Require(Machine.LastApplied == info.Point.Zxid, $"the snapshot at {info.Point} holds the state at {Machine.LastApplied}");
        Moved(info.Point);
        _bytesSinceSnapshot = 0;
    }

    /// <summary>A server learns once to which cluster it belongs, before it applies anything.</summary>
    private void Configure(Ensemble ensemble, ClusterId cluster)
    {
        _configs.Base(ensemble);
        if (cluster == _cluster) return;
        Invariant.Require(Machine.LastApplied == Zxid.None && _cluster.IsNone, $"a server of the cluster {_cluster} that has applied {Machine.LastApplied} cannot change to {cluster}");
        _cluster = cluster;
        Machine = new StateMachine(cluster, _classes);
        Attach();
    }

    /// <summary>What a new state needs that is no part of it.</summary>
    private void Attach()
    {
        Machine.OnCommandFailure = failure => ReplicaLog.CommandFailed(_logger, failure.ClassName, failure.CommandName, failure.Zxid, failure.Exception);
        _digest = null;
        Waiters.Complete(Machine.LastApplied);
    }

    private void Moved(HistoryPoint point)
    {
        _point = point;
        Volatile.Write(ref _lastApplied, point.Zxid.Value);
    }

    /// <summary>The state is exactly at one zxid between two chunks: what it is there is what a replay must come to.</summary>
    private void OfferSnapshot()
    {
        _bytesSinceSnapshot += _snapshotter.TakeUnused();
        if (!_snapshotter.IsDue(_bytesSinceSnapshot) || Volatile.Read(ref _installsAhead) > 0 || _configs.At(Machine.LastApplied) is not { } config) return;
        _snapshotter.Begin(new SnapshotTarget(_cluster, _point, Machine.LastUtcTicks, Machine.ResultHash, config, _bytesSinceSnapshot));
        _bytesSinceSnapshot = 0;
    }

    private void End()
    {
        _queue.Close();
        _queue.Take(_arrived, TimeSpan.Zero);
        foreach (ApplierWork work in _arrived)
            if (work is ApplierWork.Ask ask) ask.Inquiry.Fail(Replica.HasStopped());
        Waiters.End();
    }
}
