using System.Globalization;

namespace Zab.Testing.Linearizability;

/// <summary>Calls as lines of a report.</summary>
internal static class OperationText
{
    /// <summary>Client, call, when it ran, and what its client was told.</summary>
    internal static string Of(Operation operation, ISequentialModel model)
    {
        string at = operation.AppliedAt is { } applied ? $" @ {applied.Zxid}" : "";
        string when = string.Create(CultureInfo.InvariantCulture, $"[{operation.InvokedAt}, {End(operation)}]{at}");
        string call = string.Create(CultureInfo.InvariantCulture, $"client {operation.Client}: {model.Describe(operation.Invocation)} {when}");
        return operation.Outcome switch
        {
            OperationOutcome.Returned => $"{call} -> {model.Describe(operation.Invocation, operation.Response)}",
            OperationOutcome.Failed => $"{call} -> never executed",
            _ => $"{call} -> unknown",
        };
    }

    /// <summary>Which call it is, where no model is at hand that could say more.</summary>
    internal static string Name(Operation operation) =>
        string.Create(CultureInfo.InvariantCulture, $"call {operation.Id} of client {operation.Client} [{operation.InvokedAt}, {End(operation)}]");

    /// <summary>What the model says to it.</summary>
    internal static string Answer(Operation operation, in Response answer, ISequentialModel model) =>
        answer.IsFailure ? model.Describe(operation.Invocation, answer) : $"returns {model.Describe(operation.Invocation, answer)}";

    private static string End(Operation operation) => operation.ReturnedAt == long.MaxValue ? "…" : operation.ReturnedAt.ToString(CultureInfo.InvariantCulture);
}
