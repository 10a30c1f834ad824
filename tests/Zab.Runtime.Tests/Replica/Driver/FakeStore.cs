using System.Buffers;
using System.Collections.Immutable;
using Zab.Core;
using Zab.Storage;

namespace Zab.Tests.Replica.Driver;

/// <summary>A store in memory that can be held, made to fail, and asked what it was told.</summary>
internal sealed class FakeStore : IStore
{
    private readonly Lock _lock = new();
    private readonly Journal _journal;
    private readonly List<Entry> _log;
    private (SnapshotInfo Info, ReadOnlyMemory<byte> Content)? _newest;

    internal FakeStore(Journal journal, ClusterId cluster, IEnumerable<Entry>? log = null)
    {
        _journal = journal;
        _log = [.. log ?? []];
        var history = new History(HistoryPoint.Empty);
        foreach (Entry entry in _log) history.Append(entry.Point);
        ImmutableArray<Ensemble> configs = cluster.IsNone ? [] : [Server.Ensemble];
        Recovered = new RecoveredState(new HardState { ClusterId = cluster, ServerId = new ServerId(1) }, history, configs, Snapshot: null, LastUtcTicks: 0, Damage: null);
    }

    public RecoveredState Recovered { get; }

    /// <summary>While reset, a write does not come back.</summary>
    internal ManualResetEventSlim Gate { get; } = new(true);

    /// <summary>While reset, a read of the log does not come back.</summary>
    internal ManualResetEventSlim ReadGate { get; } = new(true);

    internal string? FailWrites { get; set; }

    internal string? FailReads { get; set; }

    internal string? RejectSnapshot { get; set; }

    /// <summary>What a leader sent for the next install.</summary>
    internal ReadOnlyMemory<byte> Incoming { get; set; }

    internal List<(SnapshotInfo Info, byte[] Content)> Taken { get; } = [];

    public string? Write(ReadOnlySpan<Output.Write> writes)
    {
        var ids = new List<ulong>();
        foreach (Output.Write write in writes) ids.Add(write.Id.Value);
        _journal.Add($"write {string.Join(',', ids)}");
        Gate.Wait();
        if (FailWrites is { } reason) throw new StorageException(reason);
        string? rejected = null;
        lock (_lock)
        {
            foreach (Output.Write write in writes) rejected ??= Carry(write);
        }

        _journal.Add($"durable {ids[^1]}");
        return rejected;
    }

    public void Idle() => _journal.Add("idle");

    public Entry[] ReadEntries(Zxid after, Zxid through, int bytesMax)
    {
        _journal.Add($"read {after}-{through}");
        ReadGate.Wait();
        if (FailReads is { } reason) throw new StorageException(reason);
        lock (_lock)
        {
            int first = _log.FindIndex(entry => entry.PrevZxid == after);
            return first < 0 ? [] : [.. _log.Skip(first).TakeWhile(entry => entry.Zxid <= through).Take(3)];     // Few at once, so that chunks are met.
        }
    }

    public ReadOnlyMemory<byte> ReadSnapshotChunk(SnapshotInfo snapshot, long offset, int bytesMax) => new byte[] { 1, 2, 3 };

    public (SnapshotInfo Info, ReadOnlyMemory<byte> Content)? LoadSnapshot()
    {
        lock (_lock) return _newest;
    }

    public Input.SnapshotTaken? TakeSnapshot(HistoryPoint point, Ensemble config, long utcTicks, Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        byte[] content = output.WrittenSpan.ToArray();
        var info = new SnapshotInfo(point, config, utcTicks, content.Length, Checksum: 0);
        lock (_lock)
        {
            Taken.Add((info, content));
            _newest = (info, content);
        }

        return new Input.SnapshotTaken(info, point.Zxid);
    }

    public void Close() => _journal.Add("store closed");

    public void Dispose() => _journal.Add("store disposed");

    private string? Carry(Output.Write write)
    {
        switch (write)
        {
            case Output.Append append: _log.AddRange(append.Entries); break;
            case Output.Truncate truncate: _log.RemoveAll(entry => entry.Zxid > truncate.Target.Zxid); break;
            case Output.InstallSnapshot when RejectSnapshot is not null: return RejectSnapshot;
            case Output.InstallSnapshot install:
                _log.Clear();
                _newest = (install.Snapshot, Incoming);
                break;
        }

        return null;
    }
}
