using System.Runtime.CompilerServices;

namespace Zab.Serialization;

/// <summary>Writes and reads an enum as its underlying type. An enum is open: every value of the underlying type is one of its own.</summary>
/// <typeparam name="TEnum">The enum.</typeparam>
/// <typeparam name="TUnderlying">Its underlying type.</typeparam>
/// <typeparam name="TCodec">The codec of the underlying type.</typeparam>
public readonly struct EnumCodec<TEnum, TUnderlying, TCodec> : ICodec<TEnum>
    where TEnum : unmanaged, Enum
    where TUnderlying : unmanaged
    where TCodec : struct, ICodec<TUnderlying>
{
    /// <inheritdoc/>
    public static int MinimumSize => TCodec.MinimumSize;

    /// <inheritdoc/>
    public static int RawAlignment => TCodec.RawAlignment;

    /// <inheritdoc/>
    public static bool IsMemory => true;

    /// <inheritdoc/>
    public static void Write(ref ZabWriter writer, in TEnum value)
    {
        TEnum copy = value;
        TCodec.Write(ref writer, in Unsafe.As<TEnum, TUnderlying>(ref copy));
    }

    /// <inheritdoc/>
    public static TEnum Read(ref ZabReader reader)
    {
        TUnderlying value = TCodec.Read(ref reader);
        return Unsafe.As<TUnderlying, TEnum>(ref value);
    }
}
