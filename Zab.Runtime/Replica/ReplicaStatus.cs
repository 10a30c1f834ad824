using Zab.Core;

namespace Zab.Replica;

/// <summary>Where a server stands and what it holds, at about one moment; for people and monitoring. Never waited for.</summary>
internal sealed record ReplicaStatus(
    ReplicaView View,
    ServerId ServerId,
    ClusterId ClusterId,
    bool IsRecovering,
    uint AcceptedEpoch,
    uint CurrentEpoch,
    Zxid LastLogged,
    Zxid LastDurable,
    Zxid LastCommitted,
    Zxid LastApplied)
{
    /// <summary>How long ago this server last heard from its leader, or as the leader from a quorum; null while it has none.</summary>
    internal TimeSpan? Age { get; init; }
}

/// <summary>The digest of the state after an entry: servers that applied the same have the same.</summary>
internal sealed record StateDigest(Zxid Zxid, string Hex);
