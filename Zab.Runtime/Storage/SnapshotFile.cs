using System.Buffers.Binary;
using Zab.Core;

namespace Zab.Storage;

/// <summary>The checksum of a snapshot's content: XXH64 of each chunk of 256 KiB, seeded by that of the chunks before it.</summary>
internal static class SnapshotChecksum
{
    internal const int ChunkBytes = 256 * 1024;

    internal static ulong Of(ReadOnlySpan<byte> content)
    {
        ulong checksum = 0;
        for (int at = 0; at < content.Length; at += ChunkBytes) checksum = Next(checksum, content.Slice(at, Math.Min(ChunkBytes, content.Length - at)));
        return checksum;
    }

    internal static ulong Next(ulong before, ReadOnlySpan<byte> chunk) => XxHash64.Hash(chunk, seed: before);
}

/// <summary>A snapshot in a file: a header that says what it is a snapshot of, then the content as it came.</summary>
/// <remarks>
/// <code>
/// 0     magic "ZabSnap\n"
/// 8     format version u32
/// 12    CRC-32C u32 over the other bytes of the header
/// 16    zxid and chain u64 of the last entry in it
/// 32    the time of that entry i64
/// 40    length of the content i64
/// 48    checksum of the content u64
/// 56    length of the ensemble i32
/// 60    the ensemble, then zeros
/// 1024  content
/// </code>
/// </remarks>
internal static class SnapshotFile
{
    internal const int HeaderBytes = 1024;
    private const uint FormatVersion = 1;
    private const ulong Magic = 0x0A70_616E_5362_615A;
    private const int EnsembleAt = 60;

    internal static void WriteHeader(IDiskFile file, SnapshotInfo info)
    {
        byte[] ensemble = info.Config.Encode();
        Invariant.Require(EnsembleAt + ensemble.Length <= HeaderBytes, $"an ensemble of {info.Config.Members.Length} servers does not fit the header of a snapshot");
        byte[] header = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(header, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), FormatVersion);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), info.Point.Zxid.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(24), info.Point.Chain);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), info.UtcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), info.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(48), info.Checksum);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(56), ensemble.Length);
        ensemble.CopyTo(header, EnsembleAt);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), HeaderChecksum(header));
        file.Write(0, header);
    }

    /// <summary>What the file says it is; null and the reason where it says nothing that can be believed.</summary>
    /// <exception cref="StorageException">A newer version wrote it.</exception>
    internal static SnapshotInfo? ReadHeader(IDiskFile file, out string? problem)
    {
        byte[] header = new byte[HeaderBytes];
        problem = "its header is damaged";
        if (file.Read(0, header) < HeaderBytes || BinaryPrimitives.ReadUInt64LittleEndian(header) != Magic) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(12)) != HeaderChecksum(header)) return null;
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8));
        if (version > FormatVersion) throw StorageErrors.NewerVersion(file.Path, version, FormatVersion);
        int ensembleBytes = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(56));
        if (ensembleBytes < 0 || ensembleBytes > HeaderBytes - EnsembleAt) return null;
        problem = null;
        return new SnapshotInfo(
            new HistoryPoint(Zxid.FromValue(BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(16))), BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(24))),
            Ensemble.Decode(header.AsSpan(EnsembleAt, ensembleBytes)),
            BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(32)),
            BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(40)),
            BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(48)));
    }

    /// <summary>Reads the whole content; null where it is what <paramref name="info"/> says.</summary>
    internal static string? Check(IDiskFile file, SnapshotInfo info)
    {
        if (file.Length != HeaderBytes + info.Length) return $"its content has {file.Length - HeaderBytes} bytes, expected {info.Length}";
        byte[] chunk = new byte[Math.Min(SnapshotChecksum.ChunkBytes, info.Length)];
        ulong checksum = 0;
        for (long at = 0; at < info.Length; at += chunk.Length)
        {
            int length = (int)Math.Min(chunk.Length, info.Length - at);
            if (file.Read(HeaderBytes + at, chunk.AsSpan(0, length)) < length) return "its content ends too early";
            checksum = SnapshotChecksum.Next(checksum, chunk.AsSpan(0, length));
        }

        return checksum == info.Checksum ? null : $"its content has checksum {checksum:x16}, expected {info.Checksum:x16}";
    }

    private static uint HeaderChecksum(ReadOnlySpan<byte> header) => Crc32C.Append(Crc32C.Of(header[..12]), header[16..HeaderBytes]);
}
