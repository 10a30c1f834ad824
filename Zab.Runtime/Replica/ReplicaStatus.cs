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
    Zxid LastApplied);

/// <summary>The digest of the state after an entry: servers that applied the same have the same.</summary>
internal sealed record StateDigest(Zxid Zxid, string Hex);
