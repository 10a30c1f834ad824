namespace Zab.Testing.Linearizability;

/// <summary>Tries one order, that of the zxids: n log n, where a search may take exponential time.</summary>
/// <remarks>The order is proven like any other, so a wrong zxid costs time and never a verdict.</remarks>
internal readonly struct Witness
{
    private Witness(Operation[]? order, string? broken) => (Order, Broken) = (order, broken);

    /// <summary>An order that explains the part; null where that of the zxids does not.</summary>
    internal Operation[]? Order { get; }

    /// <summary>Where the order of the zxids fails; null where it holds, or where there is none.</summary>
    internal string? Broken { get; }

    /// <summary>
    /// <code>
    /// a call                     its place
    /// a command with a zxid      ascending by zxid
    /// a query with a zxid        after the command with that zxid, before the next one; among themselves by invocation
    /// open, without a zxid       it never took effect
    /// required, without one      unknown: there is no such order
    /// </code>
    /// </summary>
    internal static Witness Try(HistoryPart part, ISequentialModel model)
    {
        if (part.Required.Any(static o => o.AppliedAt is null)) return default;
        Operation[] order = Sorted([.. part.Required, .. part.Open.Where(static o => o.AppliedAt is not null)]);
        string? broken = Verify(order, model);
        return broken is null ? new Witness(order, null) : new Witness(null, broken);
    }

    /// <summary>Where this order fails: a call has another answer there, or stands after one that began when it had ended; else null.</summary>
    internal static string? Verify(ReadOnlySpan<Operation> order, ISequentialModel model)
    {
        model.Reset();
        Operation? latest = null;                           // Of those so far, the one that was invoked last.
        foreach (Operation operation in order)
        {
            if (latest is not null && operation.Precedes(latest))
                return $"{OperationText.Of(operation, model)} would come after {OperationText.Of(latest, model)}, which began when it had ended";
            Response answer = model.Run(operation);
            if (operation.Outcome == OperationOutcome.Returned && !operation.Response.IsMetBy(answer))
                return $"{OperationText.Of(operation, model)} there {OperationText.Answer(operation, answer, model)}";
            if (latest is null || operation.InvokedAt > latest.InvokedAt) latest = operation;
        }

        return null;
    }

    /// <summary>The place of each required call in the order of the zxids; null where that is not known of all.</summary>
    internal static int[]? Ranks(HistoryPart part)
    {
        if (part.Required.Any(static o => o.AppliedAt is null)) return null;
        int[] calls = [.. Enumerable.Range(0, part.Required.Length)];
        Array.Sort(Array.ConvertAll(part.Required, Place), calls);
        int[] ranks = new int[calls.Length];
        for (int i = 0; i < calls.Length; i++) ranks[calls[i]] = i;
        return ranks;
    }

    private static (Zxid Zxid, bool IsQuery, long InvokedAt, int Id) Place(Operation operation) =>
        (operation.AppliedAt!.Value.Zxid, operation.Invocation.IsQuery, operation.InvokedAt, operation.Id);

    /// <summary>Places calls that have a zxid in its order.</summary>
    internal static Operation[] Sorted(Operation[] operations)
    {
        Array.Sort(Array.ConvertAll(operations, Place), operations);
        return operations;
    }
}
