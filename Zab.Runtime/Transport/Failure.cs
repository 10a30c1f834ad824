using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Zab.Diagnostics;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>The other side refused our hello.</summary>
internal sealed class HelloRefusedException(string message) : IOException(message);

/// <summary>Turns what ended a connection into a text for people.</summary>
internal static class Failure
{
    /// <summary>Why a connection ended. Whatever it was, it ends this connection and nothing else; what networks do not do is logged as a bug.</summary>
    internal static string Describe(Exception exception, ILogger log)
    {
        switch (exception)
        {
            case WireException or IOException or SocketException: return exception.Message;
            case OperationCanceledException or ObjectDisposedException: return "closed by this server";
            default:
                log.ConnectionFailed(exception);
                return $"this server failed on it with {exception.GetType().Name}: {exception.Message}";
        }
    }
}
