namespace Zab.Simulator.Explore;

/// <summary>Writes values of one type into a frozen form, and builds them again from it.</summary>
internal abstract class Codec
{
    /// <summary>Finds the codecs of what this one is made of; after it is known itself, so that types may refer to each other.</summary>
    internal virtual void Prepare(CodecTable table) { }

    internal abstract void WriteObject(Freezer to, object value);

    /// <summary>A codec of a generic type of codecs.</summary>
    internal static Codec Of(Type codec, params Type[] arguments) => (Codec)Activator.CreateInstance(codec.MakeGenericType(arguments), nonPublic: true)!;
}

internal abstract class Codec<T> : Codec
{
    internal abstract void Write(Freezer to, T value);

    internal abstract T Read(Thawer from);

    internal override void WriteObject(Freezer to, object value) => Write(to, (T)value);
}

/// <summary>What a codec table does with a field or a type in another way than by its parts; null where there is nothing special about it.</summary>
internal interface ICodecRules
{
    Codec? ForField(System.Reflection.FieldInfo field);

    Codec? ForType(Type type);
}
