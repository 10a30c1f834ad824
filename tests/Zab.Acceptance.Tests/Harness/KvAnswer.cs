using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Zab.Acceptance;

/// <summary>One answer of the HTTP contract.</summary>
internal sealed record KvAnswer(HttpStatusCode Status, byte[] Body, Zxid? Zxid)
{
    internal string Text => Encoding.UTF8.GetString(Body);

    internal long Number => long.Parse(Text, CultureInfo.InvariantCulture);

    internal bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary><c>notExecuted</c>, <c>unknown</c> or <c>alreadyExecuted</c>, where the answer says so.</summary>
    internal string? Outcome
    {
        get
        {
            if (Status is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.Conflict) || Body is not [(byte)'{', ..]) return null;
            using JsonDocument document = JsonDocument.Parse(Body);
            return document.RootElement.TryGetProperty("outcome", out JsonElement outcome) ? outcome.GetString() : null;
        }
    }

    /// <summary>The same status, body and zxid: what a repeated write must get.</summary>
    internal bool IsSameAs(KvAnswer other) => Status == other.Status && Zxid == other.Zxid && Body.AsSpan().SequenceEqual(other.Body);

    public override string ToString() => $"{(int)Status} {Zxid} {(Body.Length > 200 ? $"({Body.Length} bytes)" : Text)}";
}
