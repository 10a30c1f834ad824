using Microsoft.CodeAnalysis;

namespace Zab.Analyzers;

/// <summary>The attributes and contexts of the contract, recognised by name: the analyzers do not reference the runtime.</summary>
internal static class ZabSymbols
{
    internal static bool IsReplicated(INamedTypeSymbol type) => Attribute(type, "ReplicatedAttribute") is not null;

    /// <summary>Whether the symbol is, or lies in, a replicated class; its nested types are part of it.</summary>
    internal static bool IsInReplicated(ISymbol symbol)
    {
        for (INamedTypeSymbol? type = symbol as INamedTypeSymbol ?? symbol.ContainingType; type is not null; type = type.ContainingType)
        {
            if (IsReplicated(type)) return true;
        }

        return false;
    }

    internal static AttributeData? Attribute(ISymbol symbol, string name) => symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass is { } c && Is(c, name));

    /// <summary>Whether the type is the one of that name in namespace <c>Zab</c>.</summary>
    internal static bool Is(ITypeSymbol type, string name) =>
        type is { ContainingType: null, ContainingNamespace: { Name: "Zab", ContainingNamespace.IsGlobalNamespace: true } } && type.Name == name;
}
