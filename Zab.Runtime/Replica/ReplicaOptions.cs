using Zab.Core;

namespace Zab.Replica;

/// <summary>Where a server of the start list is reached.</summary>
internal sealed record ServerAddress(ServerId Id, string Host, int Port, bool IsObserver);

/// <summary>What a replica is started with; validated by whoever made it.</summary>
internal sealed record ReplicaOptions
{
    internal required ServerId ServerId { get; init; }

    internal required string DataDirectory { get; init; }

    /// <summary>The start list, this server included.</summary>
    internal required IReadOnlyList<ServerAddress> Servers { get; init; }

    /// <summary>Bytes of log between two snapshots.</summary>
    internal long SnapshotEveryBytes { get; init; } = 64L * 1024 * 1024;

    internal PeerOptions Peer { get; init; } = new();
}
