using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Zab.Generators.Model;

namespace Zab.Analyzers;

/// <summary>ZAB3003: what <c>[Command]</c> and <c>[Query]</c> methods look like.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CommandShapeAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.CommandShape);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(static c => CheckType((INamedTypeSymbol)c.Symbol, c.ReportDiagnostic), SymbolKind.NamedType);
    }

    private static void CheckType(INamedTypeSymbol type, Action<Diagnostic> report)
    {
        Operation[] operations = type.GetMembers().OfType<IMethodSymbol>().Select(Operation.Of).OfType<Operation>().ToArray();
        if (operations.Length == 0) return;
        foreach (Operation operation in operations)
        {
            if (!ZabSymbols.IsReplicated(type)) Report(report, operation.Method, $"{type.Name}.{operation.Method.Name} is a {operation.Word} of a class that is not [Replicated]");
            foreach (string problem in Problems(operation)) Report(report, operation.Method, $"{type.Name}.{operation.Method.Name} {problem}");
            foreach (IParameterSymbol parameter in operation.Method.Parameters)
            {
                if (Problem(operation, parameter) is { } problem) Report(report, parameter, $"{type.Name}.{operation.Method.Name}({parameter.Name}) {problem}");
            }
        }

        CheckNames(type, operations, report);
    }

    private static IEnumerable<string> Problems(Operation operation)
    {
        IMethodSymbol method = operation.Method;
        if (operation.IsBoth) yield return "is both a command and a query; a query changes nothing, and a command is one already";
        if (method.IsStatic) yield return $"is static; a {operation.Word} works on the state of one instance";
        if (method.IsAbstract) yield return $"is abstract; a {operation.Word} has one body, the same on every server";
        if (method.IsGenericMethod) yield return $"is generic; a {operation.Word} is one name in the log, with arguments of known types";
        if (method.IsAsync || IsTask(method.ReturnType)) yield return $"is asynchronous; a {operation.Word} ends before the next one begins: wait outside, and send what came out as an argument";
        if (method.ReturnsByRef || method.ReturnsByRefReadonly) yield return "returns a reference; the result is sent as bytes";
        else if (method.ReturnType.IsRefLikeType || IsPointer(method.ReturnType)) yield return $"returns {method.ReturnType.Name}, which only lives in memory; return an array";
        if (method.ExplicitInterfaceImplementations.Length > 0) yield return "implements an interface explicitly; give it a name of its own";
        if (method.IsVararg) yield return "takes any number of untyped arguments";
    }

    private static string? Problem(Operation operation, IParameterSymbol parameter)
    {
        ITypeSymbol type = parameter.Type;
        if (parameter.RefKind != RefKind.None) return $"is passed by {(parameter.RefKind is RefKind.Out ? "out" : parameter.RefKind is RefKind.Ref ? "ref" : "in")}; arguments come out of the log as values";
        if (ZabSymbols.Is(type, operation.OtherContext)) return $"is a {type.Name}; a {operation.Word} takes a {operation.Context}";
        if (ZabSymbols.Is(type, operation.Context)) return parameter.Ordinal == 0 ? null : $"is the context, which can only be the first parameter";
        if (ZabSymbols.Is(type, "Read")) return "is a Read, which the client adds to a query by itself; leave it out";
        if (type is { Name: "CancellationToken", ContainingNamespace: { Name: "Threading", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } }) return "is a CancellationToken, which the client adds by itself; what is in the log is no longer cancelled";
        if (IsPointer(type)) return "is a pointer, which means nothing on another server";
        return type.IsRefLikeType ? $"is a {type.Name}, which only lives in memory; take an array" : null;
    }

    // The generator takes the first of each, in the order of the source; the others are reported.
    private static void CheckNames(INamedTypeSymbol type, Operation[] operations, Action<Diagnostic> report)
    {
        var names = new Dictionary<uint, Operation>();
        var signatures = new HashSet<string>(StringComparer.Ordinal);
        foreach (Operation operation in operations.OrderBy(static o => o.Method.Locations[0].SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(static o => o.Method.Locations[0].SourceSpan.Start))
        {
            uint id = Fnv.Hash32(operation.Name);
            if (!names.TryGetValue(id, out Operation? first)) names.Add(id, operation);
            else if (first.Name == operation.Name) Report(report, operation.Method, $"{type.Name}.{operation.Method.Name} is named '{operation.Name}' in the log, as another one; give it a name of its own: [{operation.Attribute}(Name = \"…\")]");
            else Report(report, operation.Method, $"'{operation.Name}' of {type.Name} has the same id in the log, 0x{id:X8}, as '{first.Name}'; give it another name: [{operation.Attribute}(Name = \"…\")]");
            if (!signatures.Add(operation.ClientSignature)) Report(report, operation.Method, $"{type.Name}.{operation.Method.Name} would be the same method of the client as another one: only the context differs");
        }
    }

    private static bool IsPointer(ITypeSymbol type) => type.TypeKind is TypeKind.Pointer or TypeKind.FunctionPointer;

    private static bool IsTask(ITypeSymbol type) =>
        type is { Name: "Task" or "ValueTask", ContainingNamespace: { Name: "Tasks", ContainingNamespace: { Name: "Threading", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } } };

    private static void Report(Action<Diagnostic> report, ISymbol symbol, string message) =>
        report(Diagnostic.Create(Rules.CommandShape, symbol.Locations.FirstOrDefault(static l => l.IsInSource) ?? Location.None, message));

    /// <summary>A method that is a command, a query, or wrongly both.</summary>
    private sealed record Operation(IMethodSymbol Method, bool IsCommand, bool IsBoth, string Name)
    {
        internal string Word => IsCommand ? "command" : "query";

        internal string Attribute => IsCommand ? "Command" : "Query";

        internal string Context => IsCommand ? "CommandContext" : "QueryContext";

        internal string OtherContext => IsCommand ? "QueryContext" : "CommandContext";

        internal string ClientSignature => $"{Method.Name}({string.Join(", ", Method.Parameters.Where(p => p.Ordinal > 0 || !ZabSymbols.Is(p.Type, Context)).Select(static p => p.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)))})";

        internal static Operation? Of(IMethodSymbol method)
        {
            if (!method.Locations.Any(static l => l.IsInSource)) return null;
            AttributeData? command = ZabSymbols.Attribute(method, "CommandAttribute"), query = ZabSymbols.Attribute(method, "QueryAttribute");
            if ((command ?? query) is not { } attribute) return null;
            string? name = attribute.NamedArguments.FirstOrDefault(static a => a.Key == "Name").Value.Value as string;
            return new Operation(method, command is not null, command is not null && query is not null, string.IsNullOrEmpty(name) ? method.Name : name!);
        }
    }
}
