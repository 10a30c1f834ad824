using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace Zab.Analyzers.CodeFixes;

/// <summary>ZAB3004: makes a class partial or sealed.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddModifierCodeFix)), Shared]
public sealed class AddModifierCodeFix : CodeFixProvider
{
    private static readonly FixAllProvider AllInDocument = new PerDocumentFixAll(FixAsync);

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(Rules.ClassShape.Id);

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => AllInDocument;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            if (!diagnostic.Properties.TryGetValue(ClassShapeAnalyzer.MissingModifier, out string? modifier)) continue;
            context.RegisterCodeFix(
                CodeAction.Create($"Make {modifier}", cancellationToken => FixAsync(context.Document, ImmutableArray.Create(diagnostic), cancellationToken), equivalenceKey: "ZAB3004"),
                diagnostic);
        }

        return Task.CompletedTask;
    }

    private static async Task<Document> FixAsync(Document document, ImmutableArray<Diagnostic> diagnostics, CancellationToken cancellationToken)
    {
        DocumentEditor editor = await DocumentEditor.CreateAsync(document, cancellationToken).ConfigureAwait(false);
        foreach (Diagnostic diagnostic in diagnostics)
        {
            if (!diagnostic.Properties.TryGetValue(ClassShapeAnalyzer.MissingModifier, out string? modifier)) continue;
            if (editor.OriginalRoot.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } declaration) continue;
            editor.ReplaceNode(declaration, (current, generator) => generator.WithModifiers(current, With(generator.GetModifiers(current), modifier)));
        }

        return editor.GetChangedDocument();
    }

    private static DeclarationModifiers With(DeclarationModifiers modifiers, string? modifier) => modifier == "sealed" ? modifiers.WithIsSealed(true) : modifiers.WithPartial(true);
}
