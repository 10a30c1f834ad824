using Zab.Core;

namespace Zab.Replica;

/// <summary>One command of a caller: waiting for a number, then for its answer.</summary>
/// <remarks>Guarded by the lock of the <see cref="CallTable"/>; <see cref="Answer"/> may be awaited by anyone.</remarks>
internal sealed class Call(long ticket, byte[] payload, uint classId, uint commandId) : Submission
{
    private readonly TaskCompletionSource<Answer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _payload = payload;

    internal override ReadOnlyMemory<byte> Payload => _payload;

    /// <summary>The order in which callers came.</summary>
    internal long Ticket { get; } = ticket;

    /// <summary>What it counts for in the bounds: the command that the caller gave, also after it was given up.</summary>
    internal int SizeBytes { get; } = payload.Length;

    internal Session Session { get; private set; }

    /// <summary>The number within the session; 0 while it has none.</summary>
    internal ulong Number { get; private set; }

    /// <summary>Where it waits for its answer; null while it has no number.</summary>
    internal Lane? Lane { get; set; }

    /// <summary>Callers that wait: more than one where a number is repeated while its first call waits.</summary>
    internal int Waiters { get; set; } = 1;

    /// <summary>Nobody waits any more: what is handed on from here on is a fill, so that the numbers after it can run.</summary>
    internal bool IsFill { get; private set; }

    internal Task<Answer> Answer => _answer.Task;

    /// <summary>Gives it a number, so that it can be handed on.</summary>
    internal void Take(Session session, ulong number, ulong answeredThrough)
    {
        Invariant.Require(!IsOut && !IsFill, $"a call that was handed on as {Number} is given the number {number}");
        (Session, Number) = (session, number);
        CommandPayload.WriteHead(_payload, session, number, answeredThrough, classId, commandId);
    }

    /// <summary>Takes the number back: it was never handed on in a session that lives.</summary>
    internal void Release()
    {
        Invariant.Require(IsCertainlyNotExecuted && !IsFill, $"request {Number} of session {Session.Id} may be executed, and would be given another number");
        _payload = [.. _payload];                   // Bytes that were handed on are not changed: the log may hold them.
        (Session, Number, Lane) = (default, 0, null);
    }

    internal void BecomeFill(ulong answeredThrough)
    {
        IsFill = true;
        _payload = RequestCodec.Fill(Session, Number, answeredThrough);
    }

    internal void Complete(in Answer answer) => _answer.TrySetResult(answer);

    internal void Fail(Exception exception)
    {
        if (IsFill) return;                         // Nobody waits, and an exception that nobody looks at would be reported as forgotten.
        _answer.TrySetException(exception);
        _ = _answer.Task.Exception;                 // A waiter that left in this moment has its own answer.
    }

    private protected override void OnOutChanged() => Lane?.CountOut(IsOut ? 1 : -1);
}
