using Microsoft.Extensions.Logging;

namespace Zab.Diagnostics;

/// <summary>What hosting says; event ids 5000 to 5099.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(5001, LogLevel.Information, "Server {ServerId} runs, with its data in {Directory}")]
    internal static partial void Started(this ILogger log, uint serverId, string directory);

    [LoggerMessage(5002, LogLevel.Critical, "Server {ServerId} with its data in {Directory} did not start")]
    internal static partial void NotStarted(this ILogger log, uint serverId, string directory, Exception exception);

    [LoggerMessage(5003, LogLevel.Information, "Server {ServerId} leaves the ensemble")]
    internal static partial void Stopping(this ILogger log, uint serverId);

    [LoggerMessage(5004, LogLevel.Information, "Server {ServerId} has stopped; all that it acknowledged is durable")]
    internal static partial void Stopped(this ILogger log, uint serverId);

    [LoggerMessage(5005, LogLevel.Critical, "Server {ServerId} has failed and acknowledges nothing more; the program stops: {Reason}")]
    internal static partial void Failed(this ILogger log, uint serverId, string reason, Exception? exception);
}
