namespace Zab.Testing.Linearizability;

/// <summary>A call of a history that the ensemble executed, and where.</summary>
/// <param name="Zxid">That of its entry.</param>
/// <param name="Operation">Its id in the history.</param>
internal readonly record struct AppliedWrite(Zxid Zxid, int Operation);

/// <summary>Compares what clients were told of their writes with the order that the ensemble has in the end. Linear: what it finds needs no search.</summary>
internal static class AppliedOrder
{
    /// <summary>
    /// <code>
    /// rule  broken where
    /// A     the zxids do not ascend
    /// B     a write was executed twice
    /// C     a write that was acknowledged is not there
    /// D     a write stands at another zxid than its client was told
    /// E     a write that was certainly never executed is there
    /// F     a write that ended before another began stands after it
    /// </code>
    /// </summary>
    /// <param name="history">What clients know.</param>
    /// <param name="applied">The final order of the ensemble: every write of the history that is in it, ascending.</param>
    /// <returns>What is broken, a line each; nothing where all rules hold.</returns>
    internal static List<string> Violations(CallHistory history, IReadOnlyList<AppliedWrite> applied)
    {
        var violations = new List<string>();
        var places = new Zxid?[history.Operations.Count];
        Zxid last = Zxid.None;
        Operation? latest = null;                           // Of those so far, the one that was invoked last.
        foreach (AppliedWrite write in applied)
        {
            Operation operation = history.Operations[write.Operation];
            string name = $"{OperationText.Name(operation)}, executed at {write.Zxid},";
            if (write.Zxid <= last) violations.Add($"{name} stands in the order after {last}");                                     // A
            if (places[operation.Id] is { } first) violations.Add($"{name} was executed at {first} before");                       // B
            if (operation.AppliedAt is { } told && told.Zxid != write.Zxid) violations.Add($"{name} was told {told.Zxid}");        // D
            if (operation.Outcome == OperationOutcome.Failed) violations.Add($"{name} was told that it was never executed");       // E
            if (latest is not null && operation.Precedes(latest))                                                                  // F
                violations.Add($"{name} had ended before {OperationText.Name(latest)} began, which stands before it");
            if (latest is null || operation.InvokedAt > latest.InvokedAt) latest = operation;
            places[operation.Id] ??= write.Zxid;
            last = write.Zxid;
        }

        foreach (Operation operation in history.Operations)
        {
            bool isAcknowledged = !operation.Invocation.IsQuery && operation.Outcome == OperationOutcome.Returned;
            if (isAcknowledged && places[operation.Id] is null)                                                                    // C
                violations.Add($"{OperationText.Name(operation)} was acknowledged, and is not in the order");
        }

        return violations;
    }
}
