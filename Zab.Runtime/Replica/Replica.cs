using System.Buffers;
using Microsoft.Extensions.Logging;
using Zab.Core;
using Zab.Diagnostics;
using Zab.Storage;
using Zab.Transport;

namespace Zab.Replica;

/// <summary>One server of an ensemble at work: the core, and the threads that give it time, disk and network. It stops by itself when it cannot go on; the process lives.</summary>
/// <remarks>
/// <code>
/// thread        does                                                          waits for
/// loop          steps the core, carries its outputs out                       inputs, the next tick
/// log writer    writes and fsyncs                                             the disk
/// log reader    reads log and snapshots for learners                          the disk
/// applier       applies entries, runs queries                                 commits, questions; the disk where memory does not reach back
/// snapshotter   makes snapshots by replay                                     the disk
/// </code>
/// </remarks>
internal sealed class Replica : IReplica, IAsyncDisposable
{
    internal const string StoppedText = "this server has stopped or is stopping";

    private readonly ReplicaParts _parts;
    private readonly IReplicaListener _listener;
    private readonly ILogger _logger;
    private readonly InputQueue _inputs = new();
    private readonly FailureSwitch _failure;
    private readonly PendingReads _reads;
    private readonly StatusBoard _board;
    private readonly ReplicaClock _clock;
    private readonly LogWriter _writer;
    private readonly LogReader _reader;
    private readonly Snapshotter _snapshotter;
    private readonly Applier _applier;
    private readonly ITransport _transport;
    private readonly ReplicaLoop _loop;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Replica(ReplicaParts parts, ReplicaOptions options, ReplicatedClasses classes, IReplicaListener listener, ILogger logger)
    {
        (_parts, _listener, _logger) = (parts, listener, logger);
        IStore store = parts.Store;
        _failure = new FailureSwitch(_inputs.Wake);
        _reads = new PendingReads(_inputs.Post, Limits.PendingReadsMax, parts.Stage);
        _clock = new ReplicaClock(parts.Time);
        _board = new StatusBoard(options.ServerId, parts.Peer.Picture());
        _writer = new LogWriter(store, _inputs.Post, options.Peer.Tick);
        _reader = new LogReader(store, _inputs.Post, _failure);
        _snapshotter = new Snapshotter(classes, store, options.SnapshotEveryBytes, _inputs.Post, _failure, logger);
        var duties = new LeaderDuties(parts.Sessions, _inputs.TrySubmit, logger);
        var window = new EntryWindow(DriverLimits.WindowBytesMax);
        _applier = new Applier(classes, store, window, listener, duties, _snapshotter, parts.Stage, _failure, logger);
        _transport = parts.Transport(_inputs.Post);
        var executor = new OutputExecutor(store.Recovered.History.Last.Zxid, _transport, _writer, _reader, _applier, _snapshotter, window, _reads, duties, _board, listener, _failure, logger);
        _loop = new ReplicaLoop(_inputs, parts.Peer, executor, duties, _board, listener, _clock, options.Peer.Tick, _failure, logger);
    }

    /// <summary>Completes when the replica was stopped; faulted with the reason when it stopped by itself.</summary>
    internal Task Completion => _completion.Task;

    /// <inheritdoc/>
    public ReplicaView View => _board.View;

    /// <inheritdoc/>
    public ReplicaStatus Status => _board.StatusWith(_applier.LastApplied, _clock.MonotonicTicks);

    /// <summary>For who gives the parts their turns itself, between two of them.</summary>
    internal Applier Applier => _applier;

    /// <summary>For who gives the parts their turns itself.</summary>
    internal PendingReads Reads => _reads;

    /// <summary>Loads the newest snapshot, listens, and takes part. The parts are the replica's, also when this fails.</summary>
    /// <exception cref="StorageException">The data directory cannot be used.</exception>
    /// <exception cref="UnknownClassException">The state needs code that this server does not have.</exception>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    internal static async Task<Replica> StartAsync(ReplicaParts parts, ReplicaOptions options, ReplicatedClasses classes, IReplicaListener listener, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        Replica? replica = null;
        try
        {
            ILogger logger = loggers.CreateLogger("Zab.Replica");
            replica = await Task.Run(() => new Replica(parts, options, classes, listener, logger), cancellationToken).ConfigureAwait(false);
            await replica.ListenAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            if (replica is not null) await replica._transport.DisposeAsync().ConfigureAwait(false);
            parts.Store.Dispose();
            throw;
        }

        replica.Begin(options);
        return replica;
    }

    /// <summary>As <see cref="StartAsync"/>, on the caller's thread: for a transport that needs no time to start, and a stage that gives no turn before this returns.</summary>
    internal static Replica Start(ReplicaParts parts, ReplicaOptions options, ReplicatedClasses classes, IReplicaListener listener, ILogger logger)
    {
        var replica = new Replica(parts, options, classes, listener, logger);
        ValueTask listening = replica.ListenAsync(CancellationToken.None);
        Invariant.Require(listening.IsCompletedSuccessfully, $"the transport of server {options.ServerId} needs time to start");
        replica.Begin(options);
        return replica;
    }

    /// <summary>Leaves the ensemble in good order: tells the others, makes everything durable that was asked for, applies what is committed, and closes the store.</summary>
    /// <remarks>May be called more than once. Cancellation ends the waiting only. A failure on the way is in <see cref="Completion"/>, and is not thrown here.</remarks>
    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        _inputs.Post(new Input.Stop());
        Task ended = Completion.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await ended.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => StopAsync(CancellationToken.None);

    /// <inheritdoc/>
    public bool TrySubmit(ProposalRequest request)
    {
        Invariant.Require(request.Tag != LeaderDuties.Tag, $"the tag {request.Tag} is the leader's own");
        return _inputs.TrySubmit(request);
    }

    /// <inheritdoc/>
    public void Touch(SessionId session) => _inputs.Touch(session);

    /// <inheritdoc/>
    public ValueTask<Zxid> ReadIndexAsync(CancellationToken cancellationToken) => _reads.AskAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask WaitAppliedAsync(Zxid zxid, CancellationToken cancellationToken) => _applier.Waiters.WaitAsync(zxid, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Zxid> QueryAsync(uint classId, uint queryId, ReadOnlyMemory<byte> arguments, IBufferWriter<byte> result, CancellationToken cancellationToken) =>
        new QueryInquiry(classId, queryId, arguments, result, _parts.Stage.Continuations).AskAsync(_applier, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StateDigest> DigestAsync(CancellationToken cancellationToken) => new DigestInquiry().AskAsync(_applier, cancellationToken);

    /// <summary>What whoever still waits is told; reads and questions can be asked again, elsewhere.</summary>
    internal static NotExecutedException HasStopped() => new($"{StoppedText}; ask another one");

    private ValueTask ListenAsync(CancellationToken cancellationToken)
    {
        if (_parts.Store.Recovered.HardState.ClusterId is { IsNone: false } cluster) _transport.SetCluster(cluster);
        return _transport.StartAsync(cancellationToken);
    }

    private void Begin(ReplicaOptions options)
    {
        ReplicaLog.Started(_logger, options.ServerId, options.DataDirectory, _parts.Store.Recovered.History.Last.Zxid, _applier.LastApplied);
        Task writer = Start(_writer);
        Task reader = Start(_reader);
        Task applier = Start(_applier);
        Task snapshotter = Start(_snapshotter);
        Task loop = Start(_loop);
        _ = EndAsync(loop, writer, Task.WhenAll(reader, snapshotter), applier);

        Task Start(IPart part) => _parts.Stage.Start(part, $"zab {options.ServerId} {part.Kind.ToString().ToLowerInvariant()}", _failure);
    }

    /// <summary>The one way to end, in good order and by failure alike: first the network, then what reads, last the store and those who wait.</summary>
    private async Task EndAsync(Task loop, Task writer, Task readers, Task applier)
    {
        await loop.ConfigureAwait(false);
        ProposalRequest[] left = _inputs.Close();
        await AttemptAsync(_transport.DisposeAsync).ConfigureAwait(false);
        _writer.Close();
        _reader.Close();
        _snapshotter.Close();
        _applier.Close();
        await writer.ConfigureAwait(false);
        await readers.ConfigureAwait(false);
        await applier.ConfigureAwait(false);
        await AttemptAsync(CloseStore).ConfigureAwait(false);
        await AttemptAsync(() => SayGoodbye(left)).ConfigureAwait(false);
        Complete();
    }

    private ValueTask CloseStore()
    {
        using IStore store = _parts.Store;
        if (!_failure.IsOn) store.Close();      // After a failure nothing is written any more.
        return ValueTask.CompletedTask;
    }

    /// <summary>The last word to everybody who waits: nothing comes from this replica any more.</summary>
    private ValueTask SayGoodbye(ProposalRequest[] left)
    {
        var view = new ReplicaView(Role.Stopped, Leader: null, Epoch: 0, _failure.Cause?.Message ?? StoppedText);
        _board.Show(view);
        _reads.End();
        foreach (ProposalRequest request in left)
            if (request.Tag != LeaderDuties.Tag) _listener.OnRefused(request.Tag, StoppedText);
        _listener.OnRoleChanged(view);
        return ValueTask.CompletedTask;
    }

    private void Complete()
    {
        if (_failure.Cause is { } cause)
        {
            ReplicaLog.Failed(_logger, cause.Message, cause);
            _completion.SetException(cause);
            _ = _completion.Task.Exception;     // Seen, whether or not anybody looks: it is logged above.
        }
        else
        {
            ReplicaLog.Stopped(_logger, _applier.LastApplied);
            _completion.SetResult();
        }
    }

    private async ValueTask AttemptAsync(Func<ValueTask> part)
    {
        try
        {
            await part().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _failure.Fail(e);
        }
    }
}
