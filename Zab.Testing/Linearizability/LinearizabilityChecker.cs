using System.Globalization;
using Zab.Core;
using Zab.Replica;

namespace Zab.Testing.Linearizability;

/// <summary>Decides whether a history is linearizable.</summary>
/// <remarks>
/// It is, if its calls give the answers that were seen when they are executed one after the other on one object, in some order in which no call stands
/// before one that had ended when it began.
/// For each part of the history, first the order of zxids is tried, which a correct ensemble passes in n log n; then a search. Deterministic. Not safe for
/// concurrent use, for its models are not.
/// </remarks>
internal sealed class LinearizabilityChecker
{
    private readonly Func<uint, ISequentialModel> _modelOf;

    /// <param name="modelOf">The model of a class, by its id.</param>
    internal LinearizabilityChecker(Func<uint, ISequentialModel> modelOf) => _modelOf = modelOf;

    /// <summary>A checker of an ensemble: each class is its own model.</summary>
    internal LinearizabilityChecker(ReplicatedClasses classes, ClusterId cluster)
        : this(ReplicatedModel.Of(classes, cluster))
    {
    }

    /// <summary>Which calls belong together, within a class; see <see cref="Partition.Parts"/> for what that demands of the class.</summary>
    internal Func<Operation, string?>? KeyOf { get; init; }

    internal SearchLimits Limits { get; init; } = SearchLimits.Default;

    /// <summary>
    /// <code>
    /// parts                               verdict
    /// all legal                           Legal
    /// one illegal                         Illegal; the others are not looked at any more
    /// none illegal, one given up          Unknown
    /// </code>
    /// </summary>
    internal Verdict Check(CallHistory history)
    {
        PartCheck[] checks = [.. Partition.Parts(history.Operations, KeyOf).Select(part => new PartCheck(part, _modelOf(part[0].Invocation.ClassId), Limits))];
        PartCheck? failed = SearchAll([.. checks.Where(static c => c.Kind != VerdictKind.Legal)]);
        long steps = checks.Sum(static c => c.Steps);
        return failed is null
            ? new Verdict(VerdictKind.Legal, steps, [.. checks.Select(static c => c.Order())], "")
            : new Verdict(failed.Kind, steps, [], failed.Explain());
    }

    /// <summary>The part that is not legal; null where all are.</summary>
    /// <remarks>The small parts come first, each with its share of the steps that are left; then, with all that is left, those that need more.</remarks>
    private PartCheck? SearchAll(PartCheck[] checks)
    {
        Array.Sort(checks, static (x, y) => (x.Part.Count, x.Part[0].Id).CompareTo((y.Part.Count, y.Part[0].Id)));
        long left = Limits.Steps;
        for (int round = 1; round <= 2; round++)
        {
            for (int i = 0; i < checks.Length; i++)
            {
                if (checks[i].Kind == VerdictKind.Legal) continue;
                left -= checks[i].Search(round == 1 ? left / (checks.Length - i) : left);
                if (checks[i].Kind == VerdictKind.Illegal) return checks[i];
            }
        }

        return Array.Find(checks, static c => c.Kind == VerdictKind.Unknown);
    }
}
