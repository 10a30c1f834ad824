using System.Reflection;
using System.Reflection.Emit;

namespace Zab.Simulator.Explore;

/// <summary>Where a field of an object, or of a value, stands.</summary>
internal delegate ref TField FieldRef<TOwner, TField>(ref TOwner owner);

/// <summary>One field of a type, whatever its visibility, and read-only ones too.</summary>
internal abstract class Field<TOwner>
{
    internal abstract void Write(Freezer to, ref TOwner owner);

    internal abstract void Read(Thawer from, ref TOwner owner);

    /// <summary>All instance fields, those of base types too, in an order that depends on their names alone.</summary>
    internal static Field<TOwner>[] AllOf(CodecTable table) =>
        [.. FieldInfos(typeof(TOwner)).Select(field => (Field<TOwner>)Activator.CreateInstance(
            typeof(Field<,>).MakeGenericType(typeof(TOwner), field.FieldType), BindingFlags.Instance | BindingFlags.NonPublic, null, [field, table], null)!)];

    private static IEnumerable<FieldInfo> FieldInfos(Type type)
    {
        for (Type? declaring = type; declaring is not null && declaring != typeof(object) && declaring != typeof(ValueType); declaring = declaring.BaseType)
        {
            foreach (FieldInfo field in declaring.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).OrderBy(static field => field.Name, StringComparer.Ordinal))
                yield return field;
        }
    }
}

internal sealed class Field<TOwner, TField> : Field<TOwner>
{
    private readonly FieldRef<TOwner, TField> _at;
    private readonly Codec<TField> _codec;

    internal Field(FieldInfo field, CodecTable table)
    {
        _at = FieldAccess.RefTo<TOwner, TField>(field);
        _codec = table.ForField<TField>(field);
    }

    internal override void Write(Freezer to, ref TOwner owner) => _codec.Write(to, _at(ref owner));

    internal override void Read(Thawer from, ref TOwner owner) => _at(ref owner) = _codec.Read(from);
}

/// <summary>Reaches private fields at the speed of code that was compiled for them.</summary>
internal static class FieldAccess
{
    internal static FieldRef<TOwner, TField> RefTo<TOwner, TField>(FieldInfo field)
    {
        var method = new DynamicMethod($"{field.DeclaringType!.Name}.{field.Name}", typeof(TField).MakeByRefType(), [typeof(TOwner).MakeByRefType()], typeof(FieldAccess).Module, skipVisibility: true);
        ILGenerator il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        if (!typeof(TOwner).IsValueType) il.Emit(OpCodes.Ldind_Ref);
        il.Emit(OpCodes.Ldflda, field);
        il.Emit(OpCodes.Ret);
        return method.CreateDelegate<FieldRef<TOwner, TField>>();
    }

    /// <summary>A private field by its name; an error that says so where there is none.</summary>
    internal static FieldRef<TOwner, TField> RefTo<TOwner, TField>(string name) =>
        RefTo<TOwner, TField>(typeof(TOwner).GetField(name, BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            ?? throw new MissingFieldException(typeof(TOwner).FullName, name));
}
