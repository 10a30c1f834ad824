using System.Text;
using System.Text.Json;
using Zab;

namespace KeyValueStore;

/// <summary>An HTTP reply, before it is sent.</summary>
internal sealed record Reply(int Status, byte[] Body, string? ContentType = null)
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    /// <summary>Where the write stands in the order, or the state that was read; where not given, what the server has applied.</summary>
    internal Zxid? Zxid { get; init; }

    internal static Reply Empty(int status) => new(status, []);

    internal static Reply Bytes(int status, byte[] bytes) => new(status, bytes, "application/octet-stream");

    internal static Reply Text(int status, byte[] utf8) => new(status, utf8, "text/plain; charset=utf-8");

    internal static Reply Error(int status, string message) => Text(status, Encoding.UTF8.GetBytes(message + "\n"));

    internal static Reply Json(int status, object value) => new(status, JsonSerializer.SerializeToUtf8Bytes(value, _json), "application/json");

    internal async Task SendAsync(HttpResponse response, Zxid applied, CancellationToken cancellationToken)
    {
        response.StatusCode = Status;
        response.Headers["Zxid"] = (Zxid ?? applied).ToString();
        if (ContentType is not null) response.ContentType = ContentType;
        if (Status == StatusCodes.Status204NoContent) return;
        response.ContentLength = Body.Length;
        await response.Body.WriteAsync(Body, cancellationToken);
    }
}

/// <summary>The request cannot be understood: 400, and why.</summary>
internal sealed class BadRequestException(string message) : Exception(message);
