namespace Zab.Generators.Model;

/// <summary>Everything that the emitted file depends on, and nothing else: no symbol, no syntax; a place in a file only where something is refused.</summary>
/// <param name="HintName">The name of the emitted file.</param>
/// <param name="Namespace">The namespace, or null for the global one.</param>
/// <param name="Containers">The declarations of the containing types, from the outermost.</param>
/// <param name="Name">The class, as messages show it.</param>
/// <param name="Identifier">The class in C#.</param>
/// <param name="Type">The class in C#, <c>global::</c>-qualified.</param>
/// <param name="Scope">What stands before the names of the types emitted beside the class.</param>
/// <param name="Accessibility">Of the types emitted beside the class.</param>
/// <param name="ContractName">The name that the class id is the hash of.</param>
/// <param name="ClassId">The class id.</param>
/// <param name="StateShape">The hash of the shape of the state.</param>
/// <param name="Client">The name of the client class.</param>
/// <param name="Proposals">The name of the class around the proposals.</param>
/// <param name="EmitsClass">Whether the class can be given its part.</param>
/// <param name="CanCreate">Whether the class has a constructor that takes nothing.</param>
/// <param name="Operations">Commands and queries.</param>
/// <param name="State">The state.</param>
/// <param name="Codecs">The codecs of the user's types.</param>
/// <param name="Problems">What is refused, in words; each becomes a build error.</param>
internal sealed record ReplicatedModel(
    string HintName,
    string? Namespace,
    EquatableArray<string> Containers,
    string Name,
    string Identifier,
    string Type,
    string Scope,
    string Accessibility,
    string ContractName,
    uint ClassId,
    ulong StateShape,
    string Client,
    string Proposals,
    bool EmitsClass,
    bool CanCreate,
    EquatableArray<OperationModel> Operations,
    EquatableArray<FieldModel> State,
    EquatableArray<CodecModel> Codecs,
    EquatableArray<Problem> Problems);

/// <summary>One field of the state.</summary>
/// <param name="Name">The field or the property, as the path of an error shows it.</param>
/// <param name="Identifier">The field in C#; null where only an accessor reaches it.</param>
/// <param name="Accessor">The accessor that gives a reference to it; null where the field is assigned directly.</param>
/// <param name="Field">The name of the field in metadata.</param>
/// <param name="Value">How it is written and read; null where it cannot be encoded.</param>
internal sealed record FieldModel(string Name, string? Identifier, string? Accessor, string Field, ValueModel? Value)
{
    /// <summary>An expression for the field that can be read, assigned and passed by reference.</summary>
    internal string Reference => Accessor is null ? $"this.{Identifier}" : $"ZabFields.{Accessor}(this)";

    /// <summary>An expression for the value of the field.</summary>
    internal string Content => Identifier is null ? Reference : $"this.{Identifier}";
}
