using System.ComponentModel;

namespace Zab.Serialization;

/// <summary>Reads the collections of a snapshot into the instance that the constructor made; for generated code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class State
{
    /// <summary>Reads into the collection that <paramref name="field"/> holds, so that its comparer stays; sets the field only where it, or what is read, is null.</summary>
    /// <exception cref="ZabFormatException">The bytes are something else. The instance must be dropped.</exception>
    public static void ReadNullable<TCollection, TCodec>(ref ZabReader reader, ref TCollection? field)
        where TCollection : class
        where TCodec : struct, ICodec<TCollection?>, IRefillable<TCollection>
    {
        if (field is null) field = TCodec.Read(ref reader);
        else if (!TCodec.Refill(ref reader, field)) field = null;
    }

    /// <summary>Reads into the collection that <paramref name="field"/> holds, so that its comparer stays; null is refused.</summary>
    /// <exception cref="ZabFormatException">The bytes are something else. The instance must be dropped.</exception>
    public static void Read<TCollection, TCodec>(ref ZabReader reader, ref TCollection field)
        where TCollection : class
        where TCodec : struct, ICodec<TCollection?>, IRefillable<TCollection>
    {
        ReadNullable<TCollection, TCodec>(ref reader, ref field!);
        if (field is null) reader.FailNull(TCodec.MinimumSize);
    }
}
