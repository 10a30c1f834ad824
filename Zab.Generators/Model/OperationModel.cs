namespace Zab.Generators.Model;

/// <summary>A command or a query.</summary>
/// <param name="IsCommand">Command, else query.</param>
/// <param name="Method">The method in C#.</param>
/// <param name="ClientMethod">The method of the client in C#.</param>
/// <param name="ContractName">The name that the id is the hash of.</param>
/// <param name="Id">The id.</param>
/// <param name="Proposal">The name of the proposal struct.</param>
/// <param name="TakesContext">Whether the first parameter is the context.</param>
/// <param name="Documentation">The documentation id of the method, for <c>inheritdoc</c>.</param>
/// <param name="Obsolete">The arguments of its <c>[Obsolete]</c> in C#, or null.</param>
/// <param name="Parameters">The arguments.</param>
/// <param name="Result">The result; null where the method returns nothing, or cannot be encoded.</param>
/// <param name="CancellationToken">The name of the client's own last parameter.</param>
/// <param name="Read">The name of the client's own parameter of a query.</param>
/// <param name="Problem">Why it cannot be encoded, or null. Then only a stub of the client is made.</param>
/// <param name="StubResult">Of a stub, the type of the result in C#, null for none.</param>
internal sealed record OperationModel(
    bool IsCommand,
    string Method,
    string ClientMethod,
    string ContractName,
    uint Id,
    string Proposal,
    bool TakesContext,
    string Documentation,
    string? Obsolete,
    EquatableArray<ParameterModel> Parameters,
    ValueModel? Result,
    string CancellationToken,
    string Read,
    string? Problem,
    string? StubResult);

/// <summary>An argument of a command or a query.</summary>
/// <param name="Name">The name, as the path of an error shows it.</param>
/// <param name="Identifier">The parameter in C#.</param>
/// <param name="Property">The property of the proposal in C#.</param>
/// <param name="Type">The type in C#.</param>
/// <param name="Value">How it is written and read; null in a stub.</param>
/// <param name="Default">The default value in C#, or null.</param>
internal sealed record ParameterModel(string Name, string Identifier, string Property, string Type, ValueModel? Value, string? Default);
