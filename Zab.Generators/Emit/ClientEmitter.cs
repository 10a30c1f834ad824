using Zab.Generators.Model;

namespace Zab.Generators.Emit;

/// <summary>The client interface, and the client that encodes each call.</summary>
internal static class ClientEmitter
{
    private const string ValueTask = "global::System.Threading.Tasks.ValueTask";
    private const string CancellationToken = "global::System.Threading.CancellationToken";

    internal static void EmitInterface(CodeWriter code, ReplicatedModel model)
    {
        code.Line($"/// <summary>Calls <see cref=\"{model.Type}\"/> on any server of the ensemble, or from outside it. Safe for concurrent use.</summary>");
        code.Line(ReplicatedEmitter.GeneratedCode);
        code.Open($"{model.Accessibility} interface {Interface(model)} : global::Zab.IReplicatedClient<{InterfaceType(model)}>");
        foreach (OperationModel operation in model.Operations)
        {
            foreach (string signature in Signatures(operation))
            {
                EmitDocumentation(code, operation);
                code.Line($"{signature};");
                code.Line();
            }
        }

        code.Line("/// <inheritdoc/>");
        code.Line($"static {InterfaceType(model)} global::Zab.IReplicatedClient<{InterfaceType(model)}>.Create(global::Zab.ZabConnection connection) => new {ClientType(model)}(connection);");
        code.Close();
    }

    internal static void EmitClient(CodeWriter code, ReplicatedModel model)
    {
        code.Line($"/// <summary>The client of <see cref=\"{model.Type}\"/>. Safe for concurrent use.</summary>");
        code.Line(ReplicatedEmitter.GeneratedCode);
        code.Line("[global::System.Diagnostics.CodeAnalysis.ExcludeFromCodeCoverage]");
        code.Open($"{model.Accessibility} sealed class {model.Client} : {InterfaceType(model)}");
        code.Line("private readonly global::Zab.ZabConnection _connection;");
        code.Line("private readonly global::Zab.CallOptions _options;");
        code.Line();
        code.Line("/// <summary>A client that calls through a connection, in the session of this process.</summary>");
        code.Line($"public {model.Client}(global::Zab.ZabConnection connection) => _connection = connection;");
        code.Line();
        code.Line($"private {model.Client}(global::Zab.ZabConnection connection, global::Zab.CallOptions options) => (_connection, _options) = (connection, options);");
        code.Line();
        code.Line("/// <inheritdoc/>");
        code.Line($"public {InterfaceType(model)} With(global::Zab.CallOptions options) => new {model.Client}(_connection, options);");
        foreach (OperationModel operation in model.Operations)
        {
            string[] signatures = Signatures(operation).ToArray();
            code.Line();
            if (operation.Problem is { } problem)
            {
                EmitStubs(code, operation, signatures, problem);
            }
            else if (operation.IsCommand)
            {
                EmitCommand(code, model, operation, signatures[0]);
            }
            else
            {
                EmitQuery(code, model, operation, signatures);
            }
        }

        code.Close();
    }

    internal static string Interface(ReplicatedModel model) => "I" + (model.Client == model.Name + "Client" ? model.Name : model.Client);

    internal static string InterfaceType(ReplicatedModel model) => model.Scope + Interface(model);

    internal static string ClientType(ReplicatedModel model) => model.Scope + model.Client;

    // So that callers compile, and the reason is the only error.
    private static void EmitStubs(CodeWriter code, OperationModel operation, string[] signatures, string problem)
    {
        for (int i = 0; i < signatures.Length; i++)
        {
            if (i > 0) code.Line();
            EmitDocumentation(code, operation);
            code.Line($"public {signatures[i]} => throw new global::System.NotSupportedException({Literal(problem)});");
        }
    }

    private static void EmitCommand(CodeWriter code, ReplicatedModel model, OperationModel operation, string signature)
    {
        EmitDocumentation(code, operation);
        string call = $"_connection.SubmitAsync<{model.Proposals}.{operation.Proposal}, {ResultOf(operation)}>({Ids(model)}.ClassId, new({Arguments(operation)}), _options, {operation.CancellationToken})";
        code.Open(operation.Result is null ? $"public async {signature}" : $"public {signature}");
        EmitGuards(code, operation);
        code.Line(operation.Result is null ? $"await {call}.ConfigureAwait(false);" : $"return {call};");
        code.Close();
    }

    private static void EmitQuery(CodeWriter code, ReplicatedModel model, OperationModel operation, string[] signatures)
    {
        EmitDocumentation(code, operation);
        string[] arguments = operation.Parameters.Select(static p => p.Identifier).Concat(["_options.Read", operation.CancellationToken]).ToArray();
        code.Line($"public {signatures[0]} =>");
        code.Indented($"{operation.ClientMethod}({string.Join(", ", arguments)});");
        code.Line();
        EmitDocumentation(code, operation);
        string call = $"_connection.QueryAsync<{model.Proposals}.{operation.Proposal}, {ResultOf(operation)}>({Ids(model)}.ClassId, new({Arguments(operation)}), _options with {{ Read = {operation.Read} }}, {operation.CancellationToken})";
        code.Open(operation.Result is null ? $"public async {signatures[1]}" : $"public {signatures[1]}");
        EmitGuards(code, operation);
        code.Line(operation.Result is null ? $"await {call}.ConfigureAwait(false);" : $"return {call};");
        code.Close();
    }

    // Before anything is submitted: a null that the signature does not allow is the caller's mistake.
    private static void EmitGuards(CodeWriter code, OperationModel operation)
    {
        foreach (ParameterModel parameter in operation.Parameters.Where(static p => p.Value is { IsNonNullReference: true })) code.Line($"global::System.ArgumentNullException.ThrowIfNull({parameter.Identifier});");
    }

    private static void EmitDocumentation(CodeWriter code, OperationModel operation)
    {
        code.Line($"/// <inheritdoc cref=\"{operation.Documentation}\"/>");
        if (operation.Obsolete is { } obsolete) code.Line($"[global::System.Obsolete({obsolete})]");
    }

    private static IEnumerable<string> Signatures(OperationModel operation)
    {
        string? result = operation.Result?.Type ?? operation.StubResult;
        string task = result is null ? ValueTask : $"{ValueTask}<{result}>";
        IEnumerable<string> plain = operation.Parameters.Select(static p => $"{p.Type} {p.Identifier}");
        IEnumerable<string> withDefaults = operation.Parameters.Select(static p => p.Default is null ? $"{p.Type} {p.Identifier}" : $"{p.Type} {p.Identifier} = {p.Default}");
        string last = $"{CancellationToken} {operation.CancellationToken} = default";
        yield return $"{task} {operation.ClientMethod}({string.Join(", ", withDefaults.Concat([last]))})";
        if (!operation.IsCommand) yield return $"{task} {operation.ClientMethod}({string.Join(", ", plain.Concat([$"global::Zab.Read {operation.Read}", last]))})";
    }

    private static string ResultOf(OperationModel operation) =>
        operation.Result is { } result ? $"{result.Type}, {result.Codec}" : "global::Zab.Serialization.Unit, global::Zab.Serialization.UnitCodec";

    private static string Arguments(OperationModel operation) => string.Join(", ", operation.Parameters.Select(static p => p.Identifier));

    private static string Ids(ReplicatedModel model) => ReplicatedEmitter.IdsOf(model);

    internal static string Literal(string text) => Microsoft.CodeAnalysis.CSharp.SymbolDisplay.FormatLiteral(text, quote: true);
}
