using Xunit;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>What tests do with a history, again and again.</summary>
internal static class Checks
{
    internal static Verdict Check(CallHistory history, TextModel model, Func<Operation, string?>? keyOf = null, SearchLimits? limits = null) =>
        new LinearizabilityChecker(_ => model) { KeyOf = keyOf, Limits = limits ?? SearchLimits.Default }.Check(history);

    /// <summary>Believes no order: each is executed, and must hold every call that returned, once.</summary>
    internal static void AssertProven(Verdict verdict, CallHistory history, ISequentialModel model)
    {
        Assert.Equal(VerdictKind.Legal, verdict.Kind);
        foreach (Operation[] order in verdict.Orders) Assert.Null(Witness.Verify(order, model));
        int[] placed = [.. verdict.Orders.SelectMany(static order => order).Select(static o => o.Id)];
        Assert.Equal(placed.Length, placed.Distinct().Count());
        Assert.DoesNotContain(placed, id => history.Operations[id].Outcome == OperationOutcome.Failed);
        IEnumerable<Operation> required = history.Operations.Where(static o => o.Outcome == OperationOutcome.Returned && o.Invocation.IsLinearizable);
        Assert.Empty(required.Select(static o => o.Id).Except(placed));
    }

    /// <summary>The key of a call of <see cref="Keys"/>.</summary>
    internal static string FirstArgument(Operation operation) => TextModel.Text(operation.Invocation).TrimEnd(')').Split('(', ',')[1];
}
