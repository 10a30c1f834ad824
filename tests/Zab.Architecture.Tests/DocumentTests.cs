using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Xunit;

namespace Zab.Architecture;

/// <summary>What the documents promise is there: files behind links, headings behind anchors, and code that compiles.</summary>
public sealed class DocumentTests
{
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder; global using Microsoft.Extensions.DependencyInjection; global using Microsoft.Extensions.Hosting;
        """;

    [Fact]
    public void Every_link_leads_to_a_file_or_a_heading_that_exists()
    {
        string[] broken = [.. MarkdownFile.All.SelectMany(static file => file.LocalLinks.Where(link => !Exists(file, link)).Select(link => $"{Path.GetRelativePath(Sources.Root, file.Path)}: {link}"))];

        Assert.Empty(broken);
    }

    [Fact]
    public async Task Every_snippet_of_the_README_compiles_with_generator_and_analyzers()
    {
        IReadOnlyList<string> snippets = new MarkdownFile(Path.Combine(Sources.Root, "README.md")).CSharp;
        Assert.NotEmpty(snippets);
        SyntaxTree[] trees = [.. snippets.Select(static (text, i) => CSharpSyntaxTree.ParseText(text, Sources.ParseOptions, $"snippet {i + 1}"))];
        SyntaxTree[] types = [.. trees.Where(static t => !HasStatements(t))];

        // One program at a time, each with all the types of the page.
        var problems = new List<string>();
        foreach (SyntaxTree[] program in trees.Where(HasStatements).Select(t => types.Append(t).ToArray()).DefaultIfEmpty(types)) problems.AddRange(await ProblemsAsync(program));

        Assert.Empty(problems);
    }

    private static bool Exists(MarkdownFile from, string link)
    {
        string[] parts = link.Split('#');
        string path = parts[0].Length == 0 ? from.Path : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(from.Path)!, Uri.UnescapeDataString(parts[0])));
        if (!File.Exists(path)) return parts.Length == 1 && Directory.Exists(path);
        return parts.Length == 1 || new MarkdownFile(path).Anchors.Contains(parts[1]);
    }

    private static bool HasStatements(SyntaxTree tree) => tree.GetCompilationUnitRoot().Members.Any(static m => m is GlobalStatementSyntax);

    private static async Task<IEnumerable<string>> ProblemsAsync(SyntaxTree[] program)
    {
        var options = new CSharpCompilationOptions(program.Any(HasStatements) ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true);
        CSharpCompilation compilation = CSharpCompilation.Create("Readme", program.Append(CSharpSyntaxTree.ParseText(ImplicitUsings, Sources.ParseOptions)), References(), options);
        CSharpGeneratorDriver.Create([new Generators.ReplicatedGenerator().AsSourceGenerator()], parseOptions: Sources.ParseOptions).RunGeneratorsAndUpdateCompilation(compilation, out Compilation output, out ImmutableArray<Diagnostic> generated);
        IEnumerable<Diagnostic> found = output.GetDiagnostics().Concat(generated);
        if (Analyzers() is { IsEmpty: false } analyzers) found = found.Concat(await output.WithAnalyzers(analyzers).GetAnalyzerDiagnosticsAsync());
        return found.Where(static d => d.Severity >= DiagnosticSeverity.Warning).Select(static d => d.ToString());
    }

    private static ImmutableArray<DiagnosticAnalyzer> Analyzers() =>
        [.. Assembly.Load("Zab.Analyzers").GetTypes().Where(static t => !t.IsAbstract && t.IsSubclassOf(typeof(DiagnosticAnalyzer))).Select(static t => (DiagnosticAnalyzer)Activator.CreateInstance(t)!)];

    /// <summary>Everything that this process could load: the class library, the web host, and the runtime of this repository.</summary>
    private static IEnumerable<MetadataReference> References() =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(static p => !Path.GetFileName(p).StartsWith("Zab.G", StringComparison.Ordinal)).Select(static p => MetadataReference.CreateFromFile(p));
}
