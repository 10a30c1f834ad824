namespace Zab.Testing.Linearizability;

/// <summary>The calls of all clients, as they are recorded while they happen. Not safe for concurrent use.</summary>
/// <remarks>
/// Times are places in one global order of events. Two events at the same place count as concurrent, so a coarse clock can hide a violation and never make one.
/// </remarks>
internal sealed class CallHistory
{
    private readonly List<Operation> _operations = [];

    /// <summary>All calls, in the order in which they were recorded; the index is the id.</summary>
    internal IReadOnlyList<Operation> Operations => _operations;

    /// <summary>A client calls. The id names the call from here on.</summary>
    internal int Invoke(int client, in Invocation invocation, long at)
    {
        int id = _operations.Count;
        _operations.Add(new Operation(id, client, invocation, at));
        return id;
    }

    /// <summary>The client has its answer.</summary>
    internal void Return(int id, long at, in Response response, AppliedAt? appliedAt = null)
    {
        End(id, OperationOutcome.Returned, at, response);
        if (appliedAt is not null) _operations[id].AppliedAt = appliedAt;
    }

    /// <summary>The client was told that its call was certainly never executed.</summary>
    internal void Fail(int id, long at) => End(id, OperationOutcome.Failed, at, default);

    /// <summary>The client stops waiting; it will never know whether its call takes effect, or when.</summary>
    internal void Unknown(int id) => End(id, OperationOutcome.Unknown, long.MaxValue, default);

    /// <summary>Somebody saw where a call was executed, whatever its client knows of it; at any time.</summary>
    internal void Applied(int id, AppliedAt appliedAt) => _operations[id].AppliedAt = appliedAt;

    private void End(int id, OperationOutcome outcome, long at, in Response response)
    {
        Operation operation = _operations[id];
        string name = $"call {id} of client {operation.Client}";
        if (operation.IsOver) throw new InvalidOperationException($"{name} ended already ({operation.Outcome}); a call ends once");
        if (at < operation.InvokedAt)
            throw new ArgumentOutOfRangeException(nameof(at), at, $"{name} was invoked at {operation.InvokedAt} and cannot end before");
        operation.End(outcome, at, response);
    }
}
