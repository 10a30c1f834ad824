using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Zab.Generators.Model;

namespace Zab.Generators.Parse;

/// <summary>Symbols in, values out: the only place that looks at a replicated class.</summary>
internal static class ReplicatedParser
{
    private const int FieldsMax = 249;                                                  // The state is an object, and its header is one byte.

    internal static ReplicatedModel? Parse(INamedTypeSymbol type, CancellationToken cancellationToken)
    {
        if (type.Arity > 0 || type.TypeKind != TypeKind.Class || type.IsFileLocal || !ContainersArePartial(type)) return null;   // The analyzers say why.

        AttributeData? attribute = Attribute(type, "ReplicatedAttribute");
        string contractName = attribute?.Named("Name") ?? CSharpText.Name(type);
        var resolver = new TypeResolver(type, cancellationToken);
        List<FieldModel> state = State(type, resolver);
        ulong shape = Fnv.Hash64(StateContract(state, resolver.UserCodecs));
        if (state.Count > FieldsMax) resolver.Report($"{type.Name} has {state.Count} fields, {FieldsMax} are the most; put some of them into a type of their own");
        List<OperationModel> operations = Operations(type, resolver);

        bool isPublic = operations.All(static o => (o.Result?.IsPublic ?? true) && o.Parameters.All(static p => p.Value?.IsPublic ?? true));
        return new ReplicatedModel(
            HintName(type),
            type.ContainingNamespace.IsGlobalNamespace ? null : CSharpText.Namespace(type.ContainingNamespace),
            new(Containers(type)),
            type.Name,
            CSharpText.Identifier(type.Name),
            CSharpText.Type(type),
            Scope(type),
            Accessibility(type, isPublic),
            contractName,
            Fnv.Hash32(contractName),
            shape,
            attribute?.Named("Client") ?? type.Name + "Client",
            type.Name + "Proposals",
            EmitsClass: IsPartial(type) && !type.IsRecord && !type.IsStatic,
            CanCreate: CanCreate(type),
            new(operations),
            new(state),
            new(resolver.UserCodecs),
            new(resolver.Problems.Distinct()));
    }

    private static bool CanCreate(INamedTypeSymbol type) =>
        !type.IsAbstract
        && type.InstanceConstructors.Any(static c => c.Parameters.Length == 0)
        && !type.GetMembers().Any(static m => m is IFieldSymbol { IsRequired: true } or IPropertySymbol { IsRequired: true });

    private static List<FieldModel> State(INamedTypeSymbol type, TypeResolver resolver)
    {
        var fields = new List<FieldModel>();
        var accessors = new UniqueNames("Equals", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString", "Finalize");
        foreach (IFieldSymbol field in DeclarationOrder.Of(type.GetMembers().OfType<IFieldSymbol>().Where(static f => !f.IsStatic && !f.IsConst && !UserTypeParser.IsCapturedParameter(f))))
        {
            ISymbol declared = field.AssociatedSymbol ?? field;
            bool needsAccessor = field.IsReadOnly || field.AssociatedSymbol is not null;
            fields.Add(new FieldModel(
                declared.Name,
                field.AssociatedSymbol is null ? CSharpText.Identifier(field.Name) : null,
                needsAccessor ? CSharpText.Identifier(accessors.Take(declared.Name)) : null,
                field.Name,
                resolver.Resolve(field.Type, declared, $"{type.Name}.{declared.Name}")));
        }

        // The field of an event has no symbol of its own.
        foreach (IEventSymbol handlers in type.GetMembers().OfType<IEventSymbol>().Where(static e => !e.IsStatic && (e.AddMethod?.IsImplicitlyDeclared ?? false))) resolver.Resolve(handlers.Type, handlers, $"{type.Name}.{handlers.Name}");
        return fields;
    }

    /// <summary>The state in words: what must be equal for a snapshot to be readable.</summary>
    private static string StateContract(List<FieldModel> state, IEnumerable<CodecModel> codecs)
    {
        IEnumerable<string> fields = state.Select(static (f, i) => $"{i + 1} {f.Name}: {f.Value?.Contract}\n");
        IEnumerable<string> types = codecs
            .OrderBy(static c => c.Contract, StringComparer.Ordinal)
            .Select(static c => $"type {c.Contract} {(c.IsRaw ? "raw" : "object")}\n" + string.Concat(c.Members.Select(static (m, i) => $"{i + 1} {m.Name}: {m.Value.Contract}\n")));
        return string.Concat(fields.Concat(types));
    }

    private static List<OperationModel> Operations(INamedTypeSymbol type, TypeResolver resolver)
    {
        var operations = new List<OperationModel>();
        var ids = new HashSet<uint>();
        var proposals = new UniqueNames("ClassId", type.Name + "Proposals", "Equals", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString", "Finalize");
        foreach (IMethodSymbol method in DeclarationOrder.Of(type.GetMembers().OfType<IMethodSymbol>()))
        {
            AttributeData? command = Attribute(method, "CommandAttribute");
            AttributeData? query = Attribute(method, "QueryAttribute");
            if ((command ?? query) is not { } attribute || !HasShape(method, ContextOf(command is not null))) continue;
            string contractName = attribute.Named("Name") ?? method.Name;
            if (!ids.Add(Fnv.Hash32(contractName))) continue;
            OperationModel operation = Operation(type, method, contractName, command is not null, proposals, resolver);
            if (CanBeNamed(method)) operations.Add(operation);
        }

        return operations;
    }

    // Whether a call of it can be made from bytes. The analyzers say why not; and two of one name are one too many.
    private static bool HasShape(IMethodSymbol method, string context) =>
        method is { IsStatic: false, IsGenericMethod: false, IsAbstract: false, IsAsync: false, ReturnsByRef: false, ReturnsByRefReadonly: false, IsVararg: false }
        && !IsTask(method.ReturnType)
        && method.Parameters.Select(static (p, i) => (Parameter: p, Index: i)).All(p =>
            p.Parameter.RefKind == RefKind.None
            && p.Parameter.Type is { TypeKind: not (TypeKind.Pointer or TypeKind.FunctionPointer) }
            && CSharpText.Name(p.Parameter.Type) is not ("Zab.Read" or "System.Threading.CancellationToken")
            && (!p.Parameter.Type.IsRefLikeType || (p.Index == 0 && CSharpText.Name(p.Parameter.Type) == context)));

    // A stub that names a type which is not defined, or not visible, would only add an error to the one that is reported.
    private static bool CanBeNamed(IMethodSymbol method) => method.Parameters.Select(static p => p.Type).Append(method.ReturnType).All(TypeResolver.CanBeNamed);

    private static string ContextOf(bool isCommand) => isCommand ? "Zab.CommandContext" : "Zab.QueryContext";

    private static bool IsTask(ITypeSymbol type) =>
        type is { Name: "Task" or "ValueTask", ContainingNamespace: { Name: "Tasks", ContainingNamespace: { Name: "Threading", ContainingNamespace: { Name: "System", ContainingNamespace.IsGlobalNamespace: true } } } };

    private static OperationModel Operation(INamedTypeSymbol type, IMethodSymbol method, string contractName, bool isCommand, UniqueNames proposals, TypeResolver resolver)
    {
        string proposal = CSharpText.Identifier(proposals.Take(CSharpText.ToIdentifier(contractName)));
        bool takesContext = method.Parameters.Length > 0 && CSharpText.Name(method.Parameters[0].Type) == ContextOf(isCommand);
        var names = new UniqueNames(method.Parameters.Select(static p => p.Name).ToArray());

        string? problem = null;
        List<ParameterModel> parameters = Parameters(type, method, takesContext, proposal, resolver, ref problem);
        ValueModel? result = method.ReturnsVoid ? null : Result(type, method, resolver, ref problem);
        return new OperationModel(
            isCommand,
            CSharpText.Identifier(method.Name),
            CSharpText.Identifier(method.Name + "Async"),
            contractName,
            Fnv.Hash32(contractName),
            proposal,
            takesContext,
            method.GetDocumentationCommentId() ?? "",
            Obsolete(method),
            new(parameters),
            problem is null ? result : null,
            names.Take("cancellationToken"),
            names.Take("read"),
            problem,
            problem is null || method.ReturnsVoid ? null : CSharpText.Type(method.ReturnType));
    }

    private static List<ParameterModel> Parameters(INamedTypeSymbol type, IMethodSymbol method, bool takesContext, string proposal, TypeResolver resolver, ref string? problem)
    {
        var properties = new UniqueNames("Equals", "GetHashCode", "ToString", "GetType", "MemberwiseClone", "ReferenceEquals", "Finalize", "Deconstruct", "PrintMembers", proposal);
        var parameters = new List<ParameterModel>();
        foreach (IParameterSymbol parameter in method.Parameters.Skip(takesContext ? 1 : 0))
        {
            string place = $"{type.Name}.{method.Name}({parameter.Name})";
            ValueModel? value = resolver.Resolve(parameter.Type, parameter, place);
            if (value is null) problem ??= $"{place} cannot be encoded";
            else if (value.IsPrivate) resolver.Report(problem = $"{place} → {CSharpText.Name(parameter.Type)} is private: the client cannot name it; make it internal or public");
            parameters.Add(new ParameterModel(
                parameter.Name,
                CSharpText.Identifier(parameter.Name),
                CSharpText.Identifier(properties.Take(CSharpText.Pascal(parameter.Name))),
                value?.Type ?? CSharpText.Type(parameter.Type),
                value,
                CSharpText.Default(parameter)));
        }

        return parameters;
    }

    private static ValueModel? Result(INamedTypeSymbol type, IMethodSymbol method, TypeResolver resolver, ref string? problem)
    {
        ValueModel? result = resolver.Resolve(method.ReturnType, method, $"{type.Name}.{method.Name} returns");
        if (result is null) problem ??= $"the result of {type.Name}.{method.Name} cannot be encoded";
        else if (result.IsPrivate) resolver.Report(problem = $"{type.Name}.{method.Name} returns {CSharpText.Name(method.ReturnType)}, which is private: the client cannot name it; make it internal or public");
        return result;
    }

    private static string? Obsolete(IMethodSymbol method)
    {
        AttributeData? attribute = method.GetAttributes().FirstOrDefault(static a => a.AttributeClass?.ToDisplayString() == "System.ObsoleteAttribute");
        return attribute is null ? null : string.Join(", ", attribute.ConstructorArguments.Select(static a => CSharpText.Constant(a.Value) ?? "null"));
    }

    private static AttributeData? Attribute(ISymbol symbol, string name) =>
        symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass is { ContainingNamespace: { Name: "Zab", ContainingNamespace.IsGlobalNamespace: true } } c && c.Name == name);

    private static string? Named(this AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(a => a.Key == name).Value.Value is string { Length: > 0 } text ? text : null;

    private static bool IsPartial(INamedTypeSymbol type) => type.DeclaringSyntaxReferences.Any(static r =>
        r.GetSyntax() is TypeDeclarationSyntax declaration && declaration.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static bool ContainersArePartial(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            if (outer.Arity > 0 || !IsPartial(outer)) return false;
        }

        return true;
    }

    private static IEnumerable<string> Containers(INamedTypeSymbol type)
    {
        var containers = new List<string>();
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            string kind = (outer.TypeKind, outer.IsRecord) switch
            {
                (TypeKind.Struct, true) => "record struct",
                (TypeKind.Struct, false) => "struct",
                (TypeKind.Interface, _) => "interface",
                (_, true) => "record",
                _ => "class",
            };
            containers.Insert(0, $"partial {kind} {CSharpText.Identifier(outer.Name)}");
        }

        return containers;
    }

    private static string Scope(INamedTypeSymbol type)
    {
        string name = CSharpText.Type(type);
        return name.Substring(0, name.Length - CSharpText.Identifier(type.Name).Length);
    }

    private static string Accessibility(INamedTypeSymbol type, bool isPublic) => type.DeclaredAccessibility switch
    {
        Microsoft.CodeAnalysis.Accessibility.Public => isPublic ? "public" : "internal",
        Microsoft.CodeAnalysis.Accessibility.Private => "private",
        Microsoft.CodeAnalysis.Accessibility.Protected => isPublic ? "protected" : "private protected",
        Microsoft.CodeAnalysis.Accessibility.ProtectedAndInternal => "private protected",
        Microsoft.CodeAnalysis.Accessibility.ProtectedOrInternal => isPublic ? "protected internal" : "internal",
        _ => "internal",
    };

    private static string HintName(INamedTypeSymbol type)
    {
        string name = type.Name;
        for (INamedTypeSymbol? outer = type.ContainingType; outer is not null; outer = outer.ContainingType) name = $"{outer.Name}.{name}";
        return type.ContainingNamespace.IsGlobalNamespace ? $"{name}.g.cs" : $"{CSharpText.NamespaceName(type.ContainingNamespace)}.{name}.g.cs";
    }
}
