using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Zab;

namespace KeyValueStore;

/// <summary>The key-value store over HTTP.</summary>
internal sealed class KeyValueEndpoints(IServing serving)
{
    internal const int ValueBytesMax = 1024 * 1024;
    private const int ExpectedBytesMax = 4 * 1024;
    private static readonly TimeSpan _sessionTimeout = TimeSpan.FromMinutes(10);

    internal static void Map(WebApplication app, IServing serving)
    {
        var endpoints = new KeyValueEndpoints(serving);
        app.Run(endpoints.HandleAsync);
    }

    internal async Task HandleAsync(HttpContext http)
    {
        Reply reply;
        try
        {
            reply = await AnswerAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;                                     // Nobody is there to read it.
        }
        catch (Exception e) when (Failures.Of(e) is { } failure)
        {
            reply = failure;
        }

        await reply.SendAsync(http.Response, serving.Here.Status.LastApplied, http.RequestAborted);
    }

    private Task<Reply> AnswerAsync(HttpContext http)
    {
        string method = http.Request.Method;
        if (KeyTarget.Read(RawTarget(http)) is { } target)
        {
            string key = target.Key ?? throw new BadRequestException("a key has 1 to 512 bytes of UTF-8");
            return (method, target.Action) switch
            {
                ("GET", "") => GetAsync(http, key),
                ("PUT", "") => PutAsync(http, key),
                ("DELETE", "") => DeleteAsync(http, key),
                ("POST", "cas") => CompareAndSetAsync(http, key),
                ("POST", "increment") => IncrementAsync(http, key),
                (_, "" or "cas" or "increment") => Task.FromResult(Reply.Error(405, $"{method} is not for this address")),
                _ => NotFound(),
            };
        }

        return (method, http.Request.Path.Value) switch
        {
            ("POST", "/sessions") => CreateSessionAsync(http),
            ("GET", "/status") => StatusReply.AnswerAsync(http, serving),
            ("GET", "/") => Task.FromResult(Reply.Text(200, Encoding.UTF8.GetBytes(Usage.Http))),
            _ => NotFound(),
        };
    }

    private async Task<Reply> GetAsync(HttpContext http, string key)
    {
        var receipt = new Receipt();
        byte[]? value = await serving.KeyValue.With(RequestReader.ReadOptions(http.Request, receipt)).GetAsync(key, http.RequestAborted);
        return (value is null ? Reply.Empty(404) : Reply.Bytes(200, value)) with { Zxid = receipt.Zxid };
    }

    private async Task<Reply> PutAsync(HttpContext http, string key)
    {
        byte[] value = await ReadBodyAsync(http);
        return await WriteAsync(http, keyValue => keyValue.PutAsync(key, value, http.RequestAborted));
    }

    private Task<Reply> DeleteAsync(HttpContext http, string key) => WriteAsync(http, keyValue => keyValue.DeleteAsync(key, http.RequestAborted));

    private async Task<Reply> CompareAndSetAsync(HttpContext http, string key)
    {
        byte[]? expected = RequestReader.Expected(http.Request, ExpectedBytesMax);
        byte[] value = await ReadBodyAsync(http);
        return await WriteAsync(http, keyValue => keyValue.CompareAndSetAsync(key, expected, value, http.RequestAborted));
    }

    private Task<Reply> IncrementAsync(HttpContext http, string key)
    {
        string text = http.Request.Query["by"].FirstOrDefault() ?? "1";
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long by)) throw new BadRequestException($"by={text} is no 64-bit integer");
        return WriteAsync(http, keyValue => keyValue.IncrementAsync(key, by, http.RequestAborted));
    }

    private async Task<Reply> CreateSessionAsync(HttpContext http)
    {
        Session session = await serving.Sessions.CreateSessionAsync(_sessionTimeout, http.RequestAborted);
        return Reply.Json(201, new { session = session.ToString() }) with { Zxid = Zxid.FromValue(session.Id.Value) };
    }

    private async Task<Reply> WriteAsync(HttpContext http, Func<IKeyValue, ValueTask<WriteResult>> write)
    {
        var receipt = new Receipt();
        CallOptions options = RequestReader.WriteOptions(http.Request, receipt, serving.Sessions);
        try
        {
            return ReplyTo(await write(serving.KeyValue.With(options))) with { Zxid = receipt.Zxid };
        }
        catch (AlreadyExecutedException e)
        {
            return Failures.Of(e)! with { Zxid = receipt.Zxid };
        }
    }

    /// <summary>By the result alone, so that a repeated request gets the reply of the first one.</summary>
    private static Reply ReplyTo(WriteResult result) => result.Outcome switch
    {
        WriteOutcome.Done => Reply.Empty(204),
        WriteOutcome.NotFound => Reply.Empty(404),
        WriteOutcome.Different => result.Value is { } current ? Reply.Bytes(409, current) : Reply.Empty(409),
        WriteOutcome.Counted => Reply.Text(200, result.Value ?? []),
        WriteOutcome.NotANumber => Reply.Error(409, "the value is not a number"),
        WriteOutcome.Overflow => Reply.Error(409, "the sum does not fit 64 bits"),
        _ => throw new InvalidOperationException($"a write came to {result.Outcome}"),
    };

    /// <exception cref="BadHttpRequestException">413: the body is too large. Nothing was submitted.</exception>
    private static async Task<byte[]> ReadBodyAsync(HttpContext http)
    {
        if (http.Request.ContentLength > ValueBytesMax) throw new BadHttpRequestException("too large", StatusCodes.Status413PayloadTooLarge);
        using var body = new MemoryStream((int)(http.Request.ContentLength ?? 0));
        byte[] chunk = new byte[16 * 1024];
        for (int read; (read = await http.Request.Body.ReadAsync(chunk, http.RequestAborted)) > 0;)
        {
            if (body.Length + read > ValueBytesMax) throw new BadHttpRequestException("too large", StatusCodes.Status413PayloadTooLarge);
            body.Write(chunk, 0, read);
        }

        return body.ToArray();
    }

    private static string RawTarget(HttpContext http) => http.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw ? raw : http.Request.Path.ToUriComponent();

    private static Task<Reply> NotFound() => Task.FromResult(Reply.Error(404, Usage.Http));
}
