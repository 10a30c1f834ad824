using Zab.Core;

namespace Zab.Storage;

/// <summary>A snapshot on its way from the leader, in a file that means nothing until it is installed.</summary>
internal sealed class SnapshotReceiver : IDisposable
{
    private readonly IDisk _disk;
    private readonly DataDirectory _directory;
    private readonly IDiskFile _file;

    internal SnapshotReceiver(IDisk disk, DataDirectory directory, ulong number, SnapshotInfo info)
    {
        _disk = disk;
        _directory = directory;
        Number = number;
        Info = info;
        _file = disk.Create(directory.Snapshot(number));
    }

    internal ulong Number { get; }

    internal SnapshotInfo Info { get; }

    internal void Store(long offset, ReadOnlySpan<byte> data)
    {
        Invariant.Require(offset >= 0 && offset + data.Length <= Info.Length, $"{data.Length} bytes at {offset} are not part of a snapshot of {Info.Length} bytes");
        _file.Write(SnapshotFile.HeaderBytes + offset, data);
    }

    /// <summary>Makes the file complete and durable, if what arrived is what was announced; else says what arrived.</summary>
    internal string? Complete()
    {
        if (_file.Length < SnapshotFile.HeaderBytes) _file.SetLength(SnapshotFile.HeaderBytes);     // An empty content.
        SnapshotFile.WriteHeader(_file, Info);
        _file.Flush();
        if (SnapshotFile.Check(_file, Info) is { } problem) return $"the snapshot at {Info.Point.Zxid} did not arrive as it was announced: {problem}";
        _disk.FlushDirectory(_directory.Path);
        return null;
    }

    /// <summary>Throws away what arrived.</summary>
    internal void Drop()
    {
        _file.Dispose();
        _disk.Delete(_directory.Snapshot(Number));
    }

    public void Dispose() => _file.Dispose();
}
