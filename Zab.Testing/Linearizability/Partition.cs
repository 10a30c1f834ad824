namespace Zab.Testing.Linearizability;

/// <summary>Splits a history into parts that can be checked alone.</summary>
/// <remarks>A history is linearizable exactly if that of each object is (Herlihy and Wing 1990, theorem 1).</remarks>
internal static class Partition
{
    /// <summary>
    /// Classes are objects of their own. Within a class the caller says which calls belong together.
    /// <code>
    /// case  a call's key          parts of its class
    /// A     no function given     one
    /// B     a text, for each      one for each key
    /// C     null, for any         one: that call touches every key
    /// </code>
    /// In case B the state of the class must consist of independent states, one for each key, which no call of another key reads or writes: then, and only
    /// then, each part may run on an instance of its own.
    /// </summary>
    internal static List<HistoryPart> Parts(IEnumerable<Operation> operations, Func<Operation, string?>? keyOf)
    {
        var parts = new List<HistoryPart>();
        foreach (IGrouping<uint, Operation> ofClass in operations.Where(static o => !HistoryPart.IsLeftOut(o)).GroupBy(static o => o.Invocation.ClassId))
        {
            (string? Key, Operation Operation)[] keyed = [.. ofClass.Select(operation => (keyOf?.Invoke(operation), operation))];
            if (keyed.Any(static call => call.Key is null)) parts.Add(new HistoryPart("", ofClass));                        // A, C
            else parts.AddRange(keyed.GroupBy(static call => call.Key!, static call => call.Operation, StringComparer.Ordinal).Select(OfKey));      // B
        }

        return parts;
    }

    /// <summary>The key of a call by its decoded proposal; a call of which only the bytes are known touches everything.</summary>
    internal static Func<Operation, string?> ByProposal(Func<object, string?> keyOf) =>
        operation => operation.Invocation.Proposal is { } proposal ? keyOf(proposal) : null;

    private static HistoryPart OfKey(IGrouping<string, Operation> calls) => new($"key {ValueText.Of(calls.Key)}", calls);
}
