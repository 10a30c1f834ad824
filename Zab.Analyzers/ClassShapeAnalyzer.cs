using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Zab.Analyzers;

/// <summary>ZAB3004: what a <c>[Replicated]</c> class looks like.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ClassShapeAnalyzer : DiagnosticAnalyzer
{
    /// <summary>The property of a diagnostic that names the modifier that is missing.</summary>
    internal const string MissingModifier = nameof(MissingModifier);

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rules.ClassShape);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(static c => Check((INamedTypeSymbol)c.Symbol, c.ReportDiagnostic), SymbolKind.NamedType);
    }

    private static void Check(INamedTypeSymbol type, Action<Diagnostic> report)
    {
        if (!ZabSymbols.IsReplicated(type)) return;
        if (Kind(type) is { } kind)
        {
            Report(report, type, $"{type.Name} is {kind}; a replicated class is a sealed partial class, and nothing else");
            return;
        }

        if (!IsPartial(type)) Report(report, type, $"{type.Name} is not partial, so that the generator cannot add its part", "partial");
        if (type.IsAbstract) Report(report, type, $"{type.Name} is abstract; the runtime makes an instance of it");
        else if (!type.IsSealed) Report(report, type, $"{type.Name} is not sealed; the state of a derived class would be in no snapshot", "sealed");
        if (type.Arity > 0) Report(report, type, $"{type.Name} is generic; its name in the log stands for one class only");
        if (type.IsFileLocal) Report(report, type, $"{type.Name} is a file-local type, which its client cannot name");
        if (type.BaseType is { SpecialType: not SpecialType.System_Object, TypeKind: not TypeKind.Error } b) Report(report, type, $"{type.Name} derives from {b.Name}, whose fields would be in no snapshot; hold an object instead of deriving from it");
        CheckConstruction(type, report);
        CheckContainers(type, report);
    }

    private static string? Kind(INamedTypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Struct, IsRecord: true } => "a record struct",
        { TypeKind: TypeKind.Struct } => "a struct",
        { TypeKind: not TypeKind.Class } => "no class",
        { IsRecord: true } => "a record",
        { IsStatic: true } => "static",
        _ => null,
    };

    private static void CheckConstruction(INamedTypeSymbol type, Action<Diagnostic> report)
    {
        if (Declarations(type).FirstOrDefault(static d => d.ParameterList is { Parameters.Count: > 0 }) is { } primary)
        {
            report(Diagnostic.Create(Rules.ClassShape, primary.ParameterList!.GetLocation(), $"{type.Name} takes parameters in its primary constructor; each server makes an instance without any: send what differs as an argument of a command"));
        }
        else if (!type.IsAbstract && !type.InstanceConstructors.IsEmpty && type.InstanceConstructors.All(static c => c.Parameters.Length > 0))
        {
            Report(report, type, $"{type.Name} has no constructor without parameters, by which each server makes an instance");
        }

        if (type.GetMembers().FirstOrDefault(static m => m is IFieldSymbol { IsRequired: true } or IPropertySymbol { IsRequired: true }) is { } required)
        {
            Report(report, required, $"{type.Name}.{required.Name} is required; each server makes an instance without an initializer");
        }
    }

    private static void CheckContainers(INamedTypeSymbol type, Action<Diagnostic> report)
    {
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            if (outer.Arity > 0) Report(report, type, $"{type.Name} lies in {outer.Name}, which is generic; its name in the log stands for one class only");
            if (!IsPartial(outer)) Report(report, outer, $"{outer.Name} is not partial, so that the generator cannot add a part to {type.Name} in it", "partial");
        }
    }

    private static bool IsPartial(INamedTypeSymbol type) => Declarations(type).Any(static d => d.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static IEnumerable<TypeDeclarationSyntax> Declarations(INamedTypeSymbol type) => type.DeclaringSyntaxReferences.Select(static r => r.GetSyntax()).OfType<TypeDeclarationSyntax>();

    private static void Report(Action<Diagnostic> report, ISymbol symbol, string message, string? modifier = null) => report(Diagnostic.Create(
        Rules.ClassShape,
        symbol.Locations.FirstOrDefault(static l => l.IsInSource) ?? Location.None,
        modifier is null ? null : ImmutableDictionary<string, string?>.Empty.Add(MissingModifier, modifier),
        message));
}
