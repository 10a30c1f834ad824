using Zab.Core;

namespace Zab.Replica;

/// <summary>What bounds the memory of the session table, whatever callers do. All of it is part of the replicated state machine: another number here is another state.</summary>
internal static class SessionLimits
{
    /// <summary>Sessions that live at once; a create beyond them is refused.</summary>
    internal const int SessionsMax = 1_000_000;

    /// <summary>Answers kept for one session, whether it confirms them or not.</summary>
    internal const int RepliesMax = 4096;

    /// <summary>What an answer counts for beside its bytes.</summary>
    internal const int ReplyOverheadBytes = 32;

    /// <summary>Bytes of answers kept for one session.</summary>
    internal const int ReplyBytesMax = 16 * 1024 * 1024;

    /// <summary>Bytes of answers kept for all sessions together.</summary>
    internal const long TotalReplyBytesMax = 512L * 1024 * 1024;

    /// <summary>Bytes that one command or query may return.</summary>
    internal const int ResultBytesMax = 4 * 1024 * 1024;

    /// <summary>Characters of a class name.</summary>
    internal const int ClassNameCharsMax = 1024;

    static SessionLimits()
    {
        Invariant.Require(ResultBytesMax + ReplyOverheadBytes <= ReplyBytesMax, $"the largest answer would never be kept");
        Invariant.Require(ReplyBytesMax <= TotalReplyBytesMax, $"one session's answers do not fit the whole");
    }
}
