using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace Zab.Analyzers.CodeFixes;

/// <summary>ZAB1001, ZAB1002, ZAB1003: takes time, random numbers and identities from the context of the command, which becomes a parameter where it is none yet.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(UseContextCodeFix)), Shared]
public sealed class UseContextCodeFix : CodeFixProvider
{
    private static readonly FixAllProvider AllInDocument = new PerDocumentFixAll(FixAsync);

    // What stands for a symbol; a query's context knows the time only.
    private static readonly ImmutableDictionary<string, string> Replacements = ImmutableDictionary<string, string>.Empty
        .Add("P:System.DateTime.Now", ".Now.UtcDateTime")
        .Add("P:System.DateTime.UtcNow", ".Now.UtcDateTime")
        .Add("P:System.DateTime.Today", ".Now.UtcDateTime.Date")
        .Add("P:System.DateTimeOffset.Now", ".Now")
        .Add("P:System.DateTimeOffset.UtcNow", ".Now")
        .Add("M:System.TimeProvider.GetUtcNow", ".Now")
        .Add("P:System.Random.Shared", ".Random")
        .Add("C:System.Random", ".Random")
        .Add("M:System.Guid.NewGuid", ".NewGuid()")
        .Add("M:System.Guid.CreateVersion7", ".NewGuid()")
        .Add("M:System.IO.Path.GetRandomFileName", ".NewGuid().ToString(\"N\")");

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(Rules.Clock.Id, Rules.Random.Id, Rules.Identity.Id);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => AllInDocument;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root) return;
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (Site.Of(root, diagnostic) is not { } site) continue;
            string local = diagnostic.Properties[NondeterminismAnalyzer.Symbol] is "P:System.DateTime.Now" or "P:System.DateTime.Today" or "P:System.DateTimeOffset.Now" ? " (UTC, not local time)" : "";
            context.RegisterCodeFix(
                CodeAction.Create($"Use {site.Replacement}{local}", cancellationToken => FixAsync(context.Document, ImmutableArray.Create(diagnostic), cancellationToken), equivalenceKey: diagnostic.Id),
                diagnostic);
        }
    }

    private static async Task<Document> FixAsync(Document document, ImmutableArray<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        DocumentEditor editor = await DocumentEditor.CreateAsync(document, cancellationToken).ConfigureAwait(false);
        Site[] sites = diagnostics.Select(d => Site.Of(editor.OriginalRoot, d)).OfType<Site>().ToArray();
        foreach (Site site in sites) editor.ReplaceNode(site.Expression, SyntaxFactory.ParseExpression(site.Replacement).WithTriviaFrom(site.Expression));
        foreach (IGrouping<MethodDeclarationSyntax, Site> method in sites.Where(static s => s.NeedsParameter).GroupBy(static s => s.Method))
        {
            editor.ReplaceNode(method.Key, (current, _) => AddContext((MethodDeclarationSyntax)current, method.First()));
        }

        return editor.GetChangedDocument();
    }

    private static MethodDeclarationSyntax AddContext(MethodDeclarationSyntax method, Site site)
    {
        ParameterSyntax parameter = SyntaxFactory.Parameter(SyntaxFactory.Identifier(site.Context))
            .WithType(SyntaxFactory.ParseTypeName($"global::Zab.{site.ContextType}").WithAdditionalAnnotations(Microsoft.CodeAnalysis.Simplification.Simplifier.Annotation).WithTrailingTrivia(SyntaxFactory.Space));
        SeparatedSyntaxList<ParameterSyntax> parameters = method.ParameterList.Parameters;
        SeparatedSyntaxList<ParameterSyntax> extended = parameters.Count == 0
            ? parameters.Add(parameter)
            : SyntaxFactory.SeparatedList<ParameterSyntax>(new SyntaxNodeOrToken[] { parameter, SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space) }.Concat(parameters.GetWithSeparators()));
        return method.WithParameterList(method.ParameterList.WithParameters(extended));
    }

    /// <summary>A finding that can be fixed: inside a command or a query, where the context can be reached.</summary>
    private sealed record Site(ExpressionSyntax Expression, MethodDeclarationSyntax Method, string Context, string ContextType, bool NeedsParameter, string Replacement)
    {
        internal static Site? Of(SyntaxNode root, Diagnostic diagnostic)
        {
            if (!diagnostic.Properties.TryGetValue(NondeterminismAnalyzer.Symbol, out string? symbol) || symbol is null || !Replacements.TryGetValue(symbol, out string? member)) return null;
            SyntaxNode found = root.FindNode(diagnostic.Location.SourceSpan, getInnermostNodeForTie: true);
            if (found is not ExpressionSyntax expression || found.FirstAncestorOrSelf<MethodDeclarationSyntax>() is not { } method) return null;

            // A ref struct cannot be captured, and a method group is no value.
            if (found.Ancestors().TakeWhile(a => a != method).Any(static a => a is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax or QueryExpressionSyntax)) return null;
            if (symbol.StartsWith("M:", StringComparison.Ordinal) && expression is not InvocationExpressionSyntax) return null;

            bool isCommand = HasAttribute(method, "Command");
            if (!isCommand && (!HasAttribute(method, "Query") || !member.StartsWith(".Now", StringComparison.Ordinal))) return null;
            string type = isCommand ? "CommandContext" : "QueryContext";
            string? name = method.ParameterList.Parameters.FirstOrDefault(p => p.Type is { } t && t.ToString().Split('.', ':').Last() == type)?.Identifier.Text;
            string context = name ?? FreeName(method);
            return new Site(expression, method, context, type, name is null, context + member);
        }

        private static bool HasAttribute(MethodDeclarationSyntax method, string name) =>
            method.AttributeLists.SelectMany(static l => l.Attributes).Any(a => a.Name.ToString().Split('.', ':').Last() is { } last && (last == name || last == name + "Attribute"));

        private static string FreeName(MethodDeclarationSyntax method)
        {
            var taken = new HashSet<string>(method.DescendantTokens().Where(static t => t.IsKind(SyntaxKind.IdentifierToken)).Select(static t => t.ValueText), StringComparer.Ordinal);
            string name = "context";
            while (taken.Contains(name)) name += "_";
            return name;
        }
    }
}
