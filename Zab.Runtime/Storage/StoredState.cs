using System.Buffers;
using System.Text;
using Zab.Core;
using Zab.Serialization;

namespace Zab.Storage;

/// <summary>The hard state as it is stored: with what the next start needs to judge the log.</summary>
internal sealed record StoredState
{
    internal const ulong Magic = 0x0A74_6153_6261_5A02;
    internal const uint FormatVersion = 1;
    private const int DamageBytesMax = 4096;

    internal required HardState HardState { get; init; }

    /// <summary>How far the log was durable when this was written; at a graceful stop, that is all of it.</summary>
    internal LogPosition Watermark { get; init; }

    /// <summary>The manifest that was in force: an older one, put back, is noticed.</summary>
    internal ulong ManifestGeneration { get; init; }

    /// <summary>What was wrong with the log, while a repair floor is set.</summary>
    internal string? Damage { get; init; }

    internal byte[] Encode()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ZabWriter(output);
        writer.WriteUInt64(HardState.ClusterId.Value);
        writer.WriteUInt32(HardState.ServerId.Value);
        writer.WriteUInt64(HardState.Incarnation.Value);
        writer.WriteUInt32(HardState.AcceptedEpoch);
        writer.WriteUInt32(HardState.CurrentEpoch);
        writer.WriteBoolean(HardState.Founded);
        writer.WriteBoolean(HardState.RepairFloor is not null);
        writer.WriteUInt32(HardState.RepairFloor?.CurrentEpoch ?? 0);
        writer.WriteUInt64(HardState.RepairFloor?.LastZxid.Value ?? 0);
        writer.WriteUInt64(Watermark.Segment);
        writer.WriteInt64(Watermark.Offset);
        writer.WriteUInt64(Watermark.Zxid.Value);
        writer.WriteUInt64(ManifestGeneration);
        writer.WriteNullableBytes(HardState.Founding?.Encode());
        writer.WriteBytes(DamageBytes());
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="ZabFormatException">The bytes are no hard state.</exception>
    internal static StoredState Decode(ReadOnlySpan<byte> bytes, ulong generation)
    {
        var reader = new ZabReader(bytes);
        var state = new HardState
        {
            ClusterId = new ClusterId(reader.ReadUInt64()),
            ServerId = new ServerId(reader.ReadUInt32()),
            Incarnation = new Incarnation(reader.ReadUInt64()),
            AcceptedEpoch = reader.ReadUInt32(),
            CurrentEpoch = reader.ReadUInt32(),
            Founded = reader.ReadBoolean(),
            Generation = generation,
        };
        bool hasFloor = reader.ReadBoolean();
        var floor = new RepairFloor(reader.ReadUInt32(), Zxid.FromValue(reader.ReadUInt64()));
        var watermark = new LogPosition(reader.ReadUInt64(), reader.ReadInt64(), Zxid.FromValue(reader.ReadUInt64()));
        ulong manifestGeneration = reader.ReadUInt64();
        byte[]? founding = reader.ReadNullableBytes();
        byte[] damage = reader.ReadBytes();
        reader.End();
        return new StoredState
        {
            HardState = state with { RepairFloor = hasFloor ? floor : null, Founding = founding is null ? null : Ensemble.Decode(founding) },
            Watermark = watermark,
            ManifestGeneration = manifestGeneration,
            Damage = damage.Length == 0 ? null : Encoding.UTF8.GetString(damage),
        };
    }

    private byte[] DamageBytes()
    {
        byte[] text = Encoding.UTF8.GetBytes(Damage ?? "");
        if (text.Length <= DamageBytesMax) return text;
        int length = DamageBytesMax;
        while ((text[length] & 0xC0) == 0x80) length--;                         // Not in the middle of a character.
        return text[..length];
    }
}
