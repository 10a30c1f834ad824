using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;

namespace Zab.Analyzers.CodeFixes;

/// <summary>Fixes all findings of a document in one pass: fixes of one method change the same parameter list, so they cannot be merged as texts.</summary>
internal sealed class PerDocumentFixAll(Func<Document, ImmutableArray<Diagnostic>, CancellationToken, Task<Document>> fix) : DocumentBasedFixAllProvider
{
    protected override async Task<Document?> FixAllAsync(FixAllContext fixAllContext, Document document, ImmutableArray<Diagnostic> diagnostics) =>
        await fix(document, diagnostics, fixAllContext.CancellationToken).ConfigureAwait(false);
}
