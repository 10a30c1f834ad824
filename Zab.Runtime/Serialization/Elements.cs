using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Zab.Serialization;

/// <summary>Elements that stand one after another, as arrays and lists write them.</summary>
internal static class Elements
{
    internal static void Write<T, TCodec>(ref ZabWriter writer, ReadOnlySpan<T> values)
        where TCodec : struct, ICodec<T>
    {
        if (TCodec.IsMemory && BitConverter.IsLittleEndian)
        {
            writer.WriteRaw(Memory(ref MemoryMarshal.GetReference(values), values.Length));
            return;
        }

        foreach (ref readonly T value in values) TCodec.Write(ref writer, in value);
    }

    /// <summary>Reads exactly <paramref name="count"/> elements, which <see cref="ZabReader.ReadCount"/> gave.</summary>
    internal static T[] Read<T, TCodec>(ref ZabReader reader, int count)
        where TCodec : struct, ICodec<T>
    {
        if (count == 0) return [];
        if (TCodec.IsMemory && BitConverter.IsLittleEndian)
        {
            T[] copied = new T[count];
            reader.ReadRaw(count * TCodec.MinimumSize).CopyTo(Memory(ref MemoryMarshal.GetArrayDataReference(copied), count));
            return copied;
        }

        // An element can be smaller here than in memory, so the array grows with what is really there.
        T[] values = new T[Math.Min(count, ZabLimits.InitialCapacityMax)];
        for (int i = 0; i < count; i++)
        {
            if (i == values.Length) Array.Resize(ref values, (int)Math.Min((long)i * 2, count));
            values[i] = ReadOne<T, TCodec>(ref reader, i);
        }

        return values;
    }

    internal static T ReadOne<T, TCodec>(ref ZabReader reader, int index)
        where TCodec : struct, ICodec<T>
    {
        try
        {
            return TCodec.Read(ref reader);
        }
        catch (ZabFormatException exception) when (exception.Within($"[{index}]"))
        {
            throw;
        }
    }

    private static Span<byte> Memory<T>(ref T first, int count) => MemoryMarshal.CreateSpan(ref Unsafe.As<T, byte>(ref first), count * Unsafe.SizeOf<T>());
}
