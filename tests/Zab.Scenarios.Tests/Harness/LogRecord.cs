using System.Buffers.Binary;
using Zab.Core;
using Zab.Storage;
using Zab.Testing;

namespace Zab.Scenarios;

/// <summary>One whole record of a log file, as it stands on a disk. A watermark has no zxid.</summary>
internal readonly record struct LogRecord(string File, int Offset, int Length, Zxid Zxid)
{
    private const int FileHeaderBytes = 64;
    private const int MarkAt = 16;

    internal int End => Offset + Length;

    /// <summary>The log files of a disk, oldest first.</summary>
    internal static string[] Files(SimulatedDisk disk) => [.. disk.Names.Select(static path => Path.GetFileName(path)).Where(static name => name.EndsWith(".log", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>The snapshot files of a disk, oldest first.</summary>
    internal static string[] Snapshots(SimulatedDisk disk) => [.. disk.Names.Select(static path => Path.GetFileName(path)).Where(static name => name.EndsWith(".snapshot", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    /// <summary>All whole records of a file, those behind a bad place included.</summary>
    internal static LogRecord[] In(SimulatedDisk disk, string file)
    {
        byte[] content = disk.Content(file);
        var records = new List<LogRecord>();
        if (content.Length < FileHeaderBytes) return [];
        uint mark = BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(MarkAt));
        for (int at = FileHeaderBytes; at < content.Length;)
        {
            int length = LogFrame.Check(content.AsSpan(at), mark, at, out _);
            if (length <= 0)
            {
                at += 8;
                continue;
            }

            var frame = new LogFrame((FrameKind)content[at + 16], at, content.AsMemory(at, length));
            records.Add(new LogRecord(file, at, length, frame.Kind == FrameKind.Entry ? frame.ToEntry().Zxid : Zxid.None));
            at += length;
        }

        return [.. records];
    }

    /// <summary>The record of an entry; the newest file that has it.</summary>
    internal static LogRecord Of(SimulatedDisk disk, Zxid zxid) => Files(disk).SelectMany(file => In(disk, file)).Last(record => record.Zxid == zxid);

    /// <summary>Whether a whole record stands behind a place that holds none: pages persisted out of order.</summary>
    internal static bool HasHole(SimulatedDisk disk)
    {
        int end = FileHeaderBytes;
        foreach (LogRecord record in In(disk, Files(disk)[^1]))
        {
            if (record.Offset != end) return true;
            end = record.End;
        }

        return false;
    }
}
