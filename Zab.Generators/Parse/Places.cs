using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using Zab.Generators.Model;

namespace Zab.Generators.Parse;

/// <summary>Where symbols are declared, as values.</summary>
internal static class Places
{
    internal static Place? Of(ISymbol symbol)
    {
        if (symbol.Locations.FirstOrDefault(static l => l.IsInSource) is not { } location) return null;
        FileLinePositionSpan lines = location.GetLineSpan();
        TextSpan span = location.SourceSpan;
        return new Place(lines.Path, span.Start, span.Length, lines.StartLinePosition.Line, lines.StartLinePosition.Character, lines.EndLinePosition.Line, lines.EndLinePosition.Character);
    }

    internal static Location ToLocation(Place? place) => place is null
        ? Location.None
        : Location.Create(place.Path, new TextSpan(place.Start, place.Length), new LinePositionSpan(new(place.StartLine, place.StartCharacter), new(place.EndLine, place.EndCharacter)));
}
