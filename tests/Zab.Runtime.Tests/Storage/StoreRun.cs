using Zab.Core;
using Zab.Storage;

namespace Zab.Tests.Storage;

/// <summary>Drives a store as the core would: entries that follow one another, hard states that never go back.</summary>
internal sealed class StoreRun : IDisposable
{
    internal const string Directory = "/data";

    internal static readonly Ensemble Three = new(Zxid.None, [Voter(1), Voter(2), Voter(3)]);

    private ulong _writes;

    internal StoreRun(IDisk disk, StoreOptions? options = null)
    {
        Store = (DiskStore)DiskStore.Open(disk, options ?? Options());
        Last = Store.Recovered.History.Last;
        HardState = Store.Recovered.HardState;
    }

    internal DiskStore Store { get; }

    internal RecoveredState Recovered => Store.Recovered;

    internal HistoryPoint Last { get; set; }

    internal HardState HardState { get; private set; }

    internal static StoreOptions Options(uint server = 1, string directory = Directory, int mergeBytes = 0) => new()
    {
        Directory = directory,
        ServerId = new ServerId(server),
        SegmentBytes = 4096,
        PreallocateBytes = 2048,
        IndexEveryBytes = 300,
        MergeBytes = mergeBytes,
        Entropy = new DeterministicRandom(server).NextUInt64,
    };

    internal static Member Voter(uint id) => new(new ServerId(id), true, default);

    /// <summary>The next entry: of the same epoch, or the first of a new one.</summary>
    internal static Entry Next(HistoryPoint previous, uint epoch, string text) => Next(previous, epoch, System.Text.Encoding.UTF8.GetBytes(text));

    internal static Entry Next(HistoryPoint previous, uint epoch, byte[] payload)
    {
        var zxid = new Zxid(epoch, epoch == previous.Zxid.Epoch ? previous.Zxid.Counter + 1 : 1);
        return Entry.After(previous, zxid, zxid.Counter * 10L, EntryType.Request, payload);
    }

    internal Entry[] Entries(uint epoch, params string[] texts)
    {
        var entries = new Entry[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            entries[i] = Next(Last, epoch, texts[i]);
            Last = entries[i].Point;
        }

        return entries;
    }

    internal WriteId Id() => new(++_writes);

    internal string? Write(params Output.Write[] writes) => Store.Write(writes);

    internal Entry[] Append(uint epoch, params string[] texts)
    {
        Entry[] entries = Entries(epoch, texts);
        Write(new Output.Append(Id(), entries));
        return entries;
    }

    /// <summary>Promises and takes over an epoch, as before the first entry of it.</summary>
    internal void Adopt(uint epoch)
    {
        HardState = HardState with { AcceptedEpoch = epoch, CurrentEpoch = epoch, RepairFloor = null };
        Write(new Output.SaveHardState(Id(), HardState));
    }

    internal void Truncate(HistoryPoint target)
    {
        Write(new Output.Truncate(Id(), target));
        Last = target;
    }

    internal static SnapshotInfo Describe(HistoryPoint point, byte[] content) => new(point, Three, 77, content.Length, SnapshotChecksum.Of(content));

    internal string? Install(HistoryPoint point, byte[] content, int chunkBytes = 100)
    {
        SnapshotInfo info = Describe(point, content);
        Write(new Output.BeginSnapshot(Id(), info));
        for (int at = 0; at < content.Length; at += chunkBytes)
            Write(new Output.StoreSnapshotChunk(Id(), at, content.AsMemory(at, Math.Min(chunkBytes, content.Length - at))));
        string? rejected = Write(new Output.InstallSnapshot(Id(), info));
        if (rejected is null) Last = point;
        return rejected;
    }

    internal Input.SnapshotTaken? TakeSnapshot(HistoryPoint point, byte[] content) => Store.TakeSnapshot(point, Three, 77, output =>
    {
        content.CopyTo(output.GetSpan(content.Length));
        output.Advance(content.Length);
    });

    /// <summary>Every entry that the store gives, a few at a time.</summary>
    internal List<Entry> ReadAll(Zxid? after = null)
    {
        var all = new List<Entry>();
        Zxid at = after ?? Recovered.History.Base.Zxid;
        while (Store.ReadEntries(at, new Zxid(uint.MaxValue, uint.MaxValue), 200) is { Length: > 0 } entries)
        {
            all.AddRange(entries);
            at = entries[^1].Zxid;
        }

        return all;
    }

    internal static string[] Texts(IEnumerable<Entry> entries) => [.. entries.Select(static entry => System.Text.Encoding.UTF8.GetString(entry.Payload.Span))];

    public void Dispose() => Store.Dispose();
}
