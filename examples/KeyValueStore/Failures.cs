using Zab;

namespace KeyValueStore;

/// <summary>What callers are told when a call has no result.</summary>
internal static class Failures
{
    /// <summary>
    /// <code>
    /// status  outcome           what is known
    /// 400                       the request cannot be understood
    /// 409     gap               an earlier number was never executed; nothing was, by this attempt
    /// 409     alreadyExecuted   took effect once; the answer is no longer kept
    /// 409     differentRequest  the number was given to another kind of request before
    /// 410     sessionEnded      not executed by this attempt: the session has ended, or never was
    /// 413                       the value is too large; nothing was executed
    /// 503     notExecuted       not executed by this attempt
    /// 503     unknown           may or may not take effect: repeat with the same session and number
    /// </code>
    /// </summary>
    internal static Reply? Of(Exception exception) => exception switch
    {
        BadRequestException => Reply.Error(400, exception.Message),
        BadHttpRequestException bad => Reply.Error(bad.StatusCode, bad.StatusCode == 413 ? $"a value has at most {KeyValueEndpoints.ValueBytesMax} bytes" : bad.Message),
        RequestGapException gap => Reply.Json(409, new { outcome = "gap", expected = gap.Expected, reason = gap.Message }),
        AlreadyExecutedException => Reply.Json(409, new { outcome = "alreadyExecuted", reason = exception.Message }),
        ZabFormatException => Reply.Json(409, new { outcome = "differentRequest", reason = "the number was given to another kind of request before" }),
        SessionExpiredException => Reply.Json(410, new { outcome = "sessionEnded", reason = exception.Message }),
        NotExecutedException or QueryFailedException => Reply.Json(503, new { outcome = "notExecuted", reason = exception.Message }),
        OutcomeUnknownException => Reply.Json(503, new { outcome = "unknown", reason = exception.Message }),
        _ => null,
    };
}
