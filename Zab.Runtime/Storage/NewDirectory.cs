using Zab.Core;

namespace Zab.Storage;

/// <summary>Makes a data directory, and founds an ensemble in it where an operator says so.</summary>
internal static class NewDirectory
{
    /// <summary>Whether there is nothing of a store yet, or only one whose making did not end: nobody has heard of it.</summary>
    internal static bool IsNew(IDisk disk, DataDirectory directory)
    {
        string[] names = disk.List(directory.Path);
        if (names.Contains(DataDirectory.CreatingName)) return true;
        if (names.Any(static name => DataDirectory.IsOurs(name) && name is not (DataDirectory.LockName or DataDirectory.OwnerName))) return false;
        string? foreign = names.FirstOrDefault(static name => !DataDirectory.IsOurs(name) && !name.StartsWith('.'));
        if (foreign is not null) throw new StorageException($"The directory {directory.Path} is no data directory, and not empty: it holds {foreign}. Name an empty one, or one that does not exist. Nothing was changed.");
        return true;
    }

    /// <summary>Makes the files. When it returns, the incarnation is durable, and with it the promise that this directory never had another one.</summary>
    internal static void Create(IDisk disk, DataDirectory directory, StoreOptions options, HardState state)
    {
        Mark(disk, directory);
        foreach (string name in disk.List(directory.Path))
            if (DataDirectory.IsOurs(name) && name is not (DataDirectory.LockName or DataDirectory.OwnerName or DataDirectory.CreatingName)) disk.Delete(directory.File(name));

        state = state with { ServerId = options.ServerId, Incarnation = NewIncarnation(options), Generation = 1 };
        using TwoCopies hardState = TwoCopies.Create(disk, directory.HardState, StoredState.Magic, StoredState.FormatVersion);
        hardState.Write(1, new StoredState { HardState = state }.Encode());
        using SegmentWriter writer = SegmentWriter.Create(disk, directory, 1, state.Incarnation, HistoryPoint.Empty, options, 1);
        writer.Segment.Dispose();
        using TwoCopies manifest = TwoCopies.Create(disk, directory.Manifest, Manifest.Magic, Manifest.FormatVersion);
        manifest.Write(1, new Manifest { NextNumber = 2, HardStateGeneration = 1, Snapshots = [], Segments = [SegmentedLog.Named(writer)] }.Encode());
        disk.FlushDirectory(directory.Path);
        disk.Delete(directory.File(DataDirectory.CreatingName));
        disk.FlushDirectory(directory.Path);
    }

    /// <summary>Writes the token into a directory that is new, or that a server has only waited in.</summary>
    internal static void Found(IDisk disk, DataDirectory directory, StoreOptions options, string name, Ensemble founding)
    {
        if (founding.Find(options.ServerId) is null) throw new StorageException($"Server {options.ServerId} is not in the start list ({founding}), so it cannot be initialized as part of it. Correct the server id or the list.");
        Invariant.Require(founding.Version == Zxid.None, $"a founding configuration of version {founding.Version}");
        HardState Founded(HardState state) => state with { ClusterId = Ensemble.TokenClusterId(name, founding.Members), Founding = founding, Founded = true };

        if (IsNew(disk, directory))
        {
            Create(disk, directory, options, Founded(new HardState()));
            return;
        }

        HashSet<string> names = [.. disk.List(directory.Path)];
        using HardStateFile file = StoreOpening.OpenHardState(disk, directory, options.ServerId, names);
        StoredState stored = file.Current;
        HardState state = stored.HardState;
        bool isFresh = state.ClusterId.IsNone && state is { AcceptedEpoch: 0, Founding: null, RepairFloor: null };      // No epoch promised: no entry, no snapshot.
        if (!isFresh) throw new StorageException($"The data directory {directory.Path} is in use already{(state.ClusterId.IsNone ? "" : $", by cluster {state.ClusterId}")}. Only a new directory can be initialized: name one that is empty or does not exist. Nothing was changed.");
        file.Write(stored with { HardState = Founded(state) });
        disk.FlushDirectory(directory.Path);
    }

    /// <summary>Flushed also where it stands: it may have been seen in the page cache only, and what it marks would outlive it.</summary>
    private static void Mark(IDisk disk, DataDirectory directory)
    {
        if (!disk.List(directory.Path).Contains(DataDirectory.CreatingName)) disk.Create(directory.File(DataDirectory.CreatingName)).Dispose();
        disk.FlushDirectory(directory.Path);
    }

    private static Incarnation NewIncarnation(StoreOptions options)
    {
        Incarnation incarnation;
        do { incarnation = new Incarnation(options.Entropy()); } while (incarnation.IsNone);
        return incarnation;
    }
}
