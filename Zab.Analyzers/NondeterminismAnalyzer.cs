using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Zab.Analyzers;

/// <summary>ZAB1001, ZAB1002, ZAB1003: what a replicated class must not ask its own machine for. Found where it stands in the class itself, initializers and lambdas included.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class NondeterminismAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The property of a diagnostic that says which symbol of the table was found.</summary>
    internal const string Symbol = nameof(Symbol);

    private static readonly ImmutableDictionary<string, DiagnosticDescriptor> Groups = ImmutableDictionary<string, DiagnosticDescriptor>.Empty
        .Add("clock", Rules.Clock)
        .Add("random", Rules.Random)
        .Add("identity", Rules.Identity);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.Clock, Rules.Random, Rules.Identity);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypeByMetadataName("Zab.ReplicatedAttribute") is null) return;
            var apis = new NondeterministicApis(start.Compilation, Groups.Keys.ToArray());
            if (apis.IsEmpty) return;
            start.RegisterOperationAction(c => Check(c, apis), OperationKind.Invocation, OperationKind.PropertyReference, OperationKind.FieldReference, OperationKind.EventReference, OperationKind.MethodReference, OperationKind.ObjectCreation);
        });
    }

    private static void Check(OperationAnalysisContext context, NondeterministicApis apis)
    {
        if (Target(context.Operation) is not { } target || apis.Find(target) is not { } api) return;
        if (!ZabSymbols.IsInReplicated(context.ContainingSymbol) || IsOnlyNamed(context.Operation)) return;

        // A seed makes the numbers the same today; only the algorithm may change between versions of the runtime.
        bool isSeeded = api.Kind == "C" && context.Operation is IObjectCreationOperation { Arguments.Length: > 0 };
        DiagnosticDescriptor rule = Groups[api.Group];
        context.ReportDiagnostic(Diagnostic.Create(
            rule,
            context.Operation.Syntax.GetLocation(),
            isSeeded ? DiagnosticSeverity.Info : rule.DefaultSeverity,
            additionalLocations: null,
            ImmutableDictionary<string, string?>.Empty.Add(Symbol, $"{api.Kind}:{api.Symbol}"),
            Display(target),
            api.Advice.Length == 0 ? "" : "; use: " + api.Advice));
    }

    private static ISymbol? Target(IOperation operation) => operation switch
    {
        IInvocationOperation invocation => invocation.TargetMethod,
        IObjectCreationOperation creation => creation.Constructor,
        IMemberReferenceOperation reference => reference.Member,
        _ => null,
    };

    private static bool IsOnlyNamed(IOperation operation)
    {
        for (IOperation? o = operation.Parent; o is not null; o = o.Parent)
        {
            if (o is INameOfOperation) return true;
        }

        return false;
    }

    private static string Display(ISymbol symbol) => symbol is IMethodSymbol { MethodKind: MethodKind.Constructor } ? $"new {symbol.ContainingType.Name}" : $"{symbol.ContainingType?.Name}.{symbol.Name}";
}
