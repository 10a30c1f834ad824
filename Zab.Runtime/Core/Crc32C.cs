using System.Buffers.Binary;
using System.Numerics;

namespace Zab.Core;

/// <summary>The checksum CRC-32C (Castagnoli), as in iSCSI and ext4: finds every burst of errors up to 32 bits. Uses the processor's instruction where there is one.</summary>
internal static class Crc32C
{
    internal static uint Of(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The checksum of something whose beginning has the checksum <paramref name="before"/> and that goes on with <paramref name="data"/>.</summary>
    internal static uint Append(uint before, ReadOnlySpan<byte> data)
    {
        uint crc = ~before;
        for (; data.Length >= 8; data = data[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (byte b in data) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
