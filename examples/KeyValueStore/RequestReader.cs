using System.Globalization;
using System.Text;
using Zab;

namespace KeyValueStore;

/// <summary>Reads headers and query parameters.</summary>
internal static class RequestReader
{
    /// <summary>How a query is to be run: <c>read=</c>, <c>at-least=</c> and <c>Zab-Session</c>.</summary>
    internal static CallOptions ReadOptions(HttpRequest request, Receipt receipt)
    {
        Session? session = SessionOf(request);
        string? level = request.Query["read"].FirstOrDefault();
        Read read = level switch
        {
            null or "linearizable" => Read.Linearizable,
            "session" when session is null => throw new BadRequestException("read=session needs the header Zab-Session"),
            "session" => Read.Session,
            "local" => Read.Local,
            _ => throw new BadRequestException($"read={level}; write linearizable, session or local"),
        };
        if (request.Query["at-least"].FirstOrDefault() is { } text)
            read = read.NotBefore(Zxid.TryParse(text, CultureInfo.InvariantCulture, out Zxid zxid) ? zxid : throw new BadRequestException($"at-least={text} is no zxid; write it as epoch/counter, for example 2/7"));
        return new CallOptions { Session = session, Read = read, Receipt = receipt };
    }

    /// <summary>How a command is to be run: with <c>Zab-Session</c> and <c>Zab-Request</c> it takes effect once, however often it is sent.</summary>
    internal static CallOptions WriteOptions(HttpRequest request, Receipt receipt, IZabSessions sessions)
    {
        Session? session = SessionOf(request);
        string? text = request.Headers["Zab-Request"].FirstOrDefault();
        if (text is null)
        {
            if (session is { } named) sessions.Touch(named);            // A request of the session, though without a number.
            return new CallOptions { Receipt = receipt };
        }

        if (session is null) throw new BadRequestException("Zab-Request needs the header Zab-Session");
        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) || number == 0) throw new BadRequestException($"Zab-Request: {text} is no request number; they are 1, 2, 3 …");
        return new CallOptions { Session = session, Request = number, Receipt = receipt };
    }

    /// <summary>What the value must be for a compare-and-set; null where the key must not exist.</summary>
    internal static byte[]? Expected(HttpRequest request, int bytesMax)
    {
        string? text = request.Query["expected"].FirstOrDefault(), base64 = request.Query["expected-base64"].FirstOrDefault();
        if (text is not null && base64 is not null) throw new BadRequestException("give expected or expected-base64, not both");
        byte[]? expected = text is not null ? Encoding.UTF8.GetBytes(text) : base64 is not null ? FromBase64(base64) : null;
        return expected is { Length: var length } && length > bytesMax ? throw new BadRequestException($"the expected value has {length} bytes; at most {bytesMax} are allowed") : expected;
    }

    private static byte[] FromBase64(string text)
    {
        try
        {
            return Convert.FromBase64String(text.Replace(' ', '+'));    // A plus that was not encoded arrives as a space.
        }
        catch (FormatException)
        {
            throw new BadRequestException("expected-base64 is no base64");
        }
    }

    private static Session? SessionOf(HttpRequest request)
    {
        string? text = request.Headers["Zab-Session"].FirstOrDefault();
        if (text is null) return null;
        return Session.TryParse(text, CultureInfo.InvariantCulture, out Session session) ? session : throw new BadRequestException("Zab-Session is not a session as POST /sessions gives it: 32 hexadecimal digits");
    }
}
