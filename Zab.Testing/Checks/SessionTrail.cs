using System.Buffers.Binary;
using Zab.Core;
using Zab.Replica;

namespace Zab.Testing.Checks;

/// <summary>One session, as what became of its requests was seen.</summary>
/// <remarks>
/// <code>
/// the answer to a request     is right where
/// executed now                the session is open, and the number is the next one
/// executed before             zxid, outcome and reply are those of the first time
/// AlreadyExecuted             the number was taken
/// Gap                         the number is beyond the next one, which is the reply
/// NoSuchClass                 the number is the next one; it is not taken
/// SessionClosed               the session has ended, or the secret is not its own
/// </code>
/// </remarks>
internal sealed class SessionTrail
{
    private readonly List<(Zxid Zxid, RequestOutcome Outcome, ulong Reply)> _taken = [];       // Those after _before, in order.
    private ulong _before;
    private bool _isBeforeKnown = true;
    private bool _hasEnded;
    private ulong? _secret;                 // Known from the first request that was executed.

    private ulong Last => _before + (ulong)_taken.Count;

    /// <summary>A session that a prepared snapshot holds: which numbers it has taken, the first request tells.</summary>
    internal static SessionTrail MadeBefore() => new() { _isBeforeKnown = false };

    internal void Judge(ServerRecord server, in AppliedRequest applied)
    {
        if (applied.Outcome == RequestOutcome.SessionClosed)
        {
            Require(_hasEnded || applied.Request == 0 || _secret is null || applied.Secret != _secret, server, applied, "the session lives");
            return;
        }

        Rule.Require("I24", !_hasEnded,
            $"server {server.Id} answers request {applied.Request} of session {applied.Session} at {applied.Entry} with {applied.Outcome}, and the "
            + $"session has ended");
        if (applied.Request == 0) _hasEnded = true;
        else JudgeNumbered(server, applied);
    }

    private void JudgeNumbered(ServerRecord server, in AppliedRequest applied)
    {
        bool isAnswer = applied.Outcome is RequestOutcome.Result or RequestOutcome.Failed or RequestOutcome.Filled;
        if (!_isBeforeKnown)
        {
            if (!isAnswer || applied.Zxid != applied.Entry) return;
            (_before, _isBeforeKnown) = (applied.Request - 1, true);
        }

        if (isAnswer && applied.Zxid == applied.Entry) Take(server, applied);
        else if (isAnswer) Repeat(server, applied);
        else if (applied.Outcome == RequestOutcome.AlreadyExecuted) Require(applied.Request <= Last, server, applied, $"{Last} was the last");
        else if (applied.Outcome == RequestOutcome.NoSuchClass) Require(applied.Request == Last + 1, server, applied, $"{Last} was the last");
        else Require(applied.Request > Last + 1 && Expected(applied.Reply.Span) == Last + 1, server, applied, $"{Last} was the last");
    }

    private void Take(ServerRecord server, in AppliedRequest applied)
    {
        Require(applied.Request == Last + 1, server, applied, $"{Last} was the last");
        _taken.Add((applied.Zxid, applied.Outcome, XxHash64.Hash(applied.Reply.Span)));
        _secret ??= applied.Secret;
    }

    private void Repeat(ServerRecord server, in AppliedRequest applied)
    {
        if (applied.Request <= _before) return;
        Require(applied.Request <= Last, server, applied, $"{Last} was the last");
        (Zxid zxid, RequestOutcome outcome, ulong reply) = _taken[(int)(applied.Request - _before - 1)];
        Require(zxid == applied.Zxid && outcome == applied.Outcome && reply == XxHash64.Hash(applied.Reply.Span), server, applied,
            $"the first answer was {outcome} of {zxid}, or had other bytes");
    }

    private static ulong Expected(ReadOnlySpan<byte> reply) => reply.Length == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(reply) : 0;

    private static void Require(bool condition, ServerRecord server, in AppliedRequest applied, string but)
    {
        if (condition) return;
        Rule.Require("I19", false,
            $"server {server.Id} answers request {applied.Request} of session {applied.Session} at {applied.Entry} with {applied.Outcome} of "
            + $"{applied.Zxid}, and {but}");
    }
}
