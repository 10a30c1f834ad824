using System.Collections.Concurrent;
using System.Diagnostics;
using Zab.Core;
using Zab.Replica;
using Zab.Serialization;

namespace Zab.Testing;

/// <summary>
/// An ensemble in this process, on simulated machines: the code that runs in production, no ports, no files. Time is virtual and passes while a call waits, some
/// hundred times as fast as real time; while nobody calls, it stands still.
/// </summary>
/// <remarks>For tests that call a replicated class and look at the answers. Safe for concurrent use. For what may go wrong everywhere, use <see cref="Simulation"/>.</remarks>
public sealed class TestEnsemble : IAsyncDisposable
{
    private const long VirtualPerReal = 200;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly World _world;
    private readonly ConcurrentQueue<Action> _asked = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Stopwatch _real = Stopwatch.StartNew();
    private int _waiting;
    private long _lead;                 // Virtual time that has passed before its real share has.
    private volatile bool _isStopping;
    private volatile Exception? _failure;

    private TestEnsemble(World world) => _world = world;

    /// <summary>How many servers there are; their ids are 1 to this.</summary>
    public int Servers => _world.Servers.Count;

    /// <summary>Starts the servers; completes when all of them serve.</summary>
    /// <typeparam name="T">The replicated class.</typeparam>
    /// <param name="servers">How many servers vote, 1 to 7.</param>
    /// <param name="observers">How many more only follow.</param>
    /// <returns>The ensemble.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are too few or too many servers.</exception>
    public static async Task<TestEnsemble> StartAsync<T>(int servers = 3, int observers = 0)
        where T : class, IReplicated<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(servers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(servers, 7);
        ArgumentOutOfRangeException.ThrowIfNegative(observers);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(observers, 7);
        var options = new WorldOptions { Seed = 1, Voters = servers, Observers = observers, IsFoundedByToken = true, Calls = new CallTableOptions { CallTimeout = TimeSpan.FromMinutes(2) } };
        var ensemble = new TestEnsemble(new World(options, new ReplicatedClasses([ReplicatedClass.Of<T>()])));
        new Thread(ensemble.Run) { IsBackground = true, Name = "zab test ensemble" }.Start();
        await ensemble.DoAsync(() =>
        {
            ensemble._world.StartAll();
            if (!ensemble._world.RunUntil(ensemble.IsServing, StartLimit)) throw new InvalidOperationException($"the ensemble does not serve within {StartLimit}:\n{ensemble._world.Describe()}");
        }).ConfigureAwait(false);
        return ensemble;
    }

    /// <summary>The generated client of the class, in the session of a server.</summary>
    /// <typeparam name="TClient">The generated client interface.</typeparam>
    /// <param name="server">Where it calls; its calls fail while that server is down, as they would in its process.</param>
    /// <returns>The client; what it awaits lets virtual time pass.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such server.</exception>
    public TClient Client<TClient>(int server = 1)
        where TClient : class, IReplicatedClient<TClient>
    {
        Find(server);
        return TClient.Create(new Connection(this, server));
    }

    /// <summary>kill -9: the process is gone, and what its disk was told stays.</summary>
    /// <param name="server">The server.</param>
    /// <returns>Completes when it is down.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such server.</exception>
    public Task KillAsync(int server) => DoAsync(Find(server).Kill);

    /// <summary>Starts a server that is down, on the disk that it had.</summary>
    /// <param name="server">The server.</param>
    /// <returns>Completes when it serves again, and at once where it runs.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such server.</exception>
    /// <exception cref="InvalidOperationException">It does not start, or has no quorum to follow.</exception>
    public Task StartAsync(int server) => DoAsync(() =>
    {
        SimulatedServer started = Find(server);
        if (started.IsUp) return;
        if (started.Start() is { } refusal) throw new InvalidOperationException(refusal);
        if (!_world.RunUntil(() => IsServing(started), StartLimit)) throw new InvalidOperationException($"server {server} does not serve within {StartLimit}:\n{_world.Describe()}");
    });

    /// <summary>The server that leads.</summary>
    /// <returns>Its id.</returns>
    /// <exception cref="InvalidOperationException">None does, and none comes to.</exception>
    public async Task<int> LeaderAsync()
    {
        int leader = 0;
        await DoAsync(() =>
        {
            if (!_world.RunUntil(() => _world.Leader is not null, StartLimit)) throw new InvalidOperationException($"nobody leads:\n{_world.Describe()}");
            leader = (int)_world.Leader!.Id.Value;
        }).ConfigureAwait(false);
        return leader;
    }

    /// <summary>Lets virtual time pass.</summary>
    /// <param name="time">How much of it.</param>
    /// <returns>Completes when it has passed.</returns>
    public Task PassAsync(TimeSpan time) => DoAsync(() => _world.Run(time));

    /// <summary>Ends the ensemble; calls that wait are never answered.</summary>
    /// <returns>Completes when nothing of it runs any more.</returns>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        _signal.Release();
        await _ended.Task.ConfigureAwait(false);
    }

    private SimulatedServer Find(int server)
    {
        if (server < 1 || server > Servers) throw new ArgumentOutOfRangeException(nameof(server), server, $"the servers are 1 to {Servers}");
        return _world[(uint)server];
    }

    private bool IsServing() => _world.Servers.All(IsServing);

    private static bool IsServing(SimulatedServer server) => server.Life?.Peer is { IsRecovering: false, Role: Role.Leading or Role.Following or Role.Observing };

    /// <summary>Has something done by the one thread that everything simulated belongs to.</summary>
    private Task DoAsync(Action action)
    {
        if (_failure is { } failure) throw new InvalidOperationException("the ensemble has failed", failure);
        ObjectDisposedException.ThrowIf(_isStopping, this);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        _signal.Release();
        return done.Task;
    }

    /// <summary>The thread of the simulation: what was asked for first; then, while somebody waits for an answer, time.</summary>
    private void Run()
    {
        try
        {
            _world.ShareWithOtherThreads(() => _signal.Release());
            while (!_isStopping)
            {
                while (_asked.TryDequeue(out Action? asked)) asked();
                _world.TakeFromOtherThreads();
                if (Volatile.Read(ref _waiting) == 0)
                {
                    _lead = 0;
                    _signal.Wait();
                    continue;
                }

                long before = _world.Time.Now;
                TimeSpan real = _real.Elapsed;
                _world.Happen();
                _lead += _world.Time.Now - before;
                if (_lead > TimeSpan.TicksPerMillisecond * VirtualPerReal) Rest(real);
            }
        }
        catch (Exception e)
        {
            _failure = e;
            while (_asked.TryDequeue(out Action? asked)) asked();
        }
        finally
        {
            _ended.SetResult();
        }
    }

    /// <summary>Callers' code runs on real threads: it must not find that hours have passed between two of its lines.</summary>
    private void Rest(TimeSpan since)
    {
        _signal.Wait(TimeSpan.FromMilliseconds(1));
        _lead = Math.Max(0, _lead - ((_real.Elapsed - since).Ticks * VirtualPerReal));
    }

    private async ValueTask<TResult> CallAsync<TResult>(int server, Func<ZabConnection, ValueTask<TResult>> call)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            ValueTask<TResult> answer = default;
            await DoAsync(() => answer = call(ConnectionOf(server))).ConfigureAwait(false);
            return await answer.ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private LocalConnection ConnectionOf(int server) => Find(server).Life?.Connection ?? throw new NotExecutedException($"server {server} is down");

    private sealed class Connection(TestEnsemble ensemble, int server) : ZabConnection
    {
        public override ValueTask<TResult> SubmitAsync<TProposal, TResult, TCodec>(uint classId, TProposal proposal, CallOptions options, CancellationToken cancellationToken) =>
            ensemble.CallAsync(server, connection => connection.SubmitAsync<TProposal, TResult, TCodec>(classId, proposal, options, cancellationToken));

        public override ValueTask<TResult> QueryAsync<TQuery, TResult, TCodec>(uint classId, TQuery query, CallOptions options, CancellationToken cancellationToken) =>
            ensemble.CallAsync(server, connection => connection.QueryAsync<TQuery, TResult, TCodec>(classId, query, options, cancellationToken));
    }
}
