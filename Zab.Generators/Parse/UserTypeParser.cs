using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Zab.Generators.Model;

namespace Zab.Generators.Parse;

/// <summary>Takes a type of the user apart: its members in the order of the format, and how an instance is made from them.</summary>
internal sealed class UserTypeParser(TypeResolver resolver, INamedTypeSymbol replicated)
{
    private const int MembersMax = 249;                                                 // An object header is one byte, and 250 to 255 mean something else.

    internal CodecModel? Parse(INamedTypeSymbol type, string codec, bool isPrivate) =>
        type.IsValueType && !HoldsReference(type) ? Raw(type, codec, isPrivate) : Object(type, codec, isPrivate);

    // The memory of a struct: every field, public or not, with the padding of a sequential layout.
    private CodecModel? Raw(INamedTypeSymbol type, string codec, bool isPrivate)
    {
        Layout layout = Layout.Of(type);
        if (layout.Refusal is { } refusal) return Refuse(type, refusal);

        var locals = new UniqueNames("reader", "writer", "value", "read");
        var members = new List<MemberModel>();
        var symbols = new List<ISymbol>();
        int offset = 0, alignment = 1;
        foreach (IFieldSymbol field in layout.Order(InstanceFields(type)))
        {
            if (IsCapturedParameter(field)) return Refuse(type, $"keeps {MemberName(field)}, a parameter of its constructor, without a field: keep it in a property");
            string name = MemberName(field);
            if (resolver.ResolveMember(type, name, field.Type) is not { } value) return null;
            int aligned = layout.Place(field, offset, value);
            if (aligned < offset) return Refuse(type, $"overlaps itself at {name}: a union of fields has no single content");

            bool isReachable = IsAccessible(field.AssociatedSymbol is IPropertySymbol p ? p.GetMethod : field);
            members.Add(new MemberModel(name, CSharpText.Identifier(name), CSharpText.Identifier(locals.Take(CSharpText.Camel(name))), value, aligned - offset, isReachable ? null : field.Name));
            symbols.Add(isReachable && field.AssociatedSymbol is { } property ? property : field);
            offset = aligned + value.MinimumSize;
            alignment = Math.Max(alignment, layout.AlignmentOf(value));
        }

        int size = Math.Max(Math.Max(1, layout.Size), Align(offset, alignment));
        (List<int> arguments, List<int> initialized, List<int> unreachable) = Construction(type, symbols, members);
        for (int i = 0; i < members.Count; i++)
        {
            if (unreachable.Contains(i)) members[i] = members[i] with { Field = FieldName(symbols[i]) };
        }

        return new CodecModel(
            codec, CSharpText.Type(type), CSharpText.Cref(type), CSharpText.Name(type), IsRaw: true, IsReference: false, IsOpen: false, IsRecursive: false, isPrivate,
            size, alignment, new(members), new(arguments), new(initialized));
    }

    // The public fields and properties of an object, base class first.
    private CodecModel? Object(INamedTypeSymbol type, string codec, bool isPrivate)
    {
        var hierarchy = new List<INamedTypeSymbol>();
        for (INamedTypeSymbol? t = type; t is { SpecialType: not (SpecialType.System_Object or SpecialType.System_ValueType) }; t = t.BaseType) hierarchy.Insert(0, t);

        var symbols = new List<ISymbol>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (ISymbol member in hierarchy.SelectMany(static t => DeclarationOrder.Of(t.GetMembers())))
        {
            if (!IsCandidate(member)) continue;
            if (seen.TryGetValue(member.Name, out int index)) symbols[index] = member;              // An override, or a new member that hides the one of the base.
            else
            {
                seen.Add(member.Name, symbols.Count);
                symbols.Add(member);
            }
        }

        // A property that can be read only belongs to the content where the constructor takes it.
        IMethodSymbol? constructor = Constructor(type, symbols);
        symbols.RemoveAll(s => !IsSettable(s) && Parameter(constructor, s) is null);
        if (symbols.Count > MembersMax) return Refuse(type, $"has {symbols.Count} members, {MembersMax} are the most; put some of them into a type of their own");

        if (hierarchy.SelectMany(static t => t.GetMembers().OfType<IEventSymbol>()).FirstOrDefault(static e => !e.IsStatic && (e.AddMethod?.IsImplicitlyDeclared ?? false)) is { } handlers)
        {
            return Refuse(type, $"has an event, {handlers.Name}: who listens is no content");
        }

        foreach (IFieldSymbol field in hierarchy.SelectMany(static t => InstanceFields(t)))
        {
            if (IsCapturedParameter(field) || !symbols.Any(s => SymbolEqualityComparer.Default.Equals(s, field) || SymbolEqualityComparer.Default.Equals(s, field.AssociatedSymbol) || s is IPropertySymbol { OverriddenProperty: { } o } && SymbolEqualityComparer.Default.Equals(o, field.AssociatedSymbol)))
            {
                return Refuse(type, $"keeps {MemberName(field)}, which no encoded member carries: make it a public property that can be set, or take it in the constructor");
            }
        }

        var locals = new UniqueNames("reader", "writer", "value", "members", "at", "exception", "read");
        var members = new List<MemberModel>();
        foreach (ISymbol symbol in symbols)
        {
            ITypeSymbol memberType = symbol is IFieldSymbol f ? f.Type : ((IPropertySymbol)symbol).Type;
            if (resolver.ResolveMember(type, symbol.Name, memberType) is not { } value) return null;
            members.Add(new MemberModel(symbol.Name, CSharpText.Identifier(symbol.Name), CSharpText.Identifier(locals.Take(CSharpText.Camel(symbol.Name))), value, 0, null));
        }

        if (constructor is null && !type.IsValueType) return Refuse(type, "has no constructor that generated code can call with its members");
        (List<int> arguments, List<int> initialized, _) = Construction(type, symbols, members);
        return new CodecModel(
            codec, CSharpText.Type(type), CSharpText.Cref(type), CSharpText.Name(type), IsRaw: false, type.IsReferenceType, IsOpen: type.IsReferenceType && !type.IsSealed, IsRecursive: false, isPrivate,
            0, 0, new(members), new(arguments), new(initialized));
    }

    /// <summary>Which members the constructor takes, which an initializer sets, and which nothing reaches.</summary>
    private (List<int> Arguments, List<int> Initialized, List<int> Unreachable) Construction(INamedTypeSymbol type, List<ISymbol> symbols, List<MemberModel> members)
    {
        var arguments = new List<int>();
        IMethodSymbol? constructor = Constructor(type, symbols);
        if (constructor is not null)
        {
            foreach (IParameterSymbol parameter in constructor.Parameters) arguments.Add(symbols.FindIndex(s => Matches(parameter, s)));
        }

        bool setsRequired = constructor?.GetAttributes().Any(static a => a.AttributeClass?.Name == "SetsRequiredMembersAttribute") ?? false;
        var initialized = new List<int>();
        var unreachable = new List<int>();
        for (int i = 0; i < symbols.Count; i++)
        {
            bool isRequired = symbols[i] is IFieldSymbol { IsRequired: true } or IPropertySymbol { IsRequired: true };
            if (arguments.Contains(i) && (!isRequired || setsRequired)) continue;
            if (members[i].Field is null && IsSettable(symbols[i])) initialized.Add(i);
            else unreachable.Add(i);
        }

        return (arguments, initialized, unreachable);
    }

    // The constructor that takes most of the members and nothing else; of equal ones the first declared.
    private IMethodSymbol? Constructor(INamedTypeSymbol type, List<ISymbol> symbols) => DeclarationOrder.Of(type.InstanceConstructors)
        .Where(c => IsAccessible(c) && c.Parameters.All(p => symbols.Any(s => Matches(p, s))))
        .OrderByDescending(static c => c.Parameters.Length)
        .FirstOrDefault();

    private static bool Matches(IParameterSymbol parameter, ISymbol member) =>
        parameter.RefKind is RefKind.None or RefKind.In
        && string.Equals(parameter.Name, member.Name, StringComparison.OrdinalIgnoreCase)
        && SymbolEqualityComparer.Default.Equals(parameter.Type, member is IFieldSymbol field ? field.Type : (member as IPropertySymbol)?.Type);

    private static IParameterSymbol? Parameter(IMethodSymbol? constructor, ISymbol member) => constructor?.Parameters.FirstOrDefault(p => Matches(p, member));

    private static bool IsCandidate(ISymbol member) =>
        member is { IsStatic: false, DeclaredAccessibility: Accessibility.Public }
        && member is IFieldSymbol { IsConst: false, IsImplicitlyDeclared: false } or IPropertySymbol { IsIndexer: false, GetMethod.DeclaredAccessibility: Accessibility.Public };

    private bool IsSettable(ISymbol member) => member switch
    {
        IFieldSymbol field => !field.IsReadOnly && IsAccessible(field),
        IPropertySymbol property => property.SetMethod is { } setter && IsAccessible(setter),
        _ => false,
    };

    private bool IsAccessible(ISymbol? symbol) => symbol is not null && (symbol.DeclaredAccessibility == Accessibility.Public
        || symbol.DeclaredAccessibility is Accessibility.Internal or Accessibility.ProtectedOrInternal && SymbolEqualityComparer.Default.Equals(symbol.ContainingAssembly, replicated.ContainingAssembly));

    /// <summary>Whether a value of the type has a reference in it, at any depth.</summary>
    private static bool HoldsReference(ITypeSymbol type) => type switch
    {
        _ when KnownType.Of(type) is not null => false,
        { TypeKind: TypeKind.Enum } => false,
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => HoldsReference(nullable.TypeArguments[0]),
        INamedTypeSymbol { IsValueType: true } named => InstanceFields(named).Any(static f => HoldsReference(f.Type)),
        _ => true,
    };

    private static IEnumerable<IFieldSymbol> InstanceFields(INamedTypeSymbol type) =>
        DeclarationOrder.Of(type.GetMembers().OfType<IFieldSymbol>().Where(static f => !f.IsStatic && !f.IsConst));

    private static string MemberName(IFieldSymbol field)
    {
        if (field.AssociatedSymbol is { } property) return property.Name;
        if (IsCapturedParameter(field)) return field.Name.Substring(1, field.Name.Length - 3);
        int end = field.Name.IndexOf(">k__BackingField", StringComparison.Ordinal);                  // Of a type in another assembly.
        return end > 0 ? field.Name.Substring(1, end - 1) : field.Name;
    }

    /// <summary>Whether the compiler made the field, because a member uses a parameter of the primary constructor.</summary>
    internal static bool IsCapturedParameter(IFieldSymbol field) =>
        field.AssociatedSymbol is null && field.Name.StartsWith("<", StringComparison.Ordinal) && field.Name.EndsWith(">P", StringComparison.Ordinal);

    private static string FieldName(ISymbol symbol) => symbol is IPropertySymbol ? $"<{symbol.Name}>k__BackingField" : symbol.Name;

    private static int Align(int offset, int alignment) => (offset + alignment - 1) / alignment * alignment;

    private CodecModel? Refuse(INamedTypeSymbol type, string reason)
    {
        resolver.Refuse(type, reason);
        return null;
    }
}
