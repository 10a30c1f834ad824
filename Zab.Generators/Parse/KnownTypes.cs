using Microsoft.CodeAnalysis;

namespace Zab.Generators.Parse;

/// <summary>The types that the format knows by itself.</summary>
/// <param name="Primitive">The suffix of the methods of writer and reader, and of the codec.</param>
/// <param name="Size">The number of bytes.</param>
/// <param name="Alignment">The alignment of the memory layout.</param>
internal sealed record KnownType(string Primitive, int Size, int Alignment)
{
    private static readonly Dictionary<SpecialType, KnownType> Special = new()
    {
        [SpecialType.System_Boolean] = new("Boolean", 1, 1),
        [SpecialType.System_Byte] = new("Byte", 1, 1),
        [SpecialType.System_SByte] = new("SByte", 1, 1),
        [SpecialType.System_Char] = new("Char", 2, 2),
        [SpecialType.System_Int16] = new("Int16", 2, 2),
        [SpecialType.System_UInt16] = new("UInt16", 2, 2),
        [SpecialType.System_Int32] = new("Int32", 4, 4),
        [SpecialType.System_UInt32] = new("UInt32", 4, 4),
        [SpecialType.System_Int64] = new("Int64", 8, 8),
        [SpecialType.System_UInt64] = new("UInt64", 8, 8),
        [SpecialType.System_Single] = new("Single", 4, 4),
        [SpecialType.System_Double] = new("Double", 8, 8),
        [SpecialType.System_Decimal] = new("Decimal", 16, 8),
        [SpecialType.System_DateTime] = new("DateTime", 8, 8),
    };

    private static readonly Dictionary<string, KnownType> Named = new(StringComparer.Ordinal)
    {
        ["System.Int128"] = new("Int128", 16, 16),
        ["System.UInt128"] = new("UInt128", 16, 16),
        ["System.Half"] = new("Half", 2, 2),
        ["System.Guid"] = new("Guid", 16, 4),
        ["System.DateTimeOffset"] = new("DateTimeOffset", 16, 8),
        ["System.TimeSpan"] = new("TimeSpan", 8, 8),
        ["System.DateOnly"] = new("DateOnly", 4, 4),
        ["System.TimeOnly"] = new("TimeOnly", 8, 8),
        ["Zab.SessionId"] = new("SessionId", 8, 8),
        ["Zab.Zxid"] = new("Zxid", 8, 4),
    };

    /// <summary>Whether writer and reader have methods of their own for it.</summary>
    internal bool HasMethods => Primitive is not ("SessionId" or "Zxid");

    internal static KnownType? Of(ITypeSymbol type)
    {
        if (Special.TryGetValue(type.SpecialType, out KnownType? known)) return known;
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Struct, ContainingType: null, Arity: 0 }) return null;
        return Named.TryGetValue(CSharpText.Name(type), out known) ? known : null;
    }
}
