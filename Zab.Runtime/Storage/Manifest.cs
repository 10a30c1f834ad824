using System.Buffers;
using System.Collections.Immutable;
using Zab.Core;
using Zab.Serialization;

namespace Zab.Storage;

/// <summary>A segment that is part of the history.</summary>
/// <param name="Number">The number in the name of its file.</param>
/// <param name="Start">Where the record after <paramref name="Base"/> begins.</param>
/// <param name="Base">The entry before its first one.</param>
/// <param name="End">Where its last record ends, all of it durable; 0 while it is the one that is written to.</param>
/// <param name="Last">Its last entry; <paramref name="Base"/> while it is written to.</param>
internal readonly record struct ManifestSegment(ulong Number, long Start, HistoryPoint Base, long End, HistoryPoint Last)
{
    internal bool IsOpen => End == 0;
}

/// <summary>A snapshot that is kept.</summary>
internal readonly record struct ManifestSnapshot(ulong Number, HistoryPoint Point);

/// <summary>Which files form the history. Nothing else in the directory means anything; replacing this record is what makes a change.</summary>
/// <remarks>Invariant: each segment begins where the one before ends, only the last is open; snapshots ascend by zxid.</remarks>
internal sealed record Manifest
{
    internal const ulong Magic = 0x0A6E_614D_6261_5A01;
    internal const uint FormatVersion = 1;

    /// <summary>The next number for a file; those below may have been used.</summary>
    internal required ulong NextNumber { get; init; }

    /// <summary>That of the hard state when this was written.</summary>
    internal required ulong HardStateGeneration { get; init; }

    internal required ImmutableArray<ManifestSnapshot> Snapshots { get; init; }

    internal required ImmutableArray<ManifestSegment> Segments { get; init; }

    internal byte[] Encode()
    {
        CheckInvariants();
        var output = new ArrayBufferWriter<byte>();
        var writer = new ZabWriter(output);
        writer.WriteUInt64(NextNumber);
        writer.WriteUInt64(HardStateGeneration);
        writer.WriteInt32(Snapshots.Length);
        foreach (ManifestSnapshot snapshot in Snapshots)
        {
            writer.WriteUInt64(snapshot.Number);
            WritePoint(ref writer, snapshot.Point);
        }

        writer.WriteInt32(Segments.Length);
        foreach (ManifestSegment segment in Segments)
        {
            writer.WriteUInt64(segment.Number);
            writer.WriteInt64(segment.Start);
            WritePoint(ref writer, segment.Base);
            writer.WriteInt64(segment.End);
            WritePoint(ref writer, segment.Last);
        }

        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="ZabFormatException">The bytes are no manifest.</exception>
    internal static Manifest Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ZabReader(bytes);
        ulong nextNumber = reader.ReadUInt64();
        ulong generation = reader.ReadUInt64();
        var snapshots = new ManifestSnapshot[Count(ref reader, 24)];
        for (int i = 0; i < snapshots.Length; i++) snapshots[i] = new ManifestSnapshot(reader.ReadUInt64(), ReadPoint(ref reader));
        var segments = new ManifestSegment[Count(ref reader, 56)];
        for (int i = 0; i < segments.Length; i++) segments[i] = new ManifestSegment(reader.ReadUInt64(), reader.ReadInt64(), ReadPoint(ref reader), reader.ReadInt64(), ReadPoint(ref reader));
        reader.End();
        var manifest = new Manifest { NextNumber = nextNumber, HardStateGeneration = generation, Snapshots = [.. snapshots], Segments = [.. segments] };
        manifest.CheckInvariants();
        return manifest;
    }

    private void CheckInvariants()
    {
        Invariant.Require(Segments.Length > 0 && Segments[^1].IsOpen, $"the manifest names no segment to write to");
        for (int i = 1; i < Segments.Length; i++)
            Invariant.Require(!Segments[i - 1].IsOpen && Segments[i].Base == Segments[i - 1].Last && Segments[i].Number > Segments[i - 1].Number, $"segment {Segments[i].Number} does not go on where {Segments[i - 1].Number} ends");
        for (int i = 1; i < Snapshots.Length; i++)
            Invariant.Require(Snapshots[i].Point.Zxid > Snapshots[i - 1].Point.Zxid, $"snapshots at {Snapshots[i - 1].Point} and {Snapshots[i].Point} stand out of order");
    }

    private static int Count(ref ZabReader reader, int itemBytes)
    {
        int count = reader.ReadInt32();
        if (count < 0 || count > reader.Remaining / itemBytes) reader.Fail($"{count} items do not fit in what remains", 4);
        return count;
    }

    private static void WritePoint(ref ZabWriter writer, HistoryPoint point)
    {
        writer.WriteUInt64(point.Zxid.Value);
        writer.WriteUInt64(point.Chain);
    }

    private static HistoryPoint ReadPoint(ref ZabReader reader) => new(Zxid.FromValue(reader.ReadUInt64()), reader.ReadUInt64());
}
