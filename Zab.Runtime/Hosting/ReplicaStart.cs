using Microsoft.Extensions.Logging;
using Zab.Core;
using Zab.Replica;
using Zab.Storage;
using Zab.Transport;

namespace Zab.Hosting;

/// <summary>Puts a replica together from the floors below: the data directory, TCP, and the clock of sessions.</summary>
internal sealed class ReplicaStart(IDataDirectories directories, TimeProvider time)
{
    internal async Task<RunningReplica> LaunchAsync(ReplicaOptions options, ReplicatedClasses classes, IReplicaListener listener, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        IStore store = await Task.Run(() => directories.Open(options), cancellationToken).ConfigureAwait(false);    // Recovery reads the whole log.
        ReplicaParts parts;
        try
        {
            parts = ReplicaParts.For(options, classes, store, post => Transport(options, post, loggers), new SessionClock(time)) with { Time = time };
        }
        catch
        {
            store.Dispose();
            throw;
        }

        var replica = await Replica.Replica.StartAsync(parts, options, classes, listener, loggers, cancellationToken).ConfigureAwait(false);
        return new RunningReplica(replica, replica.Completion, replica.StopAsync, replica.DisposeAsync);
    }

    private static TcpTransport Transport(ReplicaOptions options, Action<Input> post, ILoggerFactory loggers)
    {
        var addresses = options.Servers.ToDictionary(static server => server.Id, static server => new PeerAddress(server.Host, server.Port));
        return new TcpTransport(options.ServerId, addresses, post, loggers.CreateLogger("Zab.Transport"));
    }
}
