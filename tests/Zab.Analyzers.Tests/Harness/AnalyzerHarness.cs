using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Zab.Analyzers.Tests.Harness;

/// <summary>Runs every analyzer of the package on text, as the compiler would.</summary>
internal static class AnalyzerHarness
{
    internal const string Usings = "global using System; global using System.Collections.Generic; global using System.Linq; global using System.Threading; global using System.Threading.Tasks; global using Zab;";

    internal static readonly ImmutableArray<DiagnosticAnalyzer> Analyzers = typeof(ClassShapeAnalyzer).Assembly.GetTypes()
        .Where(static t => t.IsSubclassOf(typeof(DiagnosticAnalyzer)) && !t.IsAbstract)
        .Select(static t => (DiagnosticAnalyzer)Activator.CreateInstance(t)!)
        .ToImmutableArray();

    internal static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview, DocumentationMode.Diagnose);

    internal static readonly CSharpCompilationOptions Options = new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true);

    internal static readonly ImmutableArray<MetadataReference> References = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(static path => Path.GetDirectoryName(path) + Path.DirectorySeparatorChar != AppContext.BaseDirectory || Path.GetFileName(path) == "Zab.Runtime.dll")
        .Select(static path => (MetadataReference)MetadataReference.CreateFromFile(path))
        .ToImmutableArray();

    internal static CSharpCompilation Compile(params string[] texts) => CSharpCompilation.Create(
        "Users", texts.Append(Usings).Select(static (text, i) => CSharpSyntaxTree.ParseText(text, ParseOptions, $"File{i + 1}.cs")), References, Options);

    /// <summary>What the analyzers report, in the order of the text. An analyzer that throws is reported as AD0001, which fails the test.</summary>
    internal static async Task<Diagnostic[]> RunAsync(CSharpCompilation compilation)
    {
        var options = new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), onAnalyzerException: null, concurrentAnalysis: true, logAnalyzerExecutionTime: false);
        ImmutableArray<Diagnostic> reported = await compilation.WithAnalyzers(Analyzers, options).GetAnalyzerDiagnosticsAsync();
        Assert.DoesNotContain(reported, static d => d.Id == "AD0001");
        return [.. reported.OrderBy(static d => d.Location.SourceTree?.FilePath, StringComparer.Ordinal).ThenBy(static d => d.Location.SourceSpan.Start).ThenBy(static d => d.Location.SourceSpan.Length)];
    }
}
