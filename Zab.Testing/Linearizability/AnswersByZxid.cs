namespace Zab.Testing.Linearizability;

/// <summary>Executes the writes of a history in the order of their zxids, and compares every answer with the state at its zxid.</summary>
/// <remarks>Of reads that may be old, too, which linearizability says nothing of.</remarks>
internal static class AnswersByZxid
{
    /// <param name="history">Every command that was executed must have its zxid, also where its client does not know that it was.</param>
    /// <param name="modelOf">The model of a class, by its id.</param>
    /// <returns>The calls that were answered with something else, a line each.</returns>
    internal static List<string> Violations(CallHistory history, Func<uint, ISequentialModel> modelOf)
    {
        var violations = new List<string>();
        foreach (IGrouping<uint, Operation> ofClass in history.Operations.Where(static o => o.AppliedAt is not null).GroupBy(static o => o.Invocation.ClassId))
        {
            ISequentialModel model = modelOf(ofClass.Key);
            model.Reset();
            foreach (Operation call in Witness.Sorted([.. ofClass]))
            {
                Response answer = model.Run(call);
                if (call.Outcome == OperationOutcome.Returned && !call.Response.IsMetBy(answer))
                    violations.Add($"{OperationText.Of(call, model)}: there it {OperationText.Answer(call, answer, model)}");
            }
        }

        return violations;
    }
}
