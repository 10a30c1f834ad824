using System.Buffers.Binary;
using Zab.Core;
using Zab.Storage;

namespace Zab.Testing;

/// <summary>Changes what a disk holds, as rot, lost pages and stray writes do.</summary>
/// <remarks>
/// Of the log only records are hit that a mark behind them says were durable: damage to the last batch cannot be told from a write that never ended, and is outside
/// of what the fault model promises. Of state and manifest one copy is hit, never both.
/// </remarks>
internal static class Damage
{
    private const int RecordHeadBytes = 32;

    /// <summary>Flips one bit; false where there is nothing that may be hit.</summary>
    internal static bool FlipBit(SimulatedServer server, DeterministicRandom random) => Hit(server, random, LogOrSnapshot(random), (bytes, from, to) => Flip(bytes, from, to, random));

    internal static bool FlipBitOfSnapshot(SimulatedServer server, DeterministicRandom random) => Hit(server, random, ".snapshot", (bytes, from, to) => Flip(bytes, from, to, random));

    internal static bool ZeroSectors(SimulatedServer server, DeterministicRandom random) => Hit(server, random, LogOrSnapshot(random), (bytes, from, to) =>
    {
        int length = 512 << random.Next(4);
        int begin = Math.Max(from, random.Next(from, to) & ~511);
        bytes.AsSpan(begin, Math.Min(length, to - begin)).Clear();
    });

    /// <summary>One record is written over another.</summary>
    internal static bool Misdirect(SimulatedServer server, DeterministicRandom random) => Hit(server, random, LogOrSnapshot(random), (bytes, from, to) =>
    {
        int length = Math.Min(64 + random.Next(512), to - from);
        int source = from + (random.Next(to - from - length + 1) & ~7);
        int target = from + (random.Next(to - from - length + 1) & ~7);
        bytes.AsSpan(source, length).ToArray().CopyTo(bytes, target);
    });

    private static void Flip(byte[] bytes, int from, int to, DeterministicRandom random) => bytes[random.Next(from, to)] ^= (byte)(1 << random.Next(8));

    private static string LogOrSnapshot(DeterministicRandom random) => random.Next(3) == 0 ? ".snapshot" : ".log";

    private static bool Hit(SimulatedServer server, DeterministicRandom random, string kind, Action<byte[], int, int> change)
    {
        string[] names = [.. server.Disk.Names.Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        if (names.Contains(DataDirectory.CreatingName)) return false;
        string[] likely = [.. names.Where(name => name.EndsWith(kind, StringComparison.Ordinal))];
        string name = likely.Length > 0 && random.Next(4) != 0 ? likely[random.Next(likely.Length)] : names.Length > 0 ? names[random.Next(names.Length)] : "";
        byte[] content = name.Length == 0 ? [] : server.Disk.Content(name);
        (int from, int to) = name switch
        {
            _ when name.EndsWith(".log", StringComparison.Ordinal) => Marked(content, server.Marked.Value),
            _ when name.EndsWith(".snapshot", StringComparison.Ordinal) => (0, content.Length),
            _ when name.EndsWith(".index", StringComparison.Ordinal) => (0, content.Length),
            _ when name == $"state.{server.Id.Value % 2}" || name == $"manifest.{server.Id.Value % 2}" => (0, content.Length),
            _ => (0, 0),
        };
        if (to <= from) return false;
        server.Disk.Damage(name, bytes => change(bytes, from, to));
        return !server.Disk.Content(name).AsSpan().SequenceEqual(content);
    }

    /// <summary>One that was hit before says nothing of where others lie.</summary>
    private static bool IsWhole(byte[] content, int at, uint length) =>
        length <= content.Length - at && Crc32C.Of(content.AsSpan(at + 8, (int)length - 8)) == BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(at + 4));

    /// <summary>Where the records of a segment lie that are marked durable.</summary>
    private static (int From, int To) Marked(byte[] content, ulong marked)
    {
        int from = 0, to = 0;
        for (int at = 0; at + RecordHeadBytes <= content.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(at + 8));
            bool isRecord = BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(at + 12)) == at && at > 0 && length is >= LogFrame.WatermarkBytes and < 1 << 20 && length % 8 == 0;
            if (!isRecord || !IsWhole(content, at, length))
            {
                at += 8;
                continue;
            }

            if ((FrameKind)content[at + 16] == FrameKind.Entry)
            {
                if (BinaryPrimitives.ReadUInt64LittleEndian(content.AsSpan(at + 24)) > marked) break;
                if (from == 0) from = at;
                to = Math.Min(content.Length, at + (int)length);
            }

            at += (int)length;
        }

        return (from, to);
    }
}
