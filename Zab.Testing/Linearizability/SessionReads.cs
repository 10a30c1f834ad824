namespace Zab.Testing.Linearizability;

/// <summary>What a session may expect of its reads, whoever else writes.</summary>
/// <remarks>Clients stand for sessions: one that opens another session becomes another client.</remarks>
internal static class SessionReads
{
    /// <summary>
    /// <code>
    /// a call that began after others of its client ended      its zxid
    /// a command                                               after every zxid that they had: of their writes, and of the states they read
    /// a query: Linearizable, Session                          not before any of these
    /// a query: AtLeast                                        not before the zxid it asked for
    /// a query: Local                                          any: it may be old
    /// </code>
    /// A level that comes with a zxid (<see cref="Read.NotBefore"/>) waits for that one, too.
    /// </summary>
    /// <returns>What is broken, a line each; nothing where every session saw what it may expect. Calls without a zxid are not looked at.</returns>
    internal static List<string> Violations(CallHistory history)
    {
        Operation[] calls = [.. history.Operations.Where(static o => o.Outcome == OperationOutcome.Returned && o.AppliedAt is not null)];
        Operation[] byBegin = [.. calls.OrderBy(static o => o.InvokedAt).ThenBy(static o => o.Id)];
        Operation[] byEnd = [.. calls.OrderBy(static o => o.ReturnedAt).ThenBy(static o => o.Id)];

        var violations = new List<string>();
        var newest = new Dictionary<int, Operation>();      // Of each client: of its calls that have ended, the one with the highest zxid.
        int ended = 0;
        foreach (Operation call in byBegin)
        {
            for (; ended < byEnd.Length && byEnd[ended].Precedes(call); ended++) Note(newest, byEnd[ended]);
            if (newest.TryGetValue(call.Client, out Operation? before) && !MayFollow(call, ZxidOf(before)))
                violations.Add($"{OperationText.Name(call)}, at {ZxidOf(call)}, came after {OperationText.Name(before)} at {ZxidOf(before)}");
            if (ZxidOf(call) < call.Invocation.Read.Zxid)
                violations.Add($"{OperationText.Name(call)} asked for a state not before {call.Invocation.Read.Zxid}, and read that at {ZxidOf(call)}");
        }

        return violations;
    }

    private static bool MayFollow(Operation call, Zxid seen)
    {
        if (!call.Invocation.IsQuery) return ZxidOf(call) > seen;
        return call.Invocation.Read.Kind is not (Read.Level.Linearizable or Read.Level.Session) || ZxidOf(call) >= seen;
    }

    private static void Note(Dictionary<int, Operation> newest, Operation call)
    {
        if (!newest.TryGetValue(call.Client, out Operation? other) || ZxidOf(call) > ZxidOf(other)) newest[call.Client] = call;
    }

    private static Zxid ZxidOf(Operation call) => call.AppliedAt.GetValueOrDefault().Zxid;
}
