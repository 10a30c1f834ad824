using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Zab.Analyzers.CodeFixes;

namespace Zab.Analyzers.Tests.Harness;

/// <summary>Applies code fixes to text, as an editor would.</summary>
internal static class FixHarness
{
    private static readonly CodeFixProvider[] Providers = [new AddModifierCodeFix(), new UseContextCodeFix()];

    /// <summary>The titles of the fixes that are offered for the first finding.</summary>
    internal static async Task<string[]> TitlesAsync(string code)
    {
        using AdhocWorkspace workspace = Workspace(code, out Document document);
        Diagnostic[] found = await FindAsync(document);
        return [.. (await ActionsAsync(document, found[0])).Select(static a => a.Action.Title)];
    }

    /// <summary>The text after the fix of the first finding.</summary>
    internal static async Task<string> FixFirstAsync(string code)
    {
        using AdhocWorkspace workspace = Workspace(code, out Document document);
        Diagnostic[] found = await FindAsync(document);
        (CodeAction action, _) = Assert.Single(await ActionsAsync(document, found[0]));
        return await TextAsync(action, document.Id);
    }

    /// <summary>The text after "fix all in document" of the rule.</summary>
    internal static async Task<string> FixAllAsync(string code, string rule)
    {
        using AdhocWorkspace workspace = Workspace(code, out Document document);
        Diagnostic[] found = [.. (await FindAsync(document)).Where(d => d.Id == rule)];
        CodeFixProvider provider = Providers.Single(p => p.FixableDiagnosticIds.Contains(rule));
        (CodeAction action, _) = (await ActionsAsync(document, found[0])).First();
        var context = new FixAllContext(document, provider, FixAllScope.Document, action.EquivalenceKey!, [rule], new Findings(found), CancellationToken.None);
        return await TextAsync((await provider.GetFixAllProvider()!.GetFixAsync(context))!, document.Id);
    }

    internal static async Task<Diagnostic[]> FindAsync(Document document)
    {
        var compilation = (Microsoft.CodeAnalysis.CSharp.CSharpCompilation)(await document.Project.GetCompilationAsync())!;
        return await AnalyzerHarness.RunAsync(compilation);
    }

    private static async Task<List<(CodeAction Action, CodeFixProvider Provider)>> ActionsAsync(Document document, Diagnostic diagnostic)
    {
        var actions = new List<(CodeAction, CodeFixProvider)>();
        foreach (CodeFixProvider provider in Providers.Where(p => p.FixableDiagnosticIds.Contains(diagnostic.Id)))
        {
            await provider.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add((action, provider)), CancellationToken.None));
        }

        return actions;
    }

    private static async Task<string> TextAsync(CodeAction action, DocumentId id)
    {
        ImmutableArray<CodeActionOperation> operations = await action.GetOperationsAsync(CancellationToken.None);
        Document changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution.GetDocument(id)!;
        Document simplified = await Microsoft.CodeAnalysis.Simplification.Simplifier.ReduceAsync(changed);
        return (await simplified.GetTextAsync()).ToString();
    }

    private static AdhocWorkspace Workspace(string code, out Document document)
    {
        var workspace = new AdhocWorkspace();
        var id = ProjectId.CreateNewId();
        workspace.AddProject(ProjectInfo.Create(id, VersionStamp.Default, "Users", "Users", LanguageNames.CSharp, compilationOptions: AnalyzerHarness.Options, parseOptions: AnalyzerHarness.ParseOptions, metadataReferences: AnalyzerHarness.References));
        workspace.AddDocument(id, "Usings.cs", Microsoft.CodeAnalysis.Text.SourceText.From(AnalyzerHarness.Usings));
        document = workspace.AddDocument(id, "File1.cs", Microsoft.CodeAnalysis.Text.SourceText.From(code));
        return workspace;
    }

    private sealed class Findings(Diagnostic[] found) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>(found);

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>(found);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
