using System.Buffers.Binary;
using Zab.Core;

namespace Zab.Replica;

/// <summary>What callers are told when a call has no result.</summary>
internal static class CallErrors
{
    internal const string NoSuchClass = "the replicated class is not part of the state yet; a leader that has it registered adds it";
    internal const string ProcessSessionClosed = "the session of this process has ended";

    internal static NotExecutedException TooLarge(string command, long bytes) =>
        new($"the command {command} was not executed: it has {bytes} bytes, and a proposal may have {Limits.PayloadBytesMax}; split it");

    internal static NotExecutedException Overloaded(string? what) => new($"the call was not executed: {what ?? "too many requests wait at this server"}; try again later");

    internal static NotExecutedException Rejected(string reason) => new($"the call was not executed: {reason}");

    internal static NotExecutedException Stopped(string reason) => new($"the call was not executed: {reason}");

    internal static NotExecutedException NotExecuted(CallEnd end, string? reason) =>
        new(reason is null || reason == end.Text ? $"the call was not executed: {end.Text}" : $"the call was not executed: {end.Text}; {reason}",
            end.IsCancelled ? new OperationCanceledException(end.Cancelled) : null);

    /// <summary>It was submitted: the caller learns that it may take effect.</summary>
    internal static Exception Unknown(CallEnd end, Call call) =>
        end.IsCancelled
            ? new OperationCanceledException($"the caller cancelled request {call.Number} of session {call.Session.Id} after it was submitted; it may still take effect", end.Cancelled)
            : new OutcomeUnknownException(
                $"request {call.Number} of session {call.Session.Id} was submitted, and its outcome is not known: {end.Text}{(call.Reason is { } reason && reason != end.Text ? $"; {reason}" : "")}",
                call.Session,
                call.Number);

    internal static RequestGapException Gap(Call call, in AppliedRequest applied)
    {
        ulong expected = BinaryPrimitives.ReadUInt64LittleEndian(applied.Reply.Span);
        return new RequestGapException($"request {call.Number} of session {call.Session.Id} was not executed: the next number is {expected}; send the requests from there first", expected);
    }

    internal static SessionExpiredException SessionExpired(Call call) =>
        new($"request {call.Number} of session {call.Session.Id} was not executed by this attempt: the session has ended, or never was; open a new one");

    internal static AlreadyExecutedException AlreadyExecuted(Call call) =>
        new($"request {call.Number} of session {call.Session.Id} was executed before, and its answer is no longer kept; it took effect once");

    internal static NotExecutedException Filled(Call call) =>
        new($"request {call.Number} of session {call.Session.Id} was given up before it was executed, and never will be");

    internal static NotExecutedException NoSession(string reason) =>
        new($"no session was created: {reason}; one that is created all the same ends by itself");

    internal static NotExecutedException NotClosed(SessionClosing closing, string reason) =>
        new($"session {closing.Session.Id} may not be closed yet: {reason}; close it again, or leave it to end by itself");
}
