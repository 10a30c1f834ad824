using System.Buffers;
using Zab.Core;
using Zab.Storage;

namespace Zab.Testing;

/// <summary>The store of one life, with somebody who notes what it says to be durable.</summary>
internal sealed class WatchedStore(World world, ServerLife life, IStore store) : IStore
{
    public RecoveredState Recovered => store.Recovered;

    /// <summary>Where the snapshot stands that was loaded last.</summary>
    internal HistoryPoint? Loaded { get; private set; }

    public string? Write(ReadOnlySpan<Output.Write> writes)
    {
        string? rejected = store.Write(writes);
        if (life.Server.Disk.HasLostPower) throw new PowerLossException();
        world.DiskActions++;
        world.Trace.Durable(life.Server.Id, writes[^1].Id);
        life.Server.NoteWrites(writes);
        world.Watch.Durable(life.Server.Id, writes, rejected is not null);
        if (world.OnDurable is { } observer)
            foreach (Output.Write write in writes) observer(life.Server, write);
        return rejected;
    }

    public void Idle()
    {
        world.DiskActions++;
        store.Idle();
        life.Server.NoteMark();
    }

    public Entry[] ReadEntries(Zxid after, Zxid through, int bytesMax)
    {
        world.DiskActions++;
        return store.ReadEntries(after, through, bytesMax);
    }

    public ReadOnlyMemory<byte> ReadSnapshotChunk(SnapshotInfo snapshot, long offset, int bytesMax)
    {
        world.DiskActions++;
        return store.ReadSnapshotChunk(snapshot, offset, bytesMax);
    }

    public (SnapshotInfo Info, ReadOnlyMemory<byte> Content)? LoadSnapshot()
    {
        (SnapshotInfo Info, ReadOnlyMemory<byte> Content)? loaded = store.LoadSnapshot();
        Loaded = loaded?.Info.Point;
        return loaded;
    }

    public Input.SnapshotTaken? TakeSnapshot(HistoryPoint point, Ensemble config, long utcTicks, Action<IBufferWriter<byte>> write)
    {
        world.DiskActions++;
        Input.SnapshotTaken? taken = store.TakeSnapshot(point, config, utcTicks, write);
        if (taken is not null && !life.Server.Disk.HasLostPower)
        {
            world.Rarities.Count(Rare.SnapshotTaken);
            world.Watch.SnapshotMade(life.Server.Id, point);
        }

        return taken;
    }

    public void Close() => store.Close();

    public void Dispose() => store.Dispose();
}
