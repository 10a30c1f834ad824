using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zab.Acceptance;

/// <summary>The HTTP contract of one server, one call at a time, without any retry.</summary>
internal sealed class KvEndpoint(Uri address) : IDisposable
{
    /// <summary>More than a status takes of a server that is busy; a server that is frozen costs its asker all of it.</summary>
    private static readonly TimeSpan StatusLimit = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30), UseProxy = false })
    {
        BaseAddress = address,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    internal Uri Address => address;

    internal Task<KvAnswer> PutAsync(string key, string value, CancellationToken cancellationToken, string? session = null, ulong? request = null) =>
        PutAsync(key, Encoding.UTF8.GetBytes(value), cancellationToken, session, request);

    internal Task<KvAnswer> PutAsync(string key, byte[] value, CancellationToken cancellationToken, string? session = null, ulong? request = null) =>
        SendAsync(HttpMethod.Put, Key(key), value, session, request, cancellationToken);

    internal Task<KvAnswer> GetAsync(string key, CancellationToken cancellationToken, string? read = null, Zxid? atLeast = null, string? session = null)
    {
        string query = string.Join('&', new[] { read is null ? null : "read=" + read, atLeast is null ? null : $"at-least={atLeast}" }.OfType<string>());
        return SendAsync(HttpMethod.Get, Key(key) + (query.Length == 0 ? "" : "?" + query), null, session, null, cancellationToken);
    }

    internal Task<KvAnswer> DeleteAsync(string key, CancellationToken cancellationToken, string? session = null, ulong? request = null) =>
        SendAsync(HttpMethod.Delete, Key(key), null, session, request, cancellationToken);

    /// <summary>Where <paramref name="expected"/> is null, the key must not exist.</summary>
    internal Task<KvAnswer> CompareAndSetAsync(string key, string? expected, string value, CancellationToken cancellationToken, string? session = null, ulong? request = null) =>
        SendAsync(HttpMethod.Post, Key(key) + "/cas" + (expected is null ? "" : "?expected=" + Uri.EscapeDataString(expected)), Encoding.UTF8.GetBytes(value), session, request, cancellationToken);

    internal Task<KvAnswer> IncrementAsync(string key, long by, CancellationToken cancellationToken, string? session = null, ulong? request = null) =>
        SendAsync(HttpMethod.Post, FormattableString.Invariant($"{Key(key)}/increment?by={by}"), null, session, request, cancellationToken);

    internal async Task<string> CreateSessionAsync(CancellationToken cancellationToken)
    {
        KvAnswer answer = await SendAsync(HttpMethod.Post, "/sessions", null, null, null, cancellationToken);
        if (answer.Status != HttpStatusCode.Created) throw new HttpRequestException($"POST /sessions answered {answer}");
        using var document = System.Text.Json.JsonDocument.Parse(answer.Body);
        return document.RootElement.GetProperty("session").GetString()!;
    }

    /// <summary>Null where the server does not answer in time: stopped, frozen or not there yet.</summary>
    internal async Task<ServerStatus?> TryStatusAsync(string query = "")
    {
        using var limit = new CancellationTokenSource(StatusLimit);
        try
        {
            KvAnswer answer = await SendAsync(HttpMethod.Get, "/status" + query, null, null, null, limit.Token);
            return answer.IsSuccess ? ServerStatus.Parse(answer.Text) : null;
        }
        catch (Exception e) when (IsUnreachable(e))
        {
            return null;
        }
    }

    internal async Task<KvAnswer> SendAsync(HttpMethod method, string path, byte[]? body, string? session, ulong? request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(method, path);
        if (body is not null) message.Content = new ByteArrayContent(body);
        if (session is not null) message.Headers.Add("Zab-Session", session);
        if (request is not null) message.Headers.Add("Zab-Request", FormattableString.Invariant($"{request}"));
        using HttpResponseMessage response = await _http.SendAsync(message, cancellationToken);
        Zxid? zxid = response.Headers.TryGetValues("Zxid", out IEnumerable<string>? values) ? Zxid.Parse(values.Single()) : null;
        return new KvAnswer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken), zxid);
    }

    /// <summary>The server could not be asked, or its answer was lost on the way.</summary>
    internal static bool IsUnreachable(Exception e) => e is HttpRequestException or IOException or SocketException or OperationCanceledException;

    private static string Key(string key) => "/kv/" + Uri.EscapeDataString(key);

    public void Dispose() => _http.Dispose();
}
