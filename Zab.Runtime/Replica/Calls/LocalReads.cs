using System.Buffers;

namespace Zab.Replica;

/// <summary>A query as bytes, and where its result goes.</summary>
internal readonly record struct LocalQuery(uint ClassId, uint QueryId, ReadOnlyMemory<byte> Arguments, IBufferWriter<byte> Result);

/// <summary>Runs queries on this server's state, once it is as fresh as the caller asks. Safe for concurrent use.</summary>
internal sealed class LocalReads(CallTableOptions options, TimeProvider time, TaskCreationOptions continuations)
{
    private IReplica? _replica;
    private ulong _seen;                    // The highest zxid that the session of this process saw. Never decreases.

    /// <summary>For callers of their own threads.</summary>
    public LocalReads(CallTableOptions options, TimeProvider time)
        : this(options, time, TaskCreationOptions.RunContinuationsAsynchronously)
    {
    }

    internal void Attach(IReplica replica) => Volatile.Write(ref _replica, replica);

    /// <summary>The session of this process saw the state at this zxid.</summary>
    internal void Saw(Zxid zxid)
    {
        ulong seen = Volatile.Read(ref _seen);
        while (seen < zxid.Value)
        {
            ulong before = Interlocked.CompareExchange(ref _seen, zxid.Value, seen);
            if (before == seen) return;
            seen = before;
        }
    }

    /// <summary>A caller spoke for this session.</summary>
    internal void Touch(SessionId session) => Volatile.Read(ref _replica)?.Touch(session);

    /// <summary>
    /// <code>
    /// level          what the state is waited for
    /// Linearizable   a quorum round that begins now
    /// Session        of this process: what it saw before. Of another one: a quorum round, for it may have been used on another server
    /// AtLeast        the zxid
    /// Local          nothing
    /// </code>
    /// Any level waits for the zxid that comes with it, too.
    /// </summary>
    /// <exception cref="NotExecutedException">The state could not be confirmed to be as fresh as asked.</exception>
    /// <exception cref="QueryFailedException">The query threw.</exception>
    internal async ValueTask ReadAsync(LocalQuery query, CallOptions callOptions, CancellationToken cancellationToken)
    {
        IReplica replica = Volatile.Read(ref _replica) ?? throw new NotExecutedException("the query was not run: this server is starting");
        if (callOptions.Session is { } session) replica.Touch(session.Id);
        Read read = callOptions.Read;
        bool isConfirmed = read.Kind == Read.Level.Linearizable || (read.Kind == Read.Level.Session && callOptions.Session is not null);

        using var deadline = new CancellationTokenSource(options.CallTimeout, time);
        using CancellationTokenSource? both = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token) : null;
        CancellationToken ends = both?.Token ?? deadline.Token;
        var progress = new ReadProgress();
        try
        {
            Zxid fresh = read.Kind == Read.Level.Session ? Zxid.FromValue(Volatile.Read(ref _seen)) : Zxid.None;
            if (isConfirmed) fresh = Later(fresh, await ConfirmAsync(replica, progress, ends).ConfigureAwait(false));
            fresh = Later(fresh, read.Zxid);
            progress.WaitsFor = fresh;
            await replica.WaitAppliedAsync(fresh, ends).ConfigureAwait(false);
            Zxid zxid = await QueryAsync(replica, query, mayWait: read.Kind != Read.Level.Local, progress, ends).ConfigureAwait(false);
            if (callOptions.Session is null) Saw(zxid);
            if (callOptions.Receipt is { } receipt)
                (receipt.Zxid, receipt.Age) = (zxid, isConfirmed ? TimeSpan.Zero : replica.Status.Age ?? TimeSpan.MaxValue);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NotConfirmed(replica, read, progress);
        }
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("the caller cancelled the query", e, cancellationToken);       // Its own token, not the linked one.
        }
    }

    /// <summary>Asks until a quorum confirms, or the time is over: while a leader is being elected there is nobody to ask.</summary>
    private async ValueTask<Zxid> ConfirmAsync(IReplica replica, ReadProgress progress, CancellationToken cancellationToken)
    {
        for (TimeSpan delay = CallLimits.RetryMin; ; delay = delay * 2 < CallLimits.RetryMax ? delay * 2 : CallLimits.RetryMax)
        {
            try
            {
                return await replica.ReadIndexAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (NotExecutedException e)
            {
                progress.Obstacle = e;
            }

            await Pause.ForAsync(delay, time, continuations, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A class becomes part of the state by an entry of its first leader; a query that comes before waits for it, as a command does.</summary>
    private async ValueTask<Zxid> QueryAsync(IReplica replica, LocalQuery query, bool mayWait, ReadProgress progress, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await replica.QueryAsync(query.ClassId, query.QueryId, query.Arguments, query.Result, cancellationToken).ConfigureAwait(false);
            }
            catch (QueryFailedException e) when (mayWait && e.Code == StateMachine.NoSuchClass)
            {
                progress.Missing = e;
            }

            await Pause.ForAsync(CallLimits.RetryMin, time, continuations, cancellationToken).ConfigureAwait(false);
        }
    }

    private NotExecutedException NotConfirmed(IReplica replica, Read read, ReadProgress progress)
    {
        string obstacle = progress.Missing is { } missing ? missing.Message : progress.WaitsFor is { } zxid
            ? $"this server has applied {replica.Status.LastApplied}, and the query needs {zxid}"
            : progress.Obstacle?.Message ?? replica.View.Reason ?? "no quorum confirmed that this server is up to date";
        return new NotExecutedException($"the query ({read}) was not run within {options.CallTimeout.TotalSeconds:0.###} s: {obstacle}", progress.Obstacle);
    }

    private static Zxid Later(Zxid left, Zxid right) => left > right ? left : right;

    /// <summary>How far a read came, to tell when it does not end.</summary>
    private sealed class ReadProgress
    {
        internal NotExecutedException? Obstacle { get; set; }

        internal Zxid? WaitsFor { get; set; }

        internal QueryFailedException? Missing { get; set; }
    }
}
