namespace Zab;

/// <summary>The server of an ensemble that this process runs. Safe for concurrent use.</summary>
public interface IZabServer
{
    /// <summary>Where this server stands and what it holds, at about this moment. Never waited for.</summary>
    ZabServerStatus Status { get; }

    /// <summary>The digest of this server's state: servers that applied the same entries have the same. Computed when it is asked for, once for each zxid.</summary>
    /// <exception cref="InvalidOperationException">The server is not running.</exception>
    ValueTask<ZabStateDigest> DigestAsync(CancellationToken cancellationToken = default);
}

/// <summary>What a server does in its ensemble.</summary>
public enum ZabRole
{
    /// <summary>It takes part in no epoch: it looks for a leader, waits for others, starts, or stops.</summary>
    Looking,

    /// <summary>It orders the commands.</summary>
    Leader,

    /// <summary>It votes, and follows a leader.</summary>
    Follower,

    /// <summary>It follows a leader without a vote.</summary>
    Observer,

    /// <summary>What it once held is lost or damaged, in part or whole; it is being repaired from the ensemble.</summary>
    Recovering,
}

/// <summary>Where a server stands and what it holds.</summary>
/// <param name="ServerId">Which server it is.</param>
/// <param name="Role">What it does.</param>
/// <param name="Reason">Why it does not serve, for people; null where it does.</param>
/// <param name="Leader">The leader it is or follows; null where there is none.</param>
/// <param name="Epoch">The epoch of that leader; 0 while looking.</param>
/// <param name="AcceptedEpoch">The highest epoch it has promised itself to.</param>
/// <param name="CurrentEpoch">The epoch of the last leader whose history it took over.</param>
/// <param name="LastLogged">The last entry in its log.</param>
/// <param name="LastDurable">The last entry on stable storage.</param>
/// <param name="LastCommitted">The last entry that it knows to be committed.</param>
/// <param name="LastApplied">The last entry in its state.</param>
public sealed record ZabServerStatus(
    uint ServerId,
    ZabRole Role,
    string? Reason,
    uint? Leader,
    uint Epoch,
    uint AcceptedEpoch,
    uint CurrentEpoch,
    Zxid LastLogged,
    Zxid LastDurable,
    Zxid LastCommitted,
    Zxid LastApplied)
{
    /// <summary>Whether calls can be made through this server now.</summary>
    public bool IsServing { get; init; }
}

/// <summary>The digest of the state at a zxid.</summary>
/// <param name="Zxid">The last entry in the state.</param>
/// <param name="Hex">SHA-256 of the state, in hexadecimal.</param>
public readonly record struct ZabStateDigest(Zxid Zxid, string Hex);
