using System.Collections.Immutable;
using Zab.Core;

namespace Zab.Storage;

/// <summary>Opens a data directory that was used before: reads everything, decides, and then writes what must stand on disk before this server claims anything.</summary>
internal sealed class StoreOpening
{
    private readonly IDisk _disk;
    private readonly DataDirectory _directory;
    private readonly StoreOptions _options;
    private readonly HashSet<string> _names;

    private StoreOpening(IDisk disk, DataDirectory directory, StoreOptions options)
    {
        _disk = disk;
        _directory = directory;
        _options = options;
        _names = [.. disk.List(directory.Path)];
    }

    /// <summary>The parts of an open store.</summary>
    internal sealed record Parts(HardStateFile HardState, ManifestFile Manifest, SnapshotShelf Snapshots, SegmentedLog Log, RecoveredState Recovered, RecoveryCase Case);

    internal static Parts Open(IDisk disk, DataDirectory directory, StoreOptions options)
    {
        var opening = new StoreOpening(disk, directory, options);
        HardStateFile hardState = OpenHardState(disk, directory, options.ServerId, opening._names);
        ManifestFile? manifest = null;
        LogScan? scan = null;
        try
        {
            manifest = opening.OpenManifest(hardState);
            scan = new LogScan(disk, directory, opening._names, manifest.Current.Segments, hardState.Current, options.IndexEveryBytes);
            return opening.Recover(hardState, manifest, scan);
        }
        catch
        {
            scan?.Dispose();
            manifest?.Dispose();
            hardState.Dispose();
            throw;
        }
    }

    /// <exception cref="StorageException">It cannot be read, belongs to another server, or contradicts itself.</exception>
    internal static HardStateFile OpenHardState(IDisk disk, DataDirectory directory, ServerId self, ISet<string> names)
    {
        TwoCopies copies = TwoCopies.Open(disk, directory.HardState, StoredState.Magic, StoredState.FormatVersion, names, "hard state");
        try
        {
            StoredState stored = StoredState.Decode(copies.Body.Span, copies.Generation);
            HardState state = stored.HardState;
            if (state.ServerId != self) throw new StorageException($"The data directory {directory.Path} belongs to server {state.ServerId}, and this is server {self}. A directory is never used by another server, or copied to one: name the one of this server. Nothing was changed.");
            if (state.AcceptedEpoch < state.CurrentEpoch) throw StorageErrors.RolledBack(directory.Path, $"it has taken over epoch {state.CurrentEpoch}, and promised only epoch {state.AcceptedEpoch}");
            return new HardStateFile(copies, stored);
        }
        catch
        {
            copies.Dispose();
            throw;
        }
    }

    private ManifestFile OpenManifest(HardStateFile hardState)
    {
        TwoCopies copies = TwoCopies.Open(_disk, _directory.Manifest, Manifest.Magic, Manifest.FormatVersion, _names, "manifest");
        try
        {
            Manifest manifest = Manifest.Decode(copies.Body.Span);
            if (manifest.HardStateGeneration > hardState.Generation) throw StorageErrors.RolledBack(_directory.Path, $"the manifest was written under generation {manifest.HardStateGeneration} of the hard state, and {hardState.Generation} stands there");
            if (copies.Generation < hardState.Current.ManifestGeneration) throw StorageErrors.RolledBack(_directory.Path, $"the hard state knows generation {hardState.Current.ManifestGeneration} of the manifest, and {copies.Generation} stands there");
            return new ManifestFile(copies, manifest, NextNumber(manifest));
        }
        catch
        {
            copies.Dispose();
            throw;
        }
    }

    /// <summary>No file gets a number that one in this directory has, also if nothing names that one.</summary>
    private ulong NextNumber(Manifest manifest)
    {
        ulong next = manifest.NextNumber;
        foreach (string name in _names)
            if (DataDirectory.IsNumbered(name, out ulong number)) next = Math.Max(next, number + 1);
        return next;
    }

    private Parts Recover(HardStateFile hardState, ManifestFile manifest, LogScan scan)
    {
        var shelf = new SnapshotShelf(_disk, _directory, manifest);
        var recovery = new Recovery(_directory, hardState.Current, manifest.Current, scan);
        recovery.Run(shelf);
        CheckNotRolledBack(hardState, scan, recovery.History);

        // Nothing was changed so far. The promises come first: a floor is durable before anything is cut, and a cut directory never looks like an older one.
        // The generation of the manifest is not noted yet: what was read may be in the page cache only, and would be older after a power loss.
        StoredState stored = hardState.Current;
        hardState.Write(stored with
        {
            HardState = stored.HardState with { RepairFloor = recovery.RepairFloor },
            Damage = recovery.RepairFloor is null ? null : stored.Damage ?? recovery.Damage,
        });
        var tail = new LogTail(_disk, _directory, _options, manifest, scan, recovery);
        SegmentedLog log = tail.Write(hardState);
        RemoveLeftovers(manifest.Current, recovery.RepairFloor is not null);

        (ManifestSnapshot, SnapshotInfo Info)? newest = recovery.Snapshots.Count > 0 ? recovery.Snapshots[^1] : null;
        var recovered = new RecoveredState(hardState.Current.HardState, recovery.History, recovery.Configs, newest?.Info, recovery.LastUtcTicks, recovery.Damage);
        return new Parts(hardState, manifest, shelf, log, recovered, recovery.Case);
    }

    private void CheckNotRolledBack(HardStateFile hardState, LogScan scan, History history)
    {
        if (scan.HardStateGeneration > hardState.Generation) throw StorageErrors.RolledBack(_directory.Path, $"the log was written under generation {scan.HardStateGeneration} of the hard state, and {hardState.Generation} stands there");
        if (history.Last.Zxid.Epoch > hardState.Current.HardState.AcceptedEpoch) throw StorageErrors.RolledBack(_directory.Path, $"the log reaches {history.Last.Zxid}, and the hard state has promised only epoch {hardState.Current.HardState.AcceptedEpoch}");
    }

    /// <summary>Deletes files that nothing names: left by a start, a cut or a snapshot that did not end. The manifest has settled what counts.</summary>
    private void RemoveLeftovers(Manifest manifest, bool keepsDamaged)
    {
        ImmutableHashSet<string> named =
        [
            .. manifest.Segments.SelectMany(static segment => (string[])[DataDirectory.SegmentName(segment.Number), DataDirectory.IndexName(segment.Number)]),
            .. manifest.Snapshots.Select(static snapshot => DataDirectory.SnapshotName(snapshot.Number)),
        ];
        bool any = false;
        foreach (string name in _disk.List(_directory.Path))
        {
            bool isLeftover = DataDirectory.IsDamaged(name) ? !keepsDamaged : DataDirectory.IsNumbered(name, out _) && !named.Contains(name);
            if (!isLeftover) continue;
            _disk.Delete(_directory.File(name));
            any = true;
        }

        if (any) _disk.FlushDirectory(_directory.Path);
    }
}
