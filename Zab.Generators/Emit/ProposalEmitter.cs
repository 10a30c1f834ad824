using Zab.Generators.Model;

namespace Zab.Generators.Emit;

/// <summary>One struct for the arguments of each command and query: what stands in the log, and what a query sends.</summary>
internal static class ProposalEmitter
{
    private const string Serialization = "global::Zab.Serialization.";

    internal static void Emit(CodeWriter code, ReplicatedModel model)
    {
        code.Line($"/// <summary>The arguments of the commands and queries of <see cref=\"{model.Type}\"/>, as they stand in the log.</summary>");
        code.Line(ReplicatedEmitter.GeneratedCode);
        code.Line("[global::System.Diagnostics.CodeAnalysis.ExcludeFromCodeCoverage]");
        code.Open($"{model.Accessibility} static class {model.Proposals}");
        bool isFirst = true;
        foreach (OperationModel operation in model.Operations.Where(static o => o.Problem is null))
        {
            if (!isFirst) code.Line();
            isFirst = false;
            EmitProposal(code, model, operation);
        }

        code.Close();
    }

    private static void EmitProposal(CodeWriter code, ReplicatedModel model, OperationModel operation)
    {
        string name = operation.Proposal;
        string parameters = string.Join(", ", operation.Parameters.Select(static p => $"{p.Type} {p.Property}"));
        code.Line($"/// <summary>{(operation.IsCommand ? "Command" : "Query")} <c>{Xml(operation.ContractName)}</c>.</summary>");
        code.Open($"public readonly record struct {name}{(parameters.Length == 0 ? "" : $"({parameters})")} : {Serialization}IProposal<{name}>");
        code.Line($"static uint {Serialization}IProposal<{name}>.Id => {ReplicatedEmitter.IdsOf(model)}.{name};");
        code.Line();
        code.Line($"static string {Serialization}IProposal<{name}>.Name => {ClientEmitter.Literal(operation.ContractName)};");
        code.Line();
        code.Open($"static void {Serialization}ICodec<{name}>.Write(ref {Serialization}ZabWriter writer, in {name} value)");
        code.Line($"writer.WriteObjectHeader({operation.Parameters.Count});");
        foreach (ParameterModel parameter in operation.Parameters) code.Line(parameter.Value!.Write($"value.{parameter.Property}"));
        code.Close();
        code.Line();
        code.Open($"static {name} {Serialization}ICodec<{name}>.Read(ref {Serialization}ZabReader reader)");
        EmitRead(code, operation);
        code.Close();
        code.Close();
    }

    private static void EmitRead(CodeWriter code, OperationModel operation)
    {
        if (operation.Parameters.Count == 0)
        {
            code.Line("reader.ReadObjectHeader(0);");
            code.Line("return default;");
            return;
        }

        var locals = new UniqueNames("reader", "members", "at", "exception");
        string[] names = operation.Parameters.Select(p => locals.Take(p.Identifier)).ToArray();
        code.Line($"int members = reader.ReadObjectHeader({operation.Parameters.Count});");
        code.Line($"string at = {ClientEmitter.Literal($"{operation.ContractName}.{operation.Parameters[0].Name}")};");
        code.Open("try");
        for (int i = 0; i < operation.Parameters.Count; i++)
        {
            ParameterModel parameter = operation.Parameters[i];
            if (i > 0) code.Line($"at = {ClientEmitter.Literal($"{operation.ContractName}.{parameter.Name}")};");
            code.Line($"{parameter.Type} {names[i]} = members > {i} ? {parameter.Value!.Read()} : {parameter.Value.Missing()};");
        }

        code.Line($"return new({string.Join(", ", names)});");
        CodecEmitter.CloseWithPath(code);
    }

    private static string Xml(string text) => new string(text.Select(static c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c).ToArray()).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
