using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Zab.Diagnostics;
using Zab.Replica;

namespace Zab.Hosting;

/// <summary>Owns the replica: starts it with the host, stops it gracefully with the host, and stops the host where it fails.</summary>
internal sealed class ZabHostedService(
    IOptions<ZabOptions> options,
    ReplicatedClasses classes,
    CallTable calls,
    LocalReads reads,
    ZabServer server,
    ReplicaLauncher launch,
    IHostApplicationLifetime lifetime,
    ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    /// <summary>The exit code of a process whose replica failed.</summary>
    internal const int FailureExitCode = 70;

    private readonly ILogger _log = loggers.CreateLogger("Zab.Hosting");
    private RunningReplica? _running;
    private Task _watch = Task.CompletedTask;
    private volatile bool _isStopping;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        ReplicaOptions replicaOptions = ReplicaOptionsFactory.Make(options.Value);
        try
        {
            _running = await launch(replicaOptions, classes, calls, loggers, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            server.Stopped($"not started: {e.Message}");
            if (e is not OperationCanceledException) _log.NotStarted(replicaOptions.ServerId.Value, replicaOptions.DataDirectory, e);
            throw;
        }

        server.Started(_running.Replica);
        reads.Attach(_running.Replica);
        calls.Attach(_running.Replica);
        _log.Started(replicaOptions.ServerId.Value, replicaOptions.DataDirectory);
        _watch = WatchAsync(_running.Completion);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_running is not { } running) return;
        _isStopping = true;
        calls.Stop("this server is stopping");
        if (running.Completion.IsFaulted)                   // Said already, when it happened.
        {
            await _watch.ConfigureAwait(false);
            return;
        }

        _log.Stopping(options.Value.ServerId);
        await running.StopAsync(cancellationToken).ConfigureAwait(false);
        await _watch.ConfigureAwait(false);
        server.Stopped("stopped");
        _log.Stopped(options.Value.ServerId);
    }

    public async ValueTask DisposeAsync()
    {
        calls.Dispose();
        if (_running is { } running) await running.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>
    /// <code>
    /// case  the replica ends                 what follows
    /// A     because the host stops it        nothing
    /// B     by a failure                     callers are told, the host stops, the process has an exit code of its own
    /// C     without being asked              as B
    /// </code>
    /// </summary>
    private async Task WatchAsync(Task completion)
    {
        await completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Exception? failure = completion.Exception?.InnerException;
        if (failure is null && _isStopping) return;                                                     // A
        _log.Failed(options.Value.ServerId, failure?.Message ?? "it ended without a reason", failure);  // B, C
        server.Stopped($"failed: {failure?.Message ?? "it ended without a reason"}");
        calls.Stop($"the replica of this server has failed: {failure?.Message}");
        Environment.ExitCode = FailureExitCode;
        lifetime.StopApplication();
    }
}
