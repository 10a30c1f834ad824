using Microsoft.CodeAnalysis;

namespace Zab.Generators.Parse;

/// <summary>The order of members that does not depend on the order in which the compiler is given the files: by name of the file, then by place in it.</summary>
internal static class DeclarationOrder
{
    internal static IEnumerable<T> Of<T>(IEnumerable<T> members)
        where T : ISymbol
    {
        return members
            .Select(static (member, index) => (Member: member, Index: index, Reference: Declaration(member)))
            .OrderBy(static m => FileName(m.Reference?.SyntaxTree.FilePath), StringComparer.Ordinal)
            .ThenBy(static m => m.Reference?.SyntaxTree.FilePath.Replace('\\', '/') ?? "", StringComparer.Ordinal)
            .ThenBy(static m => m.Reference?.Span.Start ?? 0)
            .ThenBy(static m => m.Index)
            .Select(static m => m.Member);
    }

    private static SyntaxReference? Declaration(ISymbol member)
    {
        ISymbol declared = member is IFieldSymbol { AssociatedSymbol: { } property } ? property : member;
        return declared.DeclaringSyntaxReferences.FirstOrDefault();
    }

    private static string FileName(string? path) => path is null ? "" : path.Substring(path.LastIndexOfAny(['/', '\\']) + 1);
}
