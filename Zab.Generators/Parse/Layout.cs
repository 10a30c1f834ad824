using System.Runtime.InteropServices;
using Microsoft.CodeAnalysis;
using Zab.Generators.Model;

namespace Zab.Generators.Parse;

/// <summary>Where the fields of a struct without references lie: in declaration order with natural alignment, or as <c>[StructLayout]</c> says.</summary>
/// <remarks>Of a struct in another assembly the attribute is not visible; it is taken for sequential, which is a fixed order too.</remarks>
internal sealed record Layout(string? Refusal, int Pack, int Size, bool IsExplicit)
{
    internal static Layout Of(INamedTypeSymbol type)
    {
        AttributeData? attribute = type.GetAttributes().FirstOrDefault(static a => a.AttributeClass?.ToDisplayString() == "System.Runtime.InteropServices.StructLayoutAttribute");
        if (attribute is null || attribute.ConstructorArguments.Length == 0) return new Layout(null, 0, 0, false);
        int kind = Convert.ToInt32(attribute.ConstructorArguments[0].Value, System.Globalization.CultureInfo.InvariantCulture);
        return new Layout(
            kind == (int)LayoutKind.Auto ? "has LayoutKind.Auto: the order of its fields is the runtime's choice; use LayoutKind.Sequential" : null,
            Named(attribute, "Pack"),
            Named(attribute, "Size"),
            kind == (int)LayoutKind.Explicit);
    }

    /// <summary>The fields in the order in which they are written.</summary>
    internal IEnumerable<IFieldSymbol> Order(IEnumerable<IFieldSymbol> fields) => IsExplicit ? fields.OrderBy(Offset) : fields;

    /// <summary>Where a field begins, when the fields before it end at <paramref name="end"/>.</summary>
    internal int Place(IFieldSymbol field, int end, ValueModel value)
    {
        if (IsExplicit) return Offset(field);
        int alignment = AlignmentOf(value);
        return (end + alignment - 1) / alignment * alignment;
    }

    internal int AlignmentOf(ValueModel value) => Pack > 0 ? Math.Min(Pack, value.Alignment) : value.Alignment;

    private static int Offset(IFieldSymbol field)
    {
        AttributeData? attribute = field.GetAttributes().FirstOrDefault(static a => a.AttributeClass?.Name == "FieldOffsetAttribute");
        return attribute is { ConstructorArguments.Length: 1 } && attribute.ConstructorArguments[0].Value is int offset ? offset : 0;
    }

    private static int Named(AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(a => a.Key == name).Value.Value is int value ? value : 0;
}
