namespace Zab.Serialization;

/// <summary>A codec without an instance: generated code implements it on an empty struct, so that a call through it is direct.</summary>
/// <typeparam name="T">What is written and read.</typeparam>
public interface ICodec<T>
{
    /// <summary>The least number of bytes that one value takes; where <see cref="RawAlignment"/> is not zero, exactly that number.</summary>
    static virtual int MinimumSize => 1;

    /// <summary>Where no value of the type holds a reference, the alignment of its memory layout in bytes, else zero. Nullable values and dictionary entries of such types are padded.</summary>
    static virtual int RawAlignment => 0;

    /// <summary>Whether the bytes are the little-endian memory of the value and every bit pattern is a value, so that arrays are copied whole.</summary>
    static virtual bool IsMemory => false;

    /// <summary>Writes the value; equal content gives equal bytes.</summary>
    /// <exception cref="ArgumentException">The value cannot be written: a null that its type does not allow, text that is not Unicode, or a cycle.</exception>
    static abstract void Write(ref ZabWriter writer, in T value);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="ZabFormatException">The bytes are something else.</exception>
    static abstract T Read(ref ZabReader reader);
}
