using System.Globalization;
using Zab;

namespace KeyValueStore;

/// <summary><c>GET /status</c>: where a server stands and what it holds, at once, whatever its role.</summary>
internal static class StatusReply
{
    private static readonly TimeSpan _digestTimeout = TimeSpan.FromSeconds(2);

    internal static async Task<Reply> AnswerAsync(HttpContext http, IServing serving)
    {
        IZabServer server = serving.Here;
        if (http.Request.Query["server"].FirstOrDefault() is { } text)
        {
            if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id)) throw new BadRequestException($"server={text} is no server id");
            if (serving.Find(id) is not { } found) return Reply.Error(404, $"server {id} does not run in this process");
            server = found;
        }

        ZabStateDigest? digest = await DigestAsync(server, http.RequestAborted);
        ZabServerStatus status = server.Status;
        Zxid lastApplied = digest?.Zxid ?? status.LastApplied;          // The digest is that of the state at lastApplied.
        return Reply.Json(200, new
        {
            serverId = status.ServerId,
            role = status.Role.ToString().ToLowerInvariant(),
            reason = status.Reason,
            leader = status.Leader,
            epoch = status.Epoch,
            acceptedEpoch = status.AcceptedEpoch,
            currentEpoch = status.CurrentEpoch,
            lastLogged = status.LastLogged.ToString(),
            lastDurable = status.LastDurable.ToString(),
            lastCommitted = status.LastCommitted.ToString(),
            lastApplied = lastApplied.ToString(),
            digest = digest?.Hex,
        }) with { Zxid = lastApplied };
    }

    /// <summary>Null where the server has no state, or is too busy with a large one to answer at once.</summary>
    private static async Task<ZabStateDigest?> DigestAsync(IZabServer server, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_digestTimeout);
        try
        {
            return await server.DigestAsync(timeout.Token);
        }
        catch (Exception e) when (e is InvalidOperationException or NotExecutedException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
