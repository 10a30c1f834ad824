using Microsoft.Extensions.Logging;
using Zab.Replica;

namespace Zab.Hosting;

/// <summary>A replica that runs: what hosting needs of it.</summary>
/// <param name="Replica">How calls reach it.</param>
/// <param name="Completion">Ends when it has stopped; faulted with the reason where it stopped by a failure.</param>
/// <param name="StopAsync">Leaves the role, makes everything durable, and closes.</param>
/// <param name="DisposeAsync">Lets go of everything, also after a failure.</param>
internal sealed record RunningReplica(IReplica Replica, Task Completion, Func<CancellationToken, ValueTask> StopAsync, Func<ValueTask> DisposeAsync);

/// <summary>Starts the replica; a seam for tests.</summary>
internal delegate Task<RunningReplica> ReplicaLauncher(ReplicaOptions options, ReplicatedClasses classes, IReplicaListener listener, ILoggerFactory loggers, CancellationToken cancellationToken);
