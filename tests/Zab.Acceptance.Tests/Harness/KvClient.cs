using System.Diagnostics;
using System.Net;

namespace Zab.Acceptance;

/// <summary>One caller with one session: a write is repeated with its number, at one server after the other, until its answer is known.</summary>
/// <remarks>Not safe for concurrent use: the numbers of a session follow one another.</remarks>
internal sealed class KvClient(IReadOnlyList<KvEndpoint> servers, int first)
{
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(20);

    private int _server = first % servers.Count;
    private string? _session;
    private ulong _request;

    /// <summary>How many attempts had no answer, or one that did not settle the matter.</summary>
    internal int Failures { get; private set; }

    internal string? Session => _session;

    internal ulong Request => _request;

    internal Task<KvAnswer?> PutAsync(string key, string value, TimeSpan within, CancellationToken stopping) =>
        WriteAsync((server, request, attempt) => server.PutAsync(key, value, attempt, _session, request), within, stopping);

    internal Task<KvAnswer?> IncrementAsync(string key, TimeSpan within, CancellationToken stopping) =>
        WriteAsync((server, request, attempt) => server.IncrementAsync(key, 1, attempt, _session, request), within, stopping);

    /// <summary>The answer; null where the write is still open at the end of its time, so that nobody knows.</summary>
    private async Task<KvAnswer?> WriteAsync(Func<KvEndpoint, ulong, CancellationToken, Task<KvAnswer>> attempt, TimeSpan within, CancellationToken stopping)
    {
        long start = Stopwatch.GetTimestamp();
        if (_session is null && !await OpenSessionAsync(within, stopping)) return null;
        ulong request = ++_request;
        do
        {
            KvAnswer? answer = await AttemptAsync((server, limit) => attempt(server, request, limit));
            if (answer is not null && answer.Status != HttpStatusCode.ServiceUnavailable) return Checked(answer, request);
            await Task.Delay(PauseAfterFailure, CancellationToken.None);
        }
        while (Stopwatch.GetElapsedTime(start) < within);

        return null;
    }

    private async Task<bool> OpenSessionAsync(TimeSpan within, CancellationToken stopping)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < within && !stopping.IsCancellationRequested)
        {
            _session = await AttemptAsync(static (server, limit) => server.CreateSessionAsync(limit));
            if (_session is not null) return true;
            await Task.Delay(PauseAfterFailure, CancellationToken.None);
        }

        return false;
    }

    /// <summary>One call to the present server; null, and on to the next server, where it could not be reached in time or cannot serve.</summary>
    private async Task<T?> AttemptAsync<T>(Func<KvEndpoint, CancellationToken, Task<T>> call)
        where T : class
    {
        using var limit = new CancellationTokenSource(AttemptLimit);
        try
        {
            T result = await call(servers[_server], limit.Token);
            if (result is not KvAnswer { Status: HttpStatusCode.ServiceUnavailable }) return result;
        }
        catch (Exception e) when (KvEndpoint.IsUnreachable(e))
        {
            // Which of the two it was does not matter: the number makes it safe to ask again.
        }

        Failures++;
        _server = (_server + 1) % servers.Count;
        return null;
    }

    /// <summary>An open session whose numbers are used one by one may never hear of a gap, of a forgotten answer, or of its own end.</summary>
    private KvAnswer Checked(KvAnswer answer, ulong request) =>
        answer.IsSuccess ? answer : throw new AcceptanceException($"Request {request} of session {_session} at {servers[_server].Address} was answered {answer}; it is the next number of an open session.");
}
