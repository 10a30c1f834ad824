using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Zab.Generators.Tests.Harness;

/// <summary>A file of a user's project.</summary>
internal sealed record SourceFile(string Path, string Text);

/// <summary>Runs the generator on text, as the compiler would.</summary>
internal static class GeneratorHarness
{
    internal static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview, DocumentationMode.Diagnose);

    private const string Usings = "global using System; global using System.Collections.Generic; global using System.Collections.Immutable; global using System.Linq;";

    private static readonly ImmutableArray<MetadataReference> References = ReferencedAssemblies();

    internal static CSharpCompilation Compile(params string[] texts) =>
        Compile(texts.Select(static (text, i) => new SourceFile($"File{i + 1}.cs", text)).ToArray());

    internal static CSharpCompilation Compile(IReadOnlyCollection<SourceFile> files, NullableContextOptions nullable = NullableContextOptions.Enable) => CSharpCompilation.Create(
        "Users",
        files.Append(new SourceFile("Usings.cs", Usings)).Select(static f => Parse(f)),
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: nullable, generalDiagnosticOption: ReportDiagnostic.Error, allowUnsafe: true, deterministic: true));

    internal static SyntaxTree Parse(SourceFile file) => CSharpSyntaxTree.ParseText(file.Text, ParseOptions, file.Path, System.Text.Encoding.UTF8);

    internal static GeneratorDriver Driver(bool trackSteps = false) => CSharpGeneratorDriver.Create(
        [new ReplicatedGenerator().AsSourceGenerator()],
        parseOptions: ParseOptions,
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackSteps));

    internal static GeneratorOutcome Run(params string[] texts) => Run(Compile(texts));

    internal static GeneratorOutcome Run(CSharpCompilation compilation)
    {
        GeneratorDriver driver = Driver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out _, CancellationToken.None);
        return new GeneratorOutcome(output, driver.GetRunResult().Results.Single());
    }

    // Of this process: the class library, the runtime of this repository, and what they need; not the test tools.
    private static ImmutableArray<MetadataReference> ReferencedAssemblies()
    {
        string own = AppContext.BaseDirectory;
        string[] fromOwn = ["Zab.Runtime", "Microsoft.Extensions."];
        return ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) + Path.DirectorySeparatorChar != own || fromOwn.Any(Path.GetFileName(path)!.StartsWith))
            .Select(static path => (MetadataReference)MetadataReference.CreateFromFile(path))
            .ToImmutableArray();
    }
}

/// <summary>What a run of the generator gave.</summary>
internal sealed record GeneratorOutcome(Compilation Output, GeneratorRunResult Result)
{
    /// <summary>What the generator reported, as text.</summary>
    internal string[] Problems => Result.Diagnostics.Select(static d => d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)).ToArray();

    /// <summary>The emitted files by their hint names.</summary>
    internal IReadOnlyDictionary<string, string> Files => Result.GeneratedSources.ToDictionary(static s => s.HintName, static s => s.SourceText.ToString());

    /// <summary>What the compiler says of the user's files and the emitted ones together. Only the emitted ones must be documented.</summary>
    internal string[] CompilerErrors => Output.GetDiagnostics()
        .Where(static d => d.Severity >= DiagnosticSeverity.Warning && (d.Id != "CS1591" || d.Location.SourceTree!.FilePath.EndsWith(".g.cs", StringComparison.Ordinal)))
        .Select(static d => d.ToString())
        .ToArray();

    /// <summary>The compiled assembly.</summary>
    internal byte[] Emit()
    {
        using var image = new MemoryStream();
        Microsoft.CodeAnalysis.Emit.EmitResult emitted = Output.WithOptions(Output.Options.WithSpecificDiagnosticOptions([new("CS1591", ReportDiagnostic.Suppress)])).Emit(image);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error)));
        return image.ToArray();
    }
}
