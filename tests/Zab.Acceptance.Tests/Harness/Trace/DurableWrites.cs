using System.Buffers.Binary;

namespace Zab.Acceptance;

/// <summary>When what a traced server wrote to its data directory became durable. docs/FORMAT.md says what the bytes mean.</summary>
internal sealed class DurableWrites
{
    private const int RecordHeaderBytes = 24;
    private const int SegmentHeaderBytes = 64;

    /// <summary>An entry may be written more than once: behind a cut, and at a start.</summary>
    private readonly SortedDictionary<Zxid, List<(double Began, double Durable)>> _entries = [];
    /// <summary>In the order in which they were written. The first one repeats what a start has found.</summary>
    private readonly List<(uint Accepted, uint Current, double Began, double Durable)> _promises = [];

    internal DurableWrites(IReadOnlyList<SystemCall> calls)
    {
        foreach (SystemCall write in calls.Where(static call => call.IsWrite && call.Data.Length >= RecordHeaderBytes))
        {
            double durable = calls.FirstOrDefault(call => call.IsFlush && call.Target == write.Target && call.Began >= write.Ended)?.Ended ?? double.PositiveInfinity;
            if (write.Target.EndsWith(".log", StringComparison.Ordinal)) NoteEntries(write.Data, write.Began, durable);
            else if (Path.GetFileName(write.Target) is "state.0" or "state.1") NotePromise(write, durable);
        }
    }

    /// <summary>Whether the entry was ever written while the server was traced.</summary>
    internal bool Holds(Zxid zxid) => _entries.ContainsKey(zxid);

    /// <summary>When everything up to and with this zxid was durable, of what was written while the server was traced, as it stood at <paramref name="time"/>; 0 where nothing was.</summary>
    internal double EntriesThrough(Zxid zxid, double time) => _entries.TakeWhile(entry => entry.Key <= zxid).Select(entry => DurableAt(entry.Value, time)).DefaultIfEmpty().Max();

    /// <summary>When the promise of an epoch was durable in one file; never, if it was not.</summary>
    internal double Accepted(uint epoch) => _promises.Where(promise => promise.Accepted >= epoch).Select(static promise => promise.Durable).DefaultIfEmpty(double.PositiveInfinity).Min();

    /// <summary>When it was durable that an epoch is taken over; never, if it was not.</summary>
    internal double Adopted(uint epoch) => _promises.Where(promise => promise.Current >= epoch).Select(static promise => promise.Durable).DefaultIfEmpty(double.PositiveInfinity).Min();

    /// <summary>When it began to be written that an epoch is taken over; null where that stood there before the server was traced.</summary>
    internal double? AdoptionBegan(uint epoch) => _promises.Count == 0 || _promises[0].Current >= epoch ? null : _promises.Where(promise => promise.Current >= epoch).Select(static promise => promise.Began).DefaultIfEmpty(double.PositiveInfinity).Min();

    private static double DurableAt(List<(double Began, double Durable)> writes, double time)
    {
        int last = writes.FindLastIndex(write => write.Began < time);
        return last < 0 ? double.PositiveInfinity : writes[last].Durable;
    }

    private void NoteEntries(ReadOnlySpan<byte> data, double began, double durable)
    {
        if (data.StartsWith("ZabLog\n"u8)) data = data[Math.Min(SegmentHeaderBytes, data.Length)..];
        while (data.Length >= RecordHeaderBytes + sizeof(ulong) && BinaryPrimitives.ReadUInt32LittleEndian(data) != 0)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(data[8..]);
            if (length < RecordHeaderBytes || length > data.Length) throw new AcceptanceException($"A log record of {length} bytes stands in a write with {data.Length} bytes left.");
            if (data[16] == 1) NoteEntry(Zxid.FromValue(BinaryPrimitives.ReadUInt64LittleEndian(data[RecordHeaderBytes..])), began, durable);
            data = data[length..];
        }
    }

    private void NoteEntry(Zxid zxid, double began, double durable)
    {
        if (!_entries.TryGetValue(zxid, out List<(double, double)>? writes)) _entries[zxid] = writes = [];
        writes.Add((began, durable));
    }

    private void NotePromise(SystemCall write, double durable)
    {
        ReadOnlySpan<byte> data = write.Data;
        _promises.Add((BinaryPrimitives.ReadUInt32LittleEndian(data[52..]), BinaryPrimitives.ReadUInt32LittleEndian(data[56..]), write.Began, durable));
    }
}
