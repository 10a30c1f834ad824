using Zab.Core;
using Zab.Replica;

namespace Zab.Hosting;

/// <summary>The server as its own process sees it, from before it starts until after it has stopped.</summary>
internal sealed class ZabServer(uint serverId) : IZabServer
{
    private IReplica? _replica;
    private ZabServerStatus _resting = NotRunning(serverId, "starting");

    public ZabServerStatus Status => Volatile.Read(ref _replica) is { } replica ? Of(replica.Status) : _resting;

    public async ValueTask<ZabStateDigest> DigestAsync(CancellationToken cancellationToken = default)
    {
        IReplica replica = Volatile.Read(ref _replica) ?? throw new InvalidOperationException($"server {serverId} has no state to digest: it is {_resting.Reason}");
        StateDigest digest = await replica.DigestAsync(cancellationToken).ConfigureAwait(false);
        return new ZabStateDigest(digest.Zxid, digest.Hex);
    }

    internal void Started(IReplica replica) => Volatile.Write(ref _replica, replica);

    /// <summary>What it held when it stopped stays to be seen.</summary>
    internal void Stopped(string reason)
    {
        if (Volatile.Read(ref _replica) is { } replica) _resting = Of(replica.Status) with { Role = ZabRole.Looking, Reason = reason, Leader = null, Epoch = 0, IsServing = false };
        else _resting = NotRunning(serverId, reason);
        Volatile.Write(ref _replica, null);
    }

    private static ZabServerStatus Of(ReplicaStatus status) => new(
        status.ServerId.Value,
        RoleOf(status),
        status.View.Reason,
        status.View.Leader?.Value,
        status.View.Epoch,
        status.AcceptedEpoch,
        status.CurrentEpoch,
        status.LastLogged,
        status.LastDurable,
        status.LastCommitted,
        status.LastApplied)
    {
        IsServing = status.View.IsServing,
    };

    internal static ZabRole RoleOf(ReplicaStatus status) => status.View.Role switch
    {
        Role.Leading => ZabRole.Leader,
        _ when status.IsRecovering => ZabRole.Recovering,
        Role.Following => ZabRole.Follower,
        Role.Observing => ZabRole.Observer,
        _ => ZabRole.Looking,
    };

    private static ZabServerStatus NotRunning(uint serverId, string reason) =>
        new(serverId, ZabRole.Looking, reason, Leader: null, Epoch: 0, AcceptedEpoch: 0, CurrentEpoch: 0, Zxid.None, Zxid.None, Zxid.None, Zxid.None);
}
