using Microsoft.CodeAnalysis;
using Zab.Generators.Emit;
using Zab.Generators.Model;
using Zab.Generators.Parse;

namespace Zab.Generators;

/// <summary>Gives each <c>[Replicated]</c> class its proposals, its part, its codecs and its client. Wiring only: <c>Parse</c> makes values of symbols, <c>Emit</c> makes text of values.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ReplicatedGenerator : IIncrementalGenerator
{
    /// <summary>The step that makes the model of a class; equal models end the run here.</summary>
    public const string ModelStep = "Model";

    /// <summary>The step that finds the file names that differ in case only.</summary>
    public const string HintNamesStep = "HintNames";

    /// <summary>The step that makes the text of a class.</summary>
    public const string SourceStep = "Source";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<Result<ReplicatedModel>> models = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                "Zab.ReplicatedAttribute",
                static (_, _) => true,
                static (c, cancellationToken) => Result.Of(((INamedTypeSymbol)c.TargetSymbol).ToDisplayString(), () => Model(c, cancellationToken)))
            .WithTrackingName(ModelStep);

        IncrementalValueProvider<EquatableArray<string>> alike = models
            .Collect()
            .Select(static (all, _) => HintNames.Alike(all.Select(static m => m.Value?.HintName)))
            .WithTrackingName(HintNamesStep);

        IncrementalValuesProvider<Result<EmittedFile>> files = models
            .Combine(alike)
            .Select(static (input, _) => input.Left.Then(m => new EmittedFile(HintNames.Unique(m, input.Right), ReplicatedEmitter.Emit(m), m.Problems)))
            .WithTrackingName(SourceStep);

        context.RegisterSourceOutput(files, static (output, file) =>
        {
            if (file.Failure is { } failure) output.ReportDiagnostic(Diagnostic.Create(Diagnostics.InternalError, Location.None, file.Subject, failure));
            if (file.Value is not { } emitted) return;
            foreach (Problem problem in emitted.Problems) output.ReportDiagnostic(Diagnostic.Create(Diagnostics.NotEncodable, Places.ToLocation(problem.Place), problem.Message));
            output.AddSource(emitted.HintName, emitted.Text);
        });
    }

    // A class that has the attribute on two of its parts, which the compiler refuses, is met twice; only the first counts.
    private static ReplicatedModel? Model(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        var type = (INamedTypeSymbol)context.TargetSymbol;
        AttributeData first = type.GetAttributes().First(a => a.AttributeClass?.Equals(context.Attributes[0].AttributeClass, SymbolEqualityComparer.Default) ?? false);
        bool isOfThisPart = first.ApplicationSyntaxReference is not { } place || (place.SyntaxTree == context.TargetNode.SyntaxTree && context.TargetNode.FullSpan.Contains(place.Span));
        return isOfThisPart ? ReplicatedParser.Parse(type, cancellationToken) : null;
    }
}
