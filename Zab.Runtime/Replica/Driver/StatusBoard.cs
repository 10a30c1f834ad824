using Zab.Core;

namespace Zab.Replica;

/// <summary>What a peer says of itself between two steps.</summary>
internal readonly record struct PeerPicture(Role Role, ServerId? Leader, uint Epoch, string? Reason, bool IsRecovering, HardState HardState, Zxid LastLogged, Zxid LastDurable, Zxid LastCommitted, long? HeardAt = null);

/// <summary>Where this server stands, for anybody to look at: immutable records, swapped after each turn of the loop.</summary>
internal sealed class StatusBoard
{
    private readonly ServerId _self;
    private volatile ReplicaView _view;
    private volatile ReplicaStatus _status;
    private PeerPicture _shown;
    private long _heardAt = -1;         // Negative where there is no leader.

    internal StatusBoard(ServerId self, PeerPicture first)
    {
        _self = self;
        _shown = first;
        _view = ViewOf(first);
        _status = StatusOf(first);
    }

    internal ReplicaView View => _view;

    /// <summary>The picture of the last turn, with what was applied since: that is durable and committed, too.</summary>
    /// <param name="lastApplied">The last entry in the state.</param>
    /// <param name="now">By the clock of the loop, in monotonic ticks.</param>
    internal ReplicaStatus StatusWith(Zxid lastApplied, long now)
    {
        ReplicaStatus status = _status;
        long heardAt = Interlocked.Read(ref _heardAt);
        return status with
        {
            View = _view,
            LastLogged = Max(status.LastLogged, lastApplied),
            LastDurable = Max(status.LastDurable, lastApplied),
            LastCommitted = Max(status.LastCommitted, lastApplied),
            LastApplied = lastApplied,
            Age = heardAt < 0 ? null : TimeSpan.FromTicks(Math.Max(0, now - heardAt)),
        };
    }

    /// <summary>In the middle of a turn, before anyone is told.</summary>
    internal void Show(ReplicaView view) => _view = view;

    /// <summary>After a turn of the loop.</summary>
    internal void Show(PeerPicture picture)
    {
        Interlocked.Exchange(ref _heardAt, picture.HeardAt ?? -1);
        if (picture with { HeardAt = null } == _shown) return;
        _shown = picture with { HeardAt = null };
        ReplicaView view = ViewOf(picture);
        if (view != _view) _view = view;
        _status = StatusOf(picture);
    }

    private ReplicaStatus StatusOf(PeerPicture picture) => new(
        _view, _self, picture.HardState.ClusterId, picture.IsRecovering, picture.HardState.AcceptedEpoch, picture.HardState.CurrentEpoch,
        picture.LastLogged, picture.LastDurable, picture.LastCommitted, LastApplied: Zxid.None);

    private static ReplicaView ViewOf(PeerPicture picture) => new(picture.Role, picture.Leader, picture.Epoch, picture.Reason);

    private static Zxid Max(Zxid left, Zxid right) => left > right ? left : right;
}
