using Microsoft.Extensions.Logging;
using Zab.Core;

namespace Zab.Diagnostics;

/// <summary>What a replica says to the log of its server: event ids 400 to 449.</summary>
internal static partial class ReplicaLog
{
    [LoggerMessage(400, LogLevel.Information, "Server {ServerId} started on {Directory}: its log ends at {LastLogged}, its state is that at {LastApplied}")]
    internal static partial void Started(ILogger logger, ServerId serverId, string directory, Zxid lastLogged, Zxid lastApplied);

    [LoggerMessage(401, LogLevel.Information, "Role {Role}, leader {Leader}, epoch {Epoch}: {Reason}")]
    internal static partial void RoleChanged(ILogger logger, Zab.Core.Role role, ServerId? leader, uint epoch, string? reason);

    [LoggerMessage(402, LogLevel.Information, "Stopped in good order at {LastApplied}")]
    internal static partial void Stopped(ILogger logger, Zxid lastApplied);

    [LoggerMessage(403, LogLevel.Critical, "This replica stopped by itself: {Reason}")]
    internal static partial void Failed(ILogger logger, string reason, Exception exception);

    [LoggerMessage(404, LogLevel.Warning, "{Class}.{Command} threw at {Zxid}; its caller was told, and every server has the same state")]
    internal static partial void CommandFailed(ILogger logger, string @class, string command, Zxid zxid, Exception exception);

    [LoggerMessage(405, LogLevel.Information, "Snapshot at {Zxid} taken, {Bytes} bytes")]
    internal static partial void SnapshotTaken(ILogger logger, Zxid zxid, long bytes);

    [LoggerMessage(406, LogLevel.Debug, "Snapshot at {Zxid} given up: the log changed, or a newer one is there")]
    internal static partial void SnapshotGivenUp(ILogger logger, Zxid zxid);

    [LoggerMessage(407, LogLevel.Critical, "A replicated class is not deterministic: up to {Zxid} a replay came to the result hash {Replayed:x16}, the live state to {Live:x16}")]
    internal static partial void NotDeterministic(ILogger logger, Zxid zxid, ulong replayed, ulong live);

    [LoggerMessage(408, LogLevel.Information, "Snapshot at {Zxid} received and installed, {Bytes} bytes")]
    internal static partial void SnapshotInstalled(ILogger logger, Zxid zxid, long bytes);

    [LoggerMessage(409, LogLevel.Warning, "Snapshot at {Zxid} was received and not installed: {Reason}")]
    internal static partial void SnapshotRejected(ILogger logger, Zxid zxid, string reason);

    [LoggerMessage(410, LogLevel.Trace, "Ignored: {Reason}")]
    internal static partial void Ignored(ILogger logger, string reason);

    [LoggerMessage(411, LogLevel.Debug, "Channel {Channel} closed: {Reason}")]
    internal static partial void ChannelClosed(ILogger logger, ChannelId channel, string reason);

    [LoggerMessage(412, LogLevel.Debug, "Session {Session} was silent for its timeout; its end is proposed")]
    internal static partial void SessionSilent(ILogger logger, SessionId session);

    [LoggerMessage(413, LogLevel.Information, "The replicated class {Class} is not part of the state yet; it is proposed")]
    internal static partial void ClassProposed(ILogger logger, string @class);

    [LoggerMessage(414, LogLevel.Warning, "This server was paused for {Duration}; what arrived meanwhile is heard before time counts")]
    internal static partial void Paused(ILogger logger, TimeSpan duration);
}
