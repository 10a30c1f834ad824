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

    /// <summary>The step that makes the text of a class.</summary>
    public const string SourceStep = "Source";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<Result<ReplicatedModel>> models = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                "Zab.ReplicatedAttribute",
                static (_, _) => true,
                static (c, cancellationToken) => Result.Of(((INamedTypeSymbol)c.TargetSymbol).ToDisplayString(), () => ReplicatedParser.Parse((INamedTypeSymbol)c.TargetSymbol, cancellationToken)))
            .WithTrackingName(ModelStep);

        IncrementalValuesProvider<Result<EmittedFile>> files = models
            .Select(static (model, _) => model.Then(static m => new EmittedFile(m.HintName, ReplicatedEmitter.Emit(m), m.Problems)))
            .WithTrackingName(SourceStep);

        context.RegisterSourceOutput(files, static (output, file) =>
        {
            if (file.Failure is { } failure) output.ReportDiagnostic(Diagnostic.Create(Diagnostics.InternalError, Location.None, file.Subject, failure));
            if (file.Value is not { } emitted) return;
            foreach (string problem in emitted.Problems) output.ReportDiagnostic(Diagnostic.Create(Diagnostics.NotEncodable, Location.None, problem));
            output.AddSource(emitted.HintName, emitted.Text);
        });
    }
}
