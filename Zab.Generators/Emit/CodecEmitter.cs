using Zab.Generators.Model;

namespace Zab.Generators.Emit;

/// <summary>The codec of one type of the user.</summary>
internal static class CodecEmitter
{
    private const string Serialization = "global::Zab.Serialization.";
    private const string ZabFormatException = "global::Zab.ZabFormatException";

    internal static void Emit(CodeWriter code, CodecModel codec, string modifier)
    {
        string value = codec.IsReference ? codec.Type + "?" : codec.Type;
        code.Line($"/// <summary>Writes and reads <see cref=\"{codec.Cref}\"/>: {Layout(codec)}.</summary>");
        code.Line("[global::System.Diagnostics.CodeAnalysis.ExcludeFromCodeCoverage]");
        code.Open($"{modifier} readonly struct {codec.Name} : {Serialization}ICodec<{value}>");
        if (codec.IsRaw)
        {
            code.Line($"public static int MinimumSize => {codec.Size};");
            code.Line();
            code.Line($"public static int RawAlignment => {codec.Alignment};");
            code.Line();
        }

        code.Open($"public static void Write(ref {Serialization}ZabWriter writer, in {value} value)");
        if (codec.IsRaw) EmitRawWrite(code, codec);
        else EmitObjectWrite(code, codec);
        code.Close();
        code.Line();
        code.Open($"public static {value} Read(ref {Serialization}ZabReader reader)");
        if (codec.IsRaw) EmitRawRead(code, codec);
        else EmitObjectRead(code, codec);
        code.Close();
        EmitAccessors(code, codec);
        code.Close();
    }

    /// <summary>Ends a try block: what goes wrong in it is told with the member that was read.</summary>
    internal static void CloseWithPath(CodeWriter code)
    {
        code.Close();
        code.Open($"catch ({ZabFormatException} exception) when (exception.Within(at))");
        code.Line("throw;");
        code.Close();
    }

    private static string Layout(CodecModel codec) => codec.IsRaw
        ? $"{codec.Size} bytes, its memory with zeros between the fields"
        : $"{codec.Members.Count} member{(codec.Members.Count == 1 ? "" : "s")}{(codec.IsReference ? ", or null" : "")}";

    private static void EmitRawWrite(CodeWriter code, CodecModel codec)
    {
        bool needsCopy = codec.Members.Any(static m => m.Field is not null);
        if (needsCopy) code.Line($"{codec.Type} copy = value;");
        int at = 0;
        foreach (MemberModel member in codec.Members)
        {
            if (member.Padding > 0) code.Line($"writer.WritePadding({member.Padding});");
            code.Line(member.Value.Write(member.Field is null ? $"value.{member.Identifier}" : $"{Accessor(member)}(ref copy)"));
            at += member.Padding + member.Value.MinimumSize;
        }

        if (codec.Size > at) code.Line($"writer.WritePadding({codec.Size - at});");
    }

    private static void EmitRawRead(CodeWriter code, CodecModel codec)
    {
        int at = 0;
        foreach (MemberModel member in codec.Members)
        {
            if (member.Padding > 0) code.Line($"reader.SkipPadding({member.Padding});");
            code.Line($"{member.Value.Type} {member.Local} = {member.Value.Read()};");
            at += member.Padding + member.Value.MinimumSize;
        }

        if (codec.Size > at) code.Line($"reader.SkipPadding({codec.Size - at});");
        if (codec.Members.All(static m => m.Field is null))
        {
            code.Line($"return {Construction(codec)};");
            return;
        }

        code.Line($"{codec.Type} read = {Construction(codec)};");
        foreach (MemberModel member in codec.Members.Where(static m => m.Field is not null)) code.Line($"{Accessor(member)}(ref read) = {member.Local};");
        code.Line("return read;");
    }

    private static void EmitObjectWrite(CodeWriter code, CodecModel codec)
    {
        if (codec.IsReference)
        {
            code.Open("if (value is null)");
            code.Line("writer.WriteNullObject();");
            code.Line("return;");
            code.Close();
            code.Line();
        }

        if (codec.IsOpen) code.Line("writer.RequireExactType(value);");
        if (codec.IsRecursive) code.Line("writer.Enter();");
        code.Line($"writer.WriteObjectHeader({codec.Members.Count});");
        foreach (MemberModel member in codec.Members) code.Line(member.Value.Write($"value.{member.Identifier}"));
        if (codec.IsRecursive) code.Line("writer.Leave();");
    }

    private static void EmitObjectRead(CodeWriter code, CodecModel codec)
    {
        string members = codec.Members.Count == 0 ? "" : "int members = ";
        if (codec.IsReference)
        {
            code.Line($"int members = reader.ReadNullableObjectHeader({codec.Members.Count});");
            code.Line("if (members < 0) return null;");
        }
        else
        {
            code.Line($"{members}reader.ReadObjectHeader({codec.Members.Count});");
        }

        if (codec.Members.Count == 0)
        {
            code.Line($"return {Construction(codec)};");
            return;
        }

        if (codec.IsRecursive) code.Line("reader.Enter();");
        code.Line($"string at = {ClientEmitter.Literal(codec.Members[0].Name)};");
        code.Open("try");
        for (int i = 0; i < codec.Members.Count; i++)
        {
            MemberModel member = codec.Members[i];
            if (i > 0) code.Line($"at = {ClientEmitter.Literal(member.Name)};");
            code.Line($"{member.Value.Type} {member.Local} = members > {i} ? {member.Value.Read()} : {member.Value.Missing()};");
        }

        if (codec.IsRecursive) code.Line("reader.Leave();");
        code.Line($"return {Construction(codec)};");
        CloseWithPath(code);
    }

    private static string Construction(CodecModel codec)
    {
        string arguments = string.Join(", ", codec.Arguments.Select(i => codec.Members[i].Local));
        string initializer = string.Join(", ", codec.Initialized.Select(i => $"{codec.Members[i].Identifier} = {codec.Members[i].Local}"));
        return initializer.Length == 0 ? $"new {codec.Type}({arguments})" : $"new {codec.Type}({arguments}) {{ {initializer} }}";
    }

    // Fields that nothing else reaches: a struct's memory is its content, private fields included.
    private static void EmitAccessors(CodeWriter code, CodecModel codec)
    {
        foreach (MemberModel member in codec.Members.Where(static m => m.Field is not null))
        {
            code.Line();
            code.Line($"[global::System.Runtime.CompilerServices.UnsafeAccessor(global::System.Runtime.CompilerServices.UnsafeAccessorKind.Field, Name = {ClientEmitter.Literal(member.Field!)})]");
            code.Line($"private static extern ref {member.Value.Type} {Accessor(member)}(ref {codec.Type} value);");
        }
    }

    private static string Accessor(MemberModel member) => "FieldOf" + member.Name;
}
