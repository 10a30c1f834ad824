using Microsoft.Extensions.Logging;
using Zab.Core;

namespace Zab.Transport;

/// <summary>This server, as all its connections see it: who it is, whom it knows, and where what happens goes.</summary>
internal sealed class LocalServer(ServerId id, IReadOnlyDictionary<ServerId, PeerAddress> servers, Action<Input> post, ILogger log, TcpTransportOptions options)
{
    private ulong _cluster;

    internal ServerId Id { get; } = id;

    internal IReadOnlyDictionary<ServerId, PeerAddress> Servers { get; } = servers;

    internal TcpTransportOptions Options { get; } = options;

    internal ILogger Log { get; } = log;

    /// <summary>Limits what strangers can make this server write into its log.</summary>
    internal WarningGate StrangerWarnings { get; } = new(options.WarningInterval);

    /// <summary>Apart from the strangers, because a refused hello tells of a mistake in a start list, which should be seen.</summary>
    internal WarningGate RefusalWarnings { get; } = new(options.WarningInterval);

    /// <summary>Read for each frame that is written or checked, set from the loop of the replica.</summary>
    internal ClusterId Cluster
    {
        get => new(Volatile.Read(ref _cluster));
        set => Volatile.Write(ref _cluster, value.Value);
    }

    /// <summary>Whether what carries <paramref name="cluster"/> may be for this server: a fresh side takes part in founding with any.</summary>
    internal bool MayShareClusterWith(ClusterId cluster) => cluster.IsNone || Cluster is var own && (own.IsNone || own == cluster);

    internal void Post(Input input) => post(input);
}
