using Microsoft.Extensions.Logging;
using Zab.Core;

namespace Zab.Diagnostics;

/// <summary>What the transport logs. Event ids 300 to 349; a number never gets another meaning.</summary>
internal static partial class TransportLog
{
    [LoggerMessage(300, LogLevel.Information, "Listening for servers on {EndPoint}.")]
    internal static partial void Listening(this ILogger log, string endPoint);

    [LoggerMessage(301, LogLevel.Debug, "Channel {Channel} with server {Peer} is open (outgoing: {IsOutgoing}).")]
    internal static partial void ChannelUp(this ILogger log, ChannelId channel, ServerId peer, bool isOutgoing);

    [LoggerMessage(302, LogLevel.Debug, "Channel {Channel} with server {Peer} is down: {Reason}.")]
    internal static partial void ChannelDown(this ILogger log, ChannelId channel, ServerId peer, string reason);

    [LoggerMessage(303, LogLevel.Debug, "Channel {Channel} with server {Peer} was closed here: {Reason}.")]
    internal static partial void ChannelClosed(this ILogger log, ChannelId channel, ServerId peer, string reason);

    [LoggerMessage(304, LogLevel.Debug, "Server {Peer} cannot be told votes: {Reason}.")]
    internal static partial void PeerUnreachable(this ILogger log, ServerId peer, string reason);

    [LoggerMessage(305, LogLevel.Debug, "The connection on which server {Peer} told its votes has ended: {Reason}.")]
    internal static partial void PeerConnectionEnded(this ILogger log, ServerId peer, string reason);

    [LoggerMessage(310, LogLevel.Warning, "Refused a connection from {Remote}: {Reason}. ({LeftOut} more such warnings since the last one.)")]
    internal static partial void RefusedHello(this ILogger log, string remote, string reason, int leftOut);

    [LoggerMessage(311, LogLevel.Warning, "Server {Peer} refuses this server: {Reason}. ({LeftOut} more such warnings since the last one.)")]
    internal static partial void RefusedByPeer(this ILogger log, ServerId peer, string reason, int leftOut);

    [LoggerMessage(312, LogLevel.Warning, "Closed a connection from {Remote}, which did not prove to be a server of this ensemble: {Reason}. ({LeftOut} more such warnings since the last one.)")]
    internal static partial void NoServer(this ILogger log, string remote, string reason, int leftOut);

    [LoggerMessage(313, LogLevel.Warning, "A connection could not be accepted: {Reason}. Trying again in {DelayMilliseconds} ms. ({LeftOut} more such warnings since the last one.)")]
    internal static partial void AcceptFailed(this ILogger log, string reason, int delayMilliseconds, int leftOut);

    [LoggerMessage(320, LogLevel.Error, "A connection was closed because this server failed on it. Please report this.")]
    internal static partial void ConnectionFailed(this ILogger log, Exception exception);

    [LoggerMessage(321, LogLevel.Critical, "A task of the transport ended by an exception that nobody expected. Please report this.")]
    internal static partial void TaskFailed(this ILogger log, Exception exception);
}
