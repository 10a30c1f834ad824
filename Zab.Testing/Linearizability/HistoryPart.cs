namespace Zab.Testing.Linearizability;

/// <summary>Calls that are checked together, on one object of their own.</summary>
/// <remarks>
/// <code>
/// outcome     a command                                         a linearizable query          another query
/// Returned    Required: placed once, with its answer            Required                      left out: its answer may be old
/// Unknown     Open: placed once or never, with any answer       left out: it says nothing     left out
/// Failed      left out: whoever sees an effect of it meets a    left out                      left out
///             history in which nobody had that effect
/// </code>
/// </remarks>
internal sealed class HistoryPart
{
    /// <param name="name">What the part is, for people; empty where it is the whole history.</param>
    /// <param name="operations">Its calls, without those that are left out.</param>
    internal HistoryPart(string name, IEnumerable<Operation> operations)
    {
        Name = name;
        Operation[] ascending = [.. operations.OrderBy(static o => o.InvokedAt).ThenBy(static o => o.Id)];
        Required = [.. ascending.Where(static o => o.Outcome == OperationOutcome.Returned)];
        Open = [.. ascending.Where(static o => o.Outcome != OperationOutcome.Returned)];
    }

    internal string Name { get; }

    /// <summary>Ascending by invocation.</summary>
    internal Operation[] Required { get; }

    /// <summary>Ascending by invocation.</summary>
    internal Operation[] Open { get; }

    internal int Count => Required.Length + Open.Length;

    /// <summary>One numbering for both: first the required calls, then the open ones.</summary>
    internal Operation this[int index] => index < Required.Length ? Required[index] : Open[index - Required.Length];

    internal static bool IsLeftOut(Operation operation) =>
        operation.Outcome == OperationOutcome.Failed
        || !operation.Invocation.IsLinearizable
        || (operation.Outcome == OperationOutcome.Unknown && operation.Invocation.IsQuery);
}
