using System.Buffers;
using Zab.Core;

namespace Zab.Storage;

/// <summary>The snapshots of a data directory: the newest two that are valid, and those that are being read.</summary>
internal sealed class SnapshotShelf : IDisposable
{
    private readonly IDisk _disk;
    private readonly DataDirectory _directory;
    private readonly ManifestFile _manifest;
    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, Reading> _reading = [];
    private readonly SortedSet<ulong> _counted;             // What the manifest names, or named until the last sweep.

    internal SnapshotShelf(IDisk disk, DataDirectory directory, ManifestFile manifest)
    {
        (_disk, _directory, _manifest) = (disk, directory, manifest);
        _counted = [.. manifest.Current.Snapshots.Select(static snapshot => snapshot.Number)];
    }

    /// <summary>Writes a snapshot to a file that means nothing yet, reads it back, and makes it durable.</summary>
    internal (ulong Number, SnapshotInfo Info) Write(HistoryPoint point, Ensemble config, long utcTicks, Action<IBufferWriter<byte>> write)
    {
        ulong number = _manifest.TakeNumber();
        try
        {
            using IDiskFile file = _disk.Create(_directory.Snapshot(number));
            var writer = new SnapshotWriter(file);
            write(writer);
            writer.Complete();
            var info = new SnapshotInfo(point, config, utcTicks, writer.Length, writer.Checksum);
            SnapshotFile.WriteHeader(file, info);
            file.Flush();
            if (SnapshotFile.Check(file, info) is { } problem) throw new StorageException($"The snapshot {file.Path} was written and read back, and {problem}. It was thrown away; check the disk.");
            _disk.FlushDirectory(_directory.Path);
            return (number, info);
        }
        catch
        {
            Drop(number);
            throw;
        }
    }

    /// <summary>The snapshot to keep beside a new one at <paramref name="point"/>: the newest other that is still whole, read to its end, because the older ones go.</summary>
    internal ManifestSnapshot? FindBeside(HistoryPoint point)
    {
        foreach (ManifestSnapshot snapshot in _manifest.Current.Snapshots.Reverse())
            if (snapshot.Point.Zxid < point.Zxid && Check(snapshot, out _) is null) return snapshot;
        return null;
    }

    /// <summary>Reads the whole snapshot; null where it is valid, else what is wrong with it.</summary>
    internal string? Check(ManifestSnapshot snapshot, out SnapshotInfo? info) => Check(snapshot, withContent: true, out info);

    internal string? CheckHeader(ManifestSnapshot snapshot, out SnapshotInfo? info) => Check(snapshot, withContent: false, out info);

    private string? Check(ManifestSnapshot snapshot, bool withContent, out SnapshotInfo? info)
    {
        info = null;
        using IDiskFile? file = OpenIfThere(snapshot);
        if (file is null) return "it is missing";
        info = SnapshotFile.ReadHeader(file, out string? problem);
        if (info is null) return problem;
        if (info.Point != snapshot.Point) return $"it is one at {info.Point}, expected {snapshot.Point}";
        return withContent ? SnapshotFile.Check(file, info) : null;
    }

    internal (SnapshotInfo Info, ReadOnlyMemory<byte> Content)? Load()
    {
        if (OpenNewest() is not var (newest, opened)) return null;
        using IDiskFile file = opened;
        SnapshotInfo info = SnapshotFile.ReadHeader(file, out string? problem) ?? throw Damaged(file, newest, problem!);
        if (info.Length > Array.MaxLength) throw new StorageException($"The snapshot {file.Path} holds {info.Length} bytes; a server can load {Array.MaxLength}.");
        byte[] content = GC.AllocateUninitializedArray<byte>((int)info.Length);
        int read = file.Read(SnapshotFile.HeaderBytes, content);
        if (read < content.Length) throw Damaged(file, newest, "its content ends too early");
        ulong checksum = SnapshotChecksum.Of(content);
        if (checksum != info.Checksum) throw Damaged(file, newest, $"its content has checksum {checksum:x16}, expected {info.Checksum:x16}");
        return (info, content);
    }

    /// <summary>Part of the content; empty where the snapshot is not kept any more.</summary>
    internal ReadOnlyMemory<byte> ReadChunk(SnapshotInfo info, long offset, int bytesMax)
    {
        lock (_gate)
        {
            if (offset < 0 || offset >= info.Length || Find(info.Point) is not { } reading) return default;
            reading.WasRead = true;
            byte[] chunk = GC.AllocateUninitializedArray<byte>((int)Math.Min(bytesMax, info.Length - offset));
            int read = reading.File.Read(SnapshotFile.HeaderBytes + offset, chunk);
            return chunk.AsMemory(0, read);
        }
    }

    /// <summary>The manifest has named it.</summary>
    internal void Count(ulong number)
    {
        lock (_gate) _counted.Add(number);
    }

    /// <summary>Throws away what was written and never named.</summary>
    internal void Drop(ulong number) => _disk.Delete(_directory.Snapshot(number));

    /// <summary>Deletes the files that the manifest does not name any more. One that was read since the last sweep stays until nobody reads it.</summary>
    internal void Sweep()
    {
        lock (_gate)
        {
            foreach ((ulong number, Reading reading) in _reading.ToArray())
            {
                bool isRead = reading.WasRead;
                reading.WasRead = false;
                if (isRead) continue;
                reading.File.Dispose();
                _reading.Remove(number);
            }

            foreach (ulong number in _counted.Where(number => !_reading.ContainsKey(number) && !IsNamed(number)).ToArray())
            {
                _disk.Delete(_directory.Snapshot(number));
                _counted.Remove(number);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Reading reading in _reading.Values) reading.File.Dispose();
            _reading.Clear();
        }
    }

    /// <summary>A file that the manifest names is not deleted while it is being opened here; once open, it can be read to the end.</summary>
    private (ManifestSnapshot Named, IDiskFile File)? OpenNewest()
    {
        lock (_gate) return _manifest.Current.Snapshots is [.., var newest] ? (newest, _disk.Open(_directory.Snapshot(newest.Number))) : null;
    }

    private IDiskFile? OpenIfThere(ManifestSnapshot snapshot)
    {
        lock (_gate) return _disk.List(_directory.Path).Contains(DataDirectory.SnapshotName(snapshot.Number)) ? _disk.Open(_directory.Snapshot(snapshot.Number)) : null;
    }

    private bool IsNamed(ulong number) => _manifest.Current.Snapshots.Any(snapshot => snapshot.Number == number);

    private Reading? Find(HistoryPoint point)
    {
        foreach (Reading open in _reading.Values)
            if (open.Point == point) return open;
        foreach (ManifestSnapshot snapshot in _manifest.Current.Snapshots)
        {
            if (snapshot.Point != point) continue;
            var reading = new Reading(point, _disk.Open(_directory.Snapshot(snapshot.Number)));
            _reading.Add(snapshot.Number, reading);
            return reading;
        }

        return null;
    }

    private static StorageException Damaged(IDiskFile file, ManifestSnapshot snapshot, string problem) =>
        new($"The snapshot {file.Path} at {snapshot.Point.Zxid} is damaged: {problem}. This server stops; when it starts again it uses an older one and the log, or gets everything from its leader (docs/FORMAT.md#recovery).");

    private sealed record Reading(HistoryPoint Point, IDiskFile File)
    {
        internal bool WasRead { get; set; }
    }
}
