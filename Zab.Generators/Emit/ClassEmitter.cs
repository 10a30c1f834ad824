using Zab.Generators.Model;

namespace Zab.Generators.Emit;

/// <summary>The part of the replicated class itself: how the runtime creates it, applies to it, and saves it.</summary>
internal static class ClassEmitter
{
    private const string Serialization = "global::Zab.Serialization.";
    private const string StateMachine = "global::Zab.IReplicatedStateMachine";

    internal static void Emit(CodeWriter code, ReplicatedModel model)
    {
        code.Open($"partial class {model.Identifier} : global::Zab.IReplicated<{model.Type}>");
        EmitStatics(code, model);
        code.Line();
        EmitValidate(code, model);
        code.Line();
        EmitDispatch(code, model, isCommand: true);
        code.Line();
        EmitDispatch(code, model, isCommand: false);
        code.Line();
        EmitWriteSnapshot(code, model);
        code.Line();
        EmitReadSnapshot(code, model);
        EmitAccessors(code, model);
        EmitPrivateCodecs(code, model);
        code.Close();
    }

    private static string Replicated(ReplicatedModel model) => $"global::Zab.IReplicated<{model.Type}>";

    private static void EmitStatics(CodeWriter code, ReplicatedModel model)
    {
        string ids = ReplicatedEmitter.IdsOf(model);
        code.Line($"static string {Replicated(model)}.ClassName => {ClientEmitter.Literal(model.ContractName)};");
        code.Line();
        code.Line($"static uint {Replicated(model)}.ClassId => {ids}.ClassId;");
        code.Line();
        code.Line($"static ulong {Replicated(model)}.StateShape => 0x{model.StateShape:X16};");
        code.Line();
        code.Open($"static global::System.Collections.Generic.IReadOnlyList<global::Zab.EntryDescriptor> {Replicated(model)}.Entries {{ get; }} = new global::Zab.EntryDescriptor[]");
        foreach (OperationModel operation in Encodable(model))
        {
            code.Line($"new({ids}.{operation.Proposal}, {ClientEmitter.Literal(operation.ContractName)}, global::Zab.EntryKind.{(operation.IsCommand ? "Command" : "Query")}),");
        }

        code.Close("};");
        code.Line();
        code.Line($"static {model.Type} {Replicated(model)}.Create() => {(model.CanCreate ? "new()" : $"throw new global::System.NotSupportedException({ClientEmitter.Literal($"{model.Name} has no constructor that takes nothing")})")};");
        code.Line();
        code.Line($"static void {Replicated(model)}.AddClient(global::Microsoft.Extensions.DependencyInjection.IServiceCollection services) =>");
        code.Indented($"global::Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<{ClientEmitter.InterfaceType(model)}>(services, static provider =>");
        code.Indented($"    new {ClientEmitter.ClientType(model)}(global::Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<global::Zab.ZabConnection>(provider)));");
    }

    private static void EmitValidate(CodeWriter code, ReplicatedModel model)
    {
        code.Open($"static void {Replicated(model)}.Validate(uint commandId, ref {Serialization}ZabReader arguments)");
        code.Open("switch (commandId)");
        foreach (OperationModel operation in Encodable(model).Where(static o => o.IsCommand))
        {
            code.Line($"case {ReplicatedEmitter.IdsOf(model)}.{operation.Proposal}:");
            code.Indented($"arguments.ReadProposal<{ProposalType(model, operation)}>();");
            code.Indented("break;");
        }

        code.Line("default:");
        code.Indented($"throw {Unknown(model, "command")};");
        code.Close();
        code.Close();
    }

    private static void EmitDispatch(CodeWriter code, ReplicatedModel model, bool isCommand)
    {
        string word = isCommand ? "command" : "query";
        code.Open(isCommand
            ? $"void {StateMachine}.Apply(uint commandId, ref {Serialization}ZabReader arguments, global::Zab.CommandContext context, ref {Serialization}ZabWriter result)"
            : $"void {StateMachine}.Query(uint queryId, ref {Serialization}ZabReader arguments, global::Zab.QueryContext context, ref {Serialization}ZabWriter result)");
        code.Open($"switch ({word}Id)");
        foreach (OperationModel operation in Encodable(model).Where(o => o.IsCommand == isCommand))
        {
            code.Open($"case {ReplicatedEmitter.IdsOf(model)}.{operation.Proposal}:");
            string type = ProposalType(model, operation);
            code.Line(operation.Parameters.Count == 0 ? $"arguments.ReadProposal<{type}>();" : $"{type} proposal = arguments.ReadProposal<{type}>();");
            IEnumerable<string> passed = operation.Parameters.Select(static p => $"proposal.{p.Property}");
            string call = $"this.{operation.Method}({string.Join(", ", operation.TakesContext ? new[] { "context" }.Concat(passed) : passed)})";
            if (operation.Obsolete is not null) code.Line("#pragma warning disable CS0612, CS0618 // What is obsolete for callers is still applied.");
            code.Line(operation.Result is { } result ? result.Write(call, "result") : $"{call};");
            if (operation.Obsolete is not null) code.Line("#pragma warning restore CS0612, CS0618");
            code.Line("break;");
            code.Close();
            code.Line();
        }

        code.Line("default:");
        code.Indented($"throw {Unknown(model, word)};");
        code.Close();
        code.Close();
    }

    private static void EmitWriteSnapshot(CodeWriter code, ReplicatedModel model)
    {
        code.Open($"void {StateMachine}.WriteSnapshot(ref {Serialization}ZabWriter writer)");
        code.Line($"writer.WriteObjectHeader({model.State.Count});");
        foreach (FieldModel field in model.State) code.Line(field.Value is { } value ? value.Write(field.Content) : $"throw new global::System.NotSupportedException({ClientEmitter.Literal($"{model.Name}.{field.Name} cannot be encoded")});");
        code.Close();
    }

    private static void EmitReadSnapshot(CodeWriter code, ReplicatedModel model)
    {
        FieldModel[] fields = model.State.Where(static f => f.Value is not null).ToArray();
        code.Open($"void {StateMachine}.ReadSnapshot(ref {Serialization}ZabReader reader)");
        if (fields.Length == 0)
        {
            code.Line("reader.ReadObjectHeader(0);");
            code.Close();
            return;
        }

        code.Line($"int members = reader.ReadObjectHeader({model.State.Count});");
        code.Line($"string at = {ClientEmitter.Literal($"{model.Name}.{fields[0].Name}")};");
        code.Open("try");
        for (int i = 0; i < fields.Length; i++)
        {
            FieldModel field = fields[i];
            if (i > 0) code.Line($"at = {ClientEmitter.Literal($"{model.Name}.{field.Name}")};");
            code.Line($"if (members > {i}) {Restore(field, field.Value!)}");
        }

        CodecEmitter.CloseWithPath(code);
        code.Close();
    }

    // A collection is read into the one that the constructor made, so that its comparer stays.
    private static string Restore(FieldModel field, ValueModel value) => value.RefillCodec is { } codec
        ? $"{Serialization}State.{(value.IsNonNullReference ? "Read" : "ReadNullable")}<{value.RefillType}, {codec}>(ref reader, ref {field.Reference});"
        : $"{field.Reference} = {value.Read()};";

    private static void EmitAccessors(CodeWriter code, ReplicatedModel model)
    {
        FieldModel[] fields = model.State.Where(static f => f.Accessor is not null && f.Value is not null).ToArray();
        if (fields.Length == 0) return;
        code.Line();
        code.Line("// Fields that only a constructor can assign, and those behind properties, whose setters must not run.");
        code.Open("private static class ZabFields");
        for (int i = 0; i < fields.Length; i++)
        {
            if (i > 0) code.Line();
            code.Line($"[global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.Field, Name = {ClientEmitter.Literal(fields[i].Field)})]");
            code.Line($"internal static extern ref {fields[i].Value!.Type} {fields[i].Accessor}({model.Type} instance);");
        }

        code.Close();
    }

    private static void EmitPrivateCodecs(CodeWriter code, ReplicatedModel model)
    {
        CodecModel[] codecs = model.Codecs.Where(static c => c.IsPrivate).ToArray();
        if (codecs.Length == 0) return;
        code.Line();
        code.Open("private static class ZabCodecs");
        for (int i = 0; i < codecs.Length; i++)
        {
            if (i > 0) code.Line();
            CodecEmitter.Emit(code, codecs[i], "internal");
        }

        code.Close();
    }

    private static IEnumerable<OperationModel> Encodable(ReplicatedModel model) => model.Operations.Where(static o => o.Problem is null);

    private static string ProposalType(ReplicatedModel model, OperationModel operation) => $"{model.Scope}{model.Proposals}.{operation.Proposal}";

    private static string Unknown(ReplicatedModel model, string word) =>
        $"new global::Zab.ZabFormatException($\"{model.Name} has no {word} 0x{{{word}Id:X8}}\", arguments.Offset)";
}
