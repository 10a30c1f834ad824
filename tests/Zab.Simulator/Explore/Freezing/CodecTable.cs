namespace Zab.Simulator.Explore;

/// <summary>Makes a codec for any type out of those of its fields, once; rules come first. Safe for concurrent use.</summary>
/// <remarks>A type that it cannot take apart, such as an unordered collection, is an error that names it: nothing is ever left out of a frozen form by accident.</remarks>
internal sealed class CodecTable(ICodecRules rules)
{
    private readonly Dictionary<Type, Codec> _codecs = [];
    private readonly Lock _lock = new();

    internal Codec<T> For<T>() => (Codec<T>)For(typeof(T));

    internal Codec For(Type type)
    {
        lock (_lock)
        {
            if (_codecs.TryGetValue(type, out Codec? known)) return known;
            Codec codec = rules.ForType(type) ?? Make(type);
            _codecs.Add(type, codec);
            codec.Prepare(this);
            return codec;
        }
    }

    internal Codec<T> ForField<T>(System.Reflection.FieldInfo field) => (Codec<T>)(rules.ForField(field) ?? For<T>());

    private static Codec Make(Type type)
    {
        if (type.IsPrimitive || type.IsEnum) return Codec.Of(typeof(NumberCodec<>), type);
        if (type.IsArray) return Codec.Of(typeof(ArrayCodec<>), type.GetElementType()!);
        if (type.IsGenericType && Collection(type.GetGenericTypeDefinition()) is { } collection) return Codec.Of(collection, type.GetGenericArguments());
        if (type.IsValueType) return Codec.Of(typeof(StructCodec<>), type);
        if (type.IsInterface) return Codec.Of(typeof(BackReferenceCodec<>), type);
        if (type is { IsClass: true, IsSealed: true } && type.Namespace?.StartsWith("System", StringComparison.Ordinal) != true) return Codec.Of(typeof(ObjectCodec<>), type);
        throw new NotSupportedException($"{type} has no rule, and cannot be frozen by its parts");
    }

    private static Type? Collection(Type definition) =>
        definition == typeof(List<>) ? typeof(ListCodec<>)
        : definition == typeof(Queue<>) ? typeof(QueueCodec<>)
        : definition == typeof(SortedSet<>) ? typeof(SortedSetCodec<>)
        : definition == typeof(SortedDictionary<,>) ? typeof(SortedDictionaryCodec<,>)
        : definition == typeof(System.Collections.Immutable.ImmutableArray<>) ? typeof(ImmutableArrayCodec<>)
        : definition == typeof(ReadOnlyMemory<>) ? typeof(MemoryCodec<>)
        : definition == typeof(Nullable<>) ? typeof(NullableCodec<>)
        : null;
}
