using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Zab.Analyzers;

/// <summary>One row of <c>nondeterministic-apis.tsv</c>.</summary>
/// <param name="Group">Which rule it belongs to.</param>
/// <param name="Kind">T for a whole type, C for its constructors, M, P, F or E for members of a name.</param>
/// <param name="Symbol">The full name.</param>
/// <param name="Advice">What to use instead, or empty.</param>
internal sealed record NondeterministicApi(string Group, string Kind, string Symbol, string Advice);

/// <summary>Symbols of the class library that give each server another answer, as one compilation sees them.</summary>
internal sealed class NondeterministicApis
{
    private static readonly Lazy<ImmutableArray<NondeterministicApi>> AllRows = new(ReadRows);

    private readonly Dictionary<ISymbol, NondeterministicApi> _symbols = new(SymbolEqualityComparer.Default);

    internal NondeterministicApis(Compilation compilation, params string[] groups)
    {
        foreach (NondeterministicApi row in Rows.Where(r => groups.Contains(r.Group)))
        {
            foreach (ISymbol symbol in Resolve(compilation, row))
            {
                if (!_symbols.ContainsKey(symbol)) _symbols.Add(symbol, row);
            }
        }
    }

    internal static ImmutableArray<NondeterministicApi> Rows => AllRows.Value;

    internal bool IsEmpty => _symbols.Count == 0;

    /// <summary>The row of a member, of what it overrides, or of its type; null where it is the same everywhere.</summary>
    internal NondeterministicApi? Find(ISymbol member)
    {
        ISymbol definition = member is IMethodSymbol { ReducedFrom: { } reduced } ? reduced.OriginalDefinition : member.OriginalDefinition;
        for (ISymbol? symbol = definition; symbol is not null; symbol = Overridden(symbol))
        {
            if (_symbols.TryGetValue(symbol, out NondeterministicApi? row)) return row;
        }

        return definition.ContainingType is { } type && _symbols.TryGetValue(type.OriginalDefinition, out NondeterministicApi? whole) ? whole : null;
    }

    internal static IEnumerable<ISymbol> Resolve(Compilation compilation, NondeterministicApi row)
    {
        if (row.Kind is "T" or "C")
        {
            if (compilation.GetTypeByMetadataName(row.Symbol) is not { } type) return [];
            return row.Kind == "T" ? [type] : type.InstanceConstructors;
        }

        int dot = row.Symbol.LastIndexOf('.');
        return compilation.GetTypeByMetadataName(row.Symbol.Substring(0, dot))?.GetMembers(row.Symbol.Substring(dot + 1)) ?? [];
    }

    private static ISymbol? Overridden(ISymbol symbol) => symbol switch
    {
        IMethodSymbol method => method.OverriddenMethod?.OriginalDefinition,
        IPropertySymbol property => property.OverriddenProperty?.OriginalDefinition,
        _ => null,
    };

    private static ImmutableArray<NondeterministicApi> ReadRows()
    {
        using Stream stream = typeof(NondeterministicApis).Assembly.GetManifestResourceStream("nondeterministic-apis.tsv")!;
        using var reader = new StreamReader(stream);
        var rows = ImmutableArray.CreateBuilder<NondeterministicApi>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            string[] columns = line.Split('\t');
            int colon = columns[1].IndexOf(':');
            rows.Add(new NondeterministicApi(columns[0], columns[1].Substring(0, colon), columns[1].Substring(colon + 1), columns.Length > 2 && columns[2] != "-" ? columns[2] : ""));
        }

        return rows.ToImmutable();
    }
}
