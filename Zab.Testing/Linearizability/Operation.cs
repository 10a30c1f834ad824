namespace Zab.Testing.Linearizability;

/// <summary>What is known of how a call ended.</summary>
internal enum OperationOutcome : byte
{
    /// <summary>It may take effect at any time after its invocation, or never; so does one that still ran when the history ended.</summary>
    Unknown,

    /// <summary>It took effect between its invocation and its return, and this was its answer.</summary>
    Returned,

    /// <summary>It was certainly never executed: it has no effect, at any time.</summary>
    Failed,
}

/// <summary>Where in the order of zxids a call was executed. Two uses, of which neither is believed without proof:</summary>
/// <remarks>
/// <para>A hint. The order of zxids is tried first; whether it explains the history is then checked like any other order.</para>
/// <para>
/// The context. A command may read its zxid, the leader's time, its session, and random numbers that follow from the zxid; a query its zxid and time. Where
/// they are known the model runs the call with them, for they are part of what was asked, as its arguments are. Where they are not, it runs with the context
/// of no entry: zxid 0/0, year 1, session 0/0. That is exact for every class that reads no context; for one that does, each call must come with its own.
/// </para>
/// </remarks>
/// <param name="Zxid">Of a command: that of its entry. Of a query: that of the state it read.</param>
/// <param name="UtcTicks">The leader's time of that entry.</param>
/// <param name="Session">Of a command: the session it was called in.</param>
internal readonly record struct AppliedAt(Zxid Zxid, long UtcTicks = 0, SessionId Session = default);

/// <summary>One call of one client.</summary>
internal sealed class Operation
{
    internal Operation(int id, int client, in Invocation invocation, long invokedAt) =>
        (Id, Client, Invocation, InvokedAt) = (id, client, invocation, invokedAt);

    /// <summary>Its number in the history, from 0.</summary>
    internal int Id { get; }

    internal int Client { get; }

    internal Invocation Invocation { get; }

    /// <summary>Its place in the one order of all events of the history.</summary>
    internal long InvokedAt { get; }

    /// <summary>Its place in that order, too; <see cref="long.MaxValue"/> until something is known. Invariant: ≥ <see cref="InvokedAt"/>.</summary>
    internal long ReturnedAt { get; private set; } = long.MaxValue;

    internal OperationOutcome Outcome { get; private set; }

    /// <summary>The client waits no longer. Nothing about the outcome changes any more.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>Means something where it returned.</summary>
    internal Response Response { get; private set; }

    /// <summary>Null where it is not known where the call was executed, or whether.</summary>
    internal AppliedAt? AppliedAt { get; set; }

    /// <summary>Whether it ended before the other began: then every order that explains the history has it first.</summary>
    internal bool Precedes(Operation other) => ReturnedAt < other.InvokedAt;

    internal void End(OperationOutcome outcome, long at, in Response response) => (Outcome, ReturnedAt, Response, IsOver) = (outcome, at, response, true);
}
