using System.Buffers;
using Zab.Core;

namespace Zab.Storage;

/// <summary>A data directory in use. What it holds is described in docs/FORMAT.md; how it is judged at start, at <see cref="Recovery"/>.</summary>
internal sealed class DiskStore : IStore
{
    private readonly IDisk _disk;
    private readonly DataDirectory _directory;
    private readonly IDisposable _lock;
    private readonly HardStateFile _hardState;
    private readonly ManifestFile _manifest;
    private readonly SnapshotShelf _snapshots;
    private readonly SegmentedLog _log;
    private SnapshotReceiver? _receiver;
    private ulong _hardStateGeneration;                     // Also for the thread that takes snapshots.
    private bool _isDisposed;
    private volatile string? _unusable;                     // Why nothing is written any more.

    private DiskStore(IDisk disk, DataDirectory directory, IDisposable @lock, StoreOpening.Parts parts)
    {
        _disk = disk;
        _directory = directory;
        _lock = @lock;
        _hardState = parts.HardState;
        _manifest = parts.Manifest;
        _snapshots = parts.Snapshots;
        _log = parts.Log;
        _hardStateGeneration = parts.HardState.Generation;
        Recovered = parts.Recovered;
        Case = parts.Case;
    }

    public RecoveredState Recovered { get; }

    /// <summary>How the log was judged at this start.</summary>
    internal RecoveryCase Case { get; }

    /// <summary>Opens the data directory of a server, or makes it, and locks it for this process.</summary>
    /// <exception cref="StorageException">It cannot be used; the message says why, and nothing in it was changed.</exception>
    internal static IStore Open(IDisk disk, StoreOptions options) => WithLock(disk, options, static (disk, directory, options, @lock) =>
    {
        if (NewDirectory.IsNew(disk, directory)) NewDirectory.Create(disk, directory, options, new HardState());
        return new DiskStore(disk, directory, @lock, Judged(directory, () => StoreOpening.Open(disk, directory, options)));
    });

    /// <summary>Writes the token into a fresh directory: its server starts as a voter of that ensemble with an empty history that counts.</summary>
    /// <exception cref="StorageException">The directory is not fresh, or belongs to another server; nothing in it was changed.</exception>
    internal static void Init(IDisk disk, StoreOptions options, string name, Ensemble founding) => WithLock(disk, options, (disk, directory, options, @lock) =>
    {
        Judged(directory, () =>
        {
            NewDirectory.Found(disk, directory, options, name, founding);
            return true;
        });
        @lock.Dispose();
        return true;
    });

    public string? Write(ReadOnlySpan<Output.Write> writes)
    {
        ThrowIfUnusable();
        try
        {
            string? rejected = null;
            foreach (Output.Write write in writes) rejected = CarryOut(write) ?? rejected;
            _log.Commit();
            return rejected;
        }
        catch (Exception exception)
        {
            throw Poisoned(exception);
        }
    }

    public void Idle()
    {
        ThrowIfUnusable();
        try
        {
            _log.NoteDurable();
        }
        catch (Exception exception)
        {
            throw Poisoned(exception);
        }
    }

    public Entry[] ReadEntries(Zxid after, Zxid through, int bytesMax) => after >= through ? [] : _log.Read(after, through, Math.Max(1, bytesMax));

    public ReadOnlyMemory<byte> ReadSnapshotChunk(SnapshotInfo snapshot, long offset, int bytesMax) => _snapshots.ReadChunk(snapshot, offset, bytesMax);

    public (SnapshotInfo Info, ReadOnlyMemory<byte> Content)? LoadSnapshot() => _snapshots.Load();

    public Input.SnapshotTaken? TakeSnapshot(HistoryPoint point, Ensemble config, long utcTicks, Action<IBufferWriter<byte>> write)
    {
        ThrowIfUnusable();
        (ulong number, SnapshotInfo info) = _snapshots.Write(point, config, utcTicks, write);       // A failure here hurts nothing but this file.
        try
        {
            ManifestSnapshot? beside = _snapshots.FindBeside(point);
            Zxid compactThrough = Zxid.None;
            bool isTaken = _manifest.TrySwitch(Volatile.Read(ref _hardStateGeneration), manifest =>
            {
                if (!IsPartOf(manifest, point)) return null;
                ManifestSnapshot[] kept = [.. manifest.Snapshots.Where(snapshot => snapshot == beside)];
                compactThrough = kept.Length > 0 ? kept[0].Point.Zxid : manifest.Segments[0].Base.Zxid;
                return manifest with { Snapshots = [.. kept, new ManifestSnapshot(number, point)] };
            });
            if (isTaken) _snapshots.Count(number);
            else _snapshots.Drop(number);
            _snapshots.Sweep();
            return isTaken ? new Input.SnapshotTaken(info, compactThrough) : null;
        }
        catch (Exception exception)
        {
            throw Poisoned(exception);
        }
    }

    public void Close()
    {
        if (_unusable is not null) return;
        try
        {
            _log.NoteDurable();
            _log.Finish();
            SaveHardState(_hardState.Current.HardState);
            _unusable = $"The data directory {_directory.Path} was closed.";
        }
        catch (Exception exception)
        {
            throw Poisoned(exception);
        }
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _unusable ??= $"The data directory {_directory.Path} was closed.";
        _receiver?.Dispose();
        _snapshots.Dispose();
        _log.Dispose();
        _manifest.Dispose();
        _hardState.Dispose();
        _lock.Dispose();
    }

    /// <summary>Entries are only gathered; everything else waits until those before it are durable.</summary>
    /// <returns>Why a snapshot was rejected, else null.</returns>
    private string? CarryOut(Output.Write write)
    {
        if (write is Output.Append append)
        {
            _log.Add(append.Entries);
            return null;
        }

        _log.Commit();
        switch (write)
        {
            case Output.SaveHardState save:
                SaveHardState(save.State);
                return null;
            case Output.Truncate truncate:
                Truncate(truncate.Target);
                return null;
            case Output.BeginSnapshot begin:
                _receiver?.Drop();
                _receiver = new SnapshotReceiver(_disk, _directory, _manifest.TakeNumber(), begin.Snapshot);
                return null;
            case Output.StoreSnapshotChunk chunk:
                Receiver("a chunk").Store(chunk.Offset, chunk.Data.Span);
                return null;
            case Output.InstallSnapshot install:
                return Install(install.Snapshot);
            case Output.CompactLog compact:
                Compact(compact.Through);
                return null;
            default:
                throw new InvariantException($"{write.GetType().Name} is no write that the store knows");
        }
    }

    private void SaveHardState(HardState state)
    {
        _hardState.Write(_hardState.Current with
        {
            HardState = state,
            Watermark = _log.Durable,
            ManifestGeneration = _manifest.Generation,
            Damage = state.RepairFloor is null ? null : _hardState.Current.Damage,
        });
        Volatile.Write(ref _hardStateGeneration, _hardState.Generation);
        _log.HardStateGeneration = _hardState.Generation;
    }

    private void Truncate(HistoryPoint target)
    {
        SaveHardState(_hardState.Current.HardState);        // A new generation first: a healthy server that was cut never looks like an old copy.
        _log.Truncate(target);
        _snapshots.Sweep();
    }

    private string? Install(SnapshotInfo info)
    {
        SnapshotReceiver receiver = Receiver("the end");
        _receiver = null;
        Invariant.Require(receiver.Info.Point == info.Point && receiver.Info.Checksum == info.Checksum, $"a snapshot at {info.Point} would be installed, and one at {receiver.Info.Point} was received");
        if (receiver.Complete() is { } problem)
        {
            receiver.Drop();
            return problem;
        }

        receiver.Dispose();
        SaveHardState(_hardState.Current.HardState);
        _log.Reset(info.Point, new ManifestSnapshot(receiver.Number, info.Point));
        _snapshots.Count(receiver.Number);
        _snapshots.Sweep();
        return null;
    }

    private SnapshotReceiver Receiver(string what)
    {
        Invariant.Require(_receiver is not null, $"{what} of a snapshot was to be stored, and none was begun");
        return _receiver;
    }

    /// <summary>Never beyond the older snapshot that is kept, whoever asks.</summary>
    private void Compact(Zxid through)
    {
        if (_manifest.Current.Snapshots is not [var oldest, _, ..]) return;
        _log.Compact(through < oldest.Point.Zxid ? through : oldest.Point.Zxid);
    }

    /// <summary>Whether a snapshot at <paramref name="point"/> is newer than those kept, and on the history that this manifest names.</summary>
    private bool IsPartOf(Manifest manifest, HistoryPoint point)
    {
        if (manifest.Snapshots is [.., var newest] && newest.Point.Zxid >= point.Zxid) return false;
        return _log.SegmentOf(point) is { } number && manifest.Segments.Any(segment => segment.Number == number && (segment.IsOpen || point.Zxid <= segment.Last.Zxid));
    }

    private void ThrowIfUnusable()
    {
        if (_unusable is { } reason) throw new StorageException(reason);
    }

    private StorageException Poisoned(Exception exception)
    {
        _unusable = $"Nothing is written to {_directory.Path} any more, because a write has failed before: {exception.Message}";
        return exception as StorageException ?? new StorageException($"A write to {_directory.Path} failed: {exception.Message}", exception);
    }

    private static T WithLock<T>(IDisk disk, StoreOptions options, Func<IDisk, DataDirectory, StoreOptions, IDisposable, T> action)
    {
        var directory = new DataDirectory(Path.GetFullPath(options.Directory));
        disk.CreateDirectory(directory.Path);
        IDisposable @lock = disk.Lock(directory.Path);
        try
        {
            return action(disk, directory, options, @lock);
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Bytes whose checksum is right and that still mean nothing were written by a bug, or by hand.</summary>
    private static T Judged<T>(DataDirectory directory, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is ZabFormatException or InvariantException)
        {
            throw new StorageException($"The data directory {directory.Path} holds what this program cannot have written: {exception.Message}", exception);
        }
    }
}
