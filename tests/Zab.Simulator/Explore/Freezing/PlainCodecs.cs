using System.Runtime.CompilerServices;

namespace Zab.Simulator.Explore;

/// <summary>Integers, booleans and enumerations.</summary>
internal sealed class NumberCodec<T> : Codec<T> where T : unmanaged
{
    internal override void Write(Freezer to, T value) => to.Number(Unsafe.SizeOf<T>() switch
    {
        1 => Unsafe.As<T, byte>(ref value),
        2 => Unsafe.As<T, ushort>(ref value),
        4 => Unsafe.As<T, uint>(ref value),
        8 => Unsafe.As<T, ulong>(ref value),
        _ => throw new NotSupportedException($"{typeof(T)} has {Unsafe.SizeOf<T>()} bytes"),
    });

    internal override T Read(Thawer from)
    {
        ulong number = from.Number();
        return Unsafe.As<ulong, T>(ref number);      // The low bytes come first on every machine that .NET runs on.
    }
}

internal sealed class NullableCodec<T>(Codec<T>? value) : Codec<T?> where T : struct
{
    private Codec<T> _value = value!;

    internal NullableCodec() : this(null) { }

    internal override void Prepare(CodecTable table) => _value ??= table.For<T>();

    internal override void Write(Freezer to, T? value)
    {
        to.Number(value.HasValue ? 1UL : 0);
        if (value is { } present) _value.Write(to, present);
    }

    internal override T? Read(Thawer from) => from.Number() == 0 ? null : _value.Read(from);
}

internal sealed class StructCodec<T> : Codec<T> where T : struct
{
    private Field<T>[] _fields = [];

    internal override void Prepare(CodecTable table) => _fields = Field<T>.AllOf(table);

    internal override void Write(Freezer to, T value)
    {
        foreach (Field<T> field in _fields) field.Write(to, ref value);
    }

    internal override T Read(Thawer from)
    {
        T value = default;
        foreach (Field<T> field in _fields) field.Read(from, ref value);
        return value;
    }
}

/// <summary>A mutable object: written where it is met first, and referred to from then on, so that two references to one object stay two references to one object.</summary>
internal sealed class ObjectCodec<T> : Codec<T?> where T : class
{
    private Field<T>[] _fields = [];

    internal override void Prepare(CodecTable table) => _fields = Field<T>.AllOf(table);

    internal override void Write(Freezer to, T? value)
    {
        if (to.Reference(value)) return;
        foreach (Field<T> field in _fields) field.Write(to, ref value!);
    }

    internal override T? Read(Thawer from)
    {
        if (from.Reference(out object? known)) return (T?)known;
        var value = (T)RuntimeHelpers.GetUninitializedObject(typeof(T));
        from.Met(value);
        foreach (Field<T> field in _fields) field.Read(from, ref value);
        return value;
    }
}

/// <summary>A field whose type does not say what it holds: it must hold something that was met before.</summary>
internal sealed class BackReferenceCodec<T> : Codec<T?> where T : class
{
    internal override void Write(Freezer to, T? value)
    {
        if (!to.Reference(value)) throw new NotSupportedException($"a {value!.GetType()} behind a {typeof(T)} was not met before");
    }

    internal override T? Read(Thawer from) =>
        from.Reference(out object? known) ? (T?)known : throw new InvalidOperationException($"a {typeof(T)} was not met before");
}
