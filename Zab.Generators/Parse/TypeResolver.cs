using Microsoft.CodeAnalysis;
using Zab.Generators.Model;

namespace Zab.Generators.Parse;

/// <summary>Finds out how values are encoded. Remembers the codecs that the user's types need, and what cannot be encoded.</summary>
/// <remarks>One resolver serves one replicated class; it lives no longer than its parse, so nothing of the compilation is kept.</remarks>
internal sealed class TypeResolver(INamedTypeSymbol replicated, CancellationToken cancellationToken)
{
    private const string Codecs = "global::Zab.Serialization.";
    private const string Collections = "global::System.Collections.Generic.";

    private readonly Dictionary<string, TypeState> _types = new(StringComparer.Ordinal);
    private readonly List<CodecModel?> _codecs = [];
    private readonly List<TypeState> _open = [];
    private readonly List<string> _path = [];
    private ISymbol _member = replicated;
    private readonly UniqueNames _codecNames = new("ZabCodecs", "ZabFields");

    /// <summary>The codecs of the user's types, in the order in which they were met.</summary>
    internal IEnumerable<CodecModel> UserCodecs => _codecs.Where(static c => c is not null).Select(static c => c!);

    /// <summary>What cannot be encoded, each with the path to it.</summary>
    internal List<Problem> Problems { get; } = [];

    /// <summary>How the value of <paramref name="member"/>, in the place named <paramref name="root"/>, is encoded; null where it cannot be, which was then added to <see cref="Problems"/>.</summary>
    internal ValueModel? Resolve(ITypeSymbol type, ISymbol member, string root)
    {
        _member = member;
        _path.Clear();
        _path.Add(root);
        return Resolve(type);
    }

    private ValueModel? Resolve(ITypeSymbol type)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool isNullable = type.IsReferenceType && type.NullableAnnotation != NullableAnnotation.NotAnnotated;

        if (KnownType.Of(type) is { } known)
        {
            return Value(type, known);
        }

        if (type.TypeKind == TypeKind.Enum) return Enum((INamedTypeSymbol)type);
        if (type.SpecialType == SpecialType.System_String) return Text("string", "String", isNullable);
        if (type is IArrayTypeSymbol array) return Array(array, isNullable);
        if (type is not INamedTypeSymbol named) return Refuse(type, "cannot be encoded");
        if (named.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T) return Nullable(named);

        switch (CSharpText.Name(named.OriginalDefinition))
        {
            case "System.Collections.Generic.List<T>": return Collection(named, "List", isNullable);
            case "System.Collections.Generic.HashSet<T>": return Collection(named, "HashSet", isNullable);
            case "System.Collections.Generic.Dictionary<TKey, TValue>": return Collection(named, "Dictionary", isNullable);
            case "System.Collections.Immutable.ImmutableArray<T>": return ImmutableArray(named);
        }

        return User(named, isNullable);
    }

    private static ValueModel Value(ITypeSymbol type, KnownType known) => new(
        CSharpText.Type(type), $"{Codecs}{known.Primitive}Codec", known.HasMethods ? known.Primitive : null, known.Size, known.Alignment,
        CSharpText.Name(type), null, null, IsNonNullReference: false, IsPublic: true, IsPrivate: false);

    private static ValueModel Text(string type, string primitive, bool isNullable)
    {
        string prefix = isNullable ? "Nullable" : "";
        return new ValueModel(
            isNullable ? type + "?" : type, $"{Codecs}{prefix}{primitive}Codec", prefix + primitive, 4, 0,
            isNullable ? type + "?" : type, null, null, IsNonNullReference: !isNullable, IsPublic: true, IsPrivate: false);
    }

    private ValueModel? Enum(INamedTypeSymbol type)
    {
        if (Visibility(type) is not { } visibility) return Refuse(type, "is a file-local type, which generated code cannot name");
        KnownType underlying = KnownType.Of(type.EnumUnderlyingType!)!;
        string name = CSharpText.Type(type);
        return new ValueModel(
            name, $"{Codecs}EnumCodec<{name}, {CSharpText.Type(type.EnumUnderlyingType!)}, {Codecs}{underlying.Primitive}Codec>", null, underlying.Size, underlying.Alignment,
            $"{CSharpText.Name(type)}:{CSharpText.Name(type.EnumUnderlyingType!)}", null, null, IsNonNullReference: false, visibility.IsPublic, visibility.IsPrivate);
    }

    private ValueModel? Array(IArrayTypeSymbol type, bool isNullable)
    {
        if (type.Rank != 1) return Refuse(type, "is an array of several dimensions, which is not encoded; use an array of arrays");
        if (type.ElementType.SpecialType == SpecialType.System_Byte) return Text("byte[]", "Bytes", isNullable);
        if (Resolve(type.ElementType) is not { } element) return null;
        return Reference($"{element.Type}[]", $"{Codecs}ArrayCodec<{element.Type}, {element.Codec}>", $"{element.Contract}[]", 4, isNullable, refillable: false, [element]);
    }

    private ValueModel? Nullable(INamedTypeSymbol type)
    {
        if (Resolve(type.TypeArguments[0]) is not { } value) return null;
        return new ValueModel(
            value.Type + "?", $"{Codecs}NullableCodec<{value.Type}, {value.Codec}>", null,
            value.Alignment == 0 ? 1 : value.Alignment + value.MinimumSize, value.Alignment, value.Contract + "?",
            null, null, IsNonNullReference: false, value.IsPublic, value.IsPrivate);
    }

    private ValueModel? Collection(INamedTypeSymbol type, string kind, bool isNullable)
    {
        var arguments = new List<ValueModel>();
        for (int i = 0; i < type.TypeArguments.Length; i++)
        {
            // Where nullable is off, a text is taken for one that may be null, but a key never is.
            ITypeSymbol argument = type.TypeParameters[i].HasNotNullConstraint ? type.TypeArguments[i].WithNullableAnnotation(NullableAnnotation.NotAnnotated) : type.TypeArguments[i];
            if (Resolve(argument) is not { } value) return null;
            arguments.Add(value);
        }

        string types = string.Join(", ", arguments.Select(static a => a.Type));
        string codecs = string.Join(", ", arguments.Select(static a => a.Codec));
        string contracts = string.Join(", ", arguments.Select(static a => a.Contract));
        return Reference($"{Collections}{kind}<{types}>", $"{Codecs}{kind}Codec<{types}, {codecs}>", $"{kind}<{contracts}>", 4, isNullable, refillable: true, arguments);
    }

    private ValueModel? ImmutableArray(INamedTypeSymbol type)
    {
        if (Resolve(type.TypeArguments[0]) is not { } element) return null;
        return new ValueModel(
            $"global::System.Collections.Immutable.ImmutableArray<{element.Type}>", $"{Codecs}ImmutableArrayCodec<{element.Type}, {element.Codec}>", null, 4, 0,
            $"ImmutableArray<{element.Contract}>", null, null, IsNonNullReference: false, element.IsPublic, element.IsPrivate);
    }

    private static ValueModel Reference(string type, string codec, string contract, int minimumSize, bool isNullable, bool refillable, IReadOnlyCollection<ValueModel> parts) => new(
        isNullable ? type + "?" : type,
        isNullable ? codec : $"{Codecs}NotNull<{type}, {codec}>",
        null, minimumSize, 0,
        isNullable ? contract + "?" : contract,
        refillable ? type : null,
        refillable ? codec : null,
        IsNonNullReference: !isNullable,
        parts.All(static p => p.IsPublic),
        parts.Any(static p => p.IsPrivate));

    private ValueModel? User(INamedTypeSymbol type, bool isNullable)
    {
        if (Unsupported(type) is { } reason) return Refuse(type, reason);
        if (Visibility(type) is not { } visibility) return Refuse(type, "is a file-local type, which generated code cannot name");

        string key = CSharpText.Type(type);
        if (!_types.TryGetValue(key, out TypeState? state))
        {
            state = new TypeState(_codecNames.Take(CodecName(type)), _codecs.Count);
            _types.Add(key, state);
            _codecs.Add(null);
            _open.Add(state);
            state.Codec = new UserTypeParser(this, replicated).Parse(type, state.Name, visibility.IsPrivate);
            _open.RemoveAt(_open.Count - 1);
            state.IsComplete = true;
            if (state.Codec is { } codec) _codecs[state.Index] = codec with { IsRecursive = state.IsRecursive };
        }
        else if (!state.IsComplete)
        {
            // Met again while it is taken apart: every type on the way from it to here is part of a cycle.
            for (int i = _open.IndexOf(state); i < _open.Count; i++) _open[i].IsRecursive = true;
        }
        else if (state.Codec is null)
        {
            return Refuse(type, "cannot be encoded");
        }

        if (state.IsComplete && state.Codec is null) return null;
        string name = CSharpText.Type(type);
        string codecName = visibility.IsPrivate ? "ZabCodecs." + state.Name : state.Name;
        if (type.IsReferenceType) return Reference(name, codecName, CSharpText.Name(type), 1, isNullable, refillable: false, []) with { IsPublic = visibility.IsPublic, IsPrivate = visibility.IsPrivate };
        int size = state.Codec is { IsRaw: true } raw ? raw.Size : 1;
        int alignment = state.Codec is { IsRaw: true } aligned ? aligned.Alignment : 0;
        return new ValueModel(name, codecName, null, size, alignment, CSharpText.Name(type), null, null, IsNonNullReference: false, visibility.IsPublic, visibility.IsPrivate);
    }

    /// <summary>Resolves a member of a type that is being taken apart.</summary>
    internal ValueModel? ResolveMember(ITypeSymbol owner, string member, ITypeSymbol type)
    {
        _path.Add($"{owner.Name}.{member}");
        ValueModel? value = Resolve(type);
        _path.RemoveAt(_path.Count - 1);
        return value;
    }

    internal ValueModel? Refuse(ITypeSymbol type, string reason)
    {
        Report($"{string.Join(" → ", _path)} → {CSharpText.Name(type)} {reason}");
        return null;
    }

    /// <summary>Adds a problem of the member that is being resolved.</summary>
    internal void Report(string message) => Problems.Add(new Problem(message, Places.Of(_member)));

    private static string CodecName(INamedTypeSymbol type)
    {
        string name = type.Name;
        if (type.Arity > 0) name += "Of" + string.Concat(type.TypeArguments.Select(static a => a is INamedTypeSymbol n ? CodecName(n).Replace("Codec", "") : "Array"));
        return CSharpText.ToIdentifier(name) + "Codec";
    }

    private static string? Unsupported(INamedTypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Error } => "is not defined",
        { TypeKind: TypeKind.Interface } => "is an interface: what implements it is not known",
        { IsTupleType: true } => "is a tuple, which is not encoded; use a record",
        { IsRefLikeType: true } => "is a ref struct, which cannot be stored",
        { SpecialType: SpecialType.System_Object } => "can be anything: what it holds is not known",
        { TypeKind: not (TypeKind.Class or TypeKind.Struct) } => "cannot be encoded",
        { IsAbstract: true } => "is abstract: what derives from it is not known",
        _ when IsOfTheRuntime(type) => "cannot be encoded",
        _ => null,
    };

    /// <summary>Types of the class library are encoded by codecs of their own or not at all: their members are not their content.</summary>
    private static bool IsOfTheRuntime(INamedTypeSymbol type)
    {
        INamespaceSymbol? top = type.ContainingNamespace;
        while (top is { ContainingNamespace.IsGlobalNamespace: false }) top = top.ContainingNamespace;
        return top is { Name: "System" or "Microsoft" } && type.Locations.All(static l => l.IsInMetadata);
    }

    /// <summary>Whether code beside the replicated class can name the type.</summary>
    internal static bool CanBeNamed(ITypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Error } => false,
        IArrayTypeSymbol array => CanBeNamed(array.ElementType),
        INamedTypeSymbol named => Visibility(named) is { IsPrivate: false } && named.TypeArguments.All(CanBeNamed),
        _ => true,
    };

    /// <summary>Whether generated code can name the type: from anywhere, only inside the replicated class, or (null) not at all.</summary>
    private static (bool IsPublic, bool IsPrivate)? Visibility(ITypeSymbol type)
    {
        bool isPublic = true;
        bool isPrivate = false;
        for (ITypeSymbol? t = type; t is not null; t = t.ContainingType)
        {
            if (t is INamedTypeSymbol { IsFileLocal: true }) return null;
            isPublic &= t.DeclaredAccessibility is Accessibility.Public;
            isPrivate |= t.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal;
            if (t is not INamedTypeSymbol named) continue;
            foreach (ITypeSymbol argument in named.TypeArguments)
            {
                if (Visibility(argument is IArrayTypeSymbol array ? array.ElementType : argument) is not { } inner) return null;
                isPublic &= inner.IsPublic;
                isPrivate |= inner.IsPrivate;
            }
        }

        return (isPublic, isPrivate);
    }

    /// <summary>What is known of one of the user's types.</summary>
    private sealed class TypeState(string name, int index)
    {
        internal string Name { get; } = name;

        internal int Index { get; } = index;

        internal CodecModel? Codec { get; set; }

        internal bool IsComplete { get; set; }

        internal bool IsRecursive { get; set; }
    }
}
