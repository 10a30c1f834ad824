using System.Reflection;
using System.Reflection.Emit;

namespace Zab.Architecture;

/// <summary>One use: a type whose code or shape mentions another type, or a member of it.</summary>
/// <param name="User">The type that uses, the outermost one where types are nested.</param>
/// <param name="Used">The type that is used, as it was declared: without its arguments.</param>
/// <param name="Member">Which member of it; null where the type itself is mentioned.</param>
internal readonly record struct Use(Type User, Type Used, string? Member)
{
    public override string ToString() => $"{User.FullName} uses {Used.FullName}{(Member is null ? "" : "." + Member)}";
}

/// <summary>Reads what types use from the compiled assembly: signatures, fields, locals and every instruction.</summary>
internal static class Usage
{
    private const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static f => (OpCode)f.GetValue(null)!)
        .ToDictionary(static o => o.Value & 0xFFFF);

    internal static IReadOnlyCollection<Use> Of(Assembly assembly)
    {
        var uses = new HashSet<Use>();
        foreach (Type type in assembly.GetTypes())
        {
            Type user = Outermost(type);
            Mention(uses, user, type.BaseType);
            foreach (Type @interface in type.GetInterfaces()) Mention(uses, user, @interface);
            foreach (FieldInfo field in type.GetFields(Everything)) Mention(uses, user, field.FieldType);
            foreach (MethodBase method in type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything))) Read(uses, user, method);
        }

        return uses;
    }

    internal static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type;
    }

    private static void Read(HashSet<Use> uses, Type user, MethodBase method)
    {
        if (method is MethodInfo { ReturnType: var result }) Mention(uses, user, result);
        foreach (ParameterInfo parameter in method.GetParameters()) Mention(uses, user, parameter.ParameterType);
        if (method.GetMethodBody() is not { } body) return;
        foreach (LocalVariableInfo local in body.LocalVariables) Mention(uses, user, local.LocalType);
        foreach (ExceptionHandlingClause clause in body.ExceptionHandlingClauses)
        {
            if (clause.Flags == ExceptionHandlingClauseOptions.Clause) Mention(uses, user, clause.CatchType);
        }

        foreach (int token in Tokens(body.GetILAsByteArray()!)) Resolve(uses, user, method, token);
    }

    private static void Resolve(HashSet<Use> uses, Type user, MethodBase method, int token)
    {
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } declaring ? declaring.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        MemberInfo member = method.Module.ResolveMember(token, ofType, ofMethod)!;
        if (member is Type type)
        {
            Mention(uses, user, type);
            return;
        }

        if (member.DeclaringType is { } owner)
        {
            Mention(uses, user, owner);
            uses.Add(new Use(user, Declared(owner), member.Name));
        }

        if (member is MethodBase called)
        {
            if (called.IsGenericMethod) foreach (Type argument in called.GetGenericArguments()) Mention(uses, user, argument);
            foreach (ParameterInfo parameter in called.GetParameters()) Mention(uses, user, parameter.ParameterType);
            if (called is MethodInfo { ReturnType: var result }) Mention(uses, user, result);
        }
        else if (member is FieldInfo field)
        {
            Mention(uses, user, field.FieldType);
        }
    }

    private static void Mention(HashSet<Use> uses, Type user, Type? used)
    {
        while (used is { HasElementType: true }) used = used.GetElementType();
        if (used is null || used.IsGenericParameter || used.IsFunctionPointer) return;
        if (used.IsGenericType) foreach (Type argument in used.GetGenericArguments()) Mention(uses, user, argument);
        uses.Add(new Use(user, Declared(used), null));
    }

    private static Type Declared(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    /// <summary>The metadata tokens of types, members and methods in a method body.</summary>
    private static IEnumerable<int> Tokens(byte[] il)
    {
        for (int i = 0; i < il.Length;)
        {
            int value = il[i++];
            if (value == 0xFE) value = 0xFE00 | il[i++];
            OpCode code = OpCodesByValue[value];
            switch (code.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    yield return BitConverter.ToInt32(il, i);
                    i += 4;
                    break;
                case OperandType.InlineSwitch:
                    i += 4 + (4 * BitConverter.ToInt32(il, i));
                    break;
                default:
                    i += OperandBytes(code.OperandType);
                    break;
            }
        }
    }

    private static int OperandBytes(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
