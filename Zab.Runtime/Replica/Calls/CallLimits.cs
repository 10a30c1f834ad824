using Zab.Core;

namespace Zab.Replica;

/// <summary>Every bound of the call path, in one place.</summary>
internal static class CallLimits
{
    /// <summary>Calls of this server that have no answer yet.</summary>
    internal const int CallsMax = 16_384;

    /// <summary>Bytes of the payloads of these calls.</summary>
    internal const long CallBytesMax = 128L * 1024 * 1024;

    /// <summary>Calls in the session of this process that have a number and no answer; the others wait without a number.</summary>
    internal const int ProcessWindow = 1024;

    /// <summary>Numbers after a call of unknown outcome, during which the session of this process keeps the answer for a repetition.</summary>
    internal const int UnknownHeldNumbers = 2048;

    /// <summary>Newest answers that are kept of a session whose caller gives the numbers.</summary>
    internal const int BoundWindow = 64;

    /// <summary>What was refused is handed on again after this time, doubled each time up to <see cref="RetryMax"/>.</summary>
    internal static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(10);

    internal static readonly TimeSpan RetryMax = TimeSpan.FromMilliseconds(500);

    static CallLimits()
    {
        Invariant.Require(CallBytesMax >= Limits.PayloadBytesMax, $"the largest call would never be taken");
        Invariant.Require(ProcessWindow + UnknownHeldNumbers <= SessionLimits.RepliesMax, $"the answer to a call that waits for it could be forgotten");
    }
}
