using System.Buffers;
using Zab.Core;

namespace Zab.Storage;

/// <summary>The data directory of one server: log, hard state and snapshots, locked for this process.</summary>
/// <remarks>One thread writes. Reading, and <see cref="TakeSnapshot"/>, are for any thread, also while another one writes.</remarks>
internal interface IStore : IDisposable
{
    /// <summary>What was found when the directory was opened.</summary>
    RecoveredState Recovered { get; }

    /// <summary>Carries the writes out in their order; when it returns, all of them are durable. Appends that follow one another share one write and one fsync.</summary>
    /// <returns>Null; or why an <see cref="Output.InstallSnapshot"/> among them was rejected, which changed nothing.</returns>
    /// <exception cref="StorageException">A write or an fsync failed. What is durable is not known: this store refuses every further write.</exception>
    string? Write(ReadOnlySpan<Output.Write> writes);

    /// <summary>Nothing has been written for a moment: notes in the log how far it is durable, so that the next start can tell damage from a write that never ended. Cheap where that stands there already.</summary>
    /// <exception cref="StorageException">As in <see cref="Write"/>.</exception>
    void Idle();

    /// <summary>Entries after <paramref name="after"/> up to <paramref name="through"/>, contiguous, at least one and about <paramref name="bytesMax"/> bytes; empty where the log no longer holds the first.</summary>
    /// <exception cref="StorageException">The log is damaged, or cannot be read.</exception>
    Entry[] ReadEntries(Zxid after, Zxid through, int bytesMax);

    /// <summary>One chunk of a snapshot's content; empty where it does not exist any more.</summary>
    ReadOnlyMemory<byte> ReadSnapshotChunk(SnapshotInfo snapshot, long offset, int bytesMax);

    /// <summary>The newest snapshot, and its whole content, verified against its checksum; null where there is none.</summary>
    /// <exception cref="StorageException">The newest snapshot is damaged, or cannot be read.</exception>
    (SnapshotInfo Info, ReadOnlyMemory<byte> Content)? LoadSnapshot();

    /// <summary>Writes a snapshot of the state at <paramref name="point"/> beside the others, reads it back, and makes it the newest.</summary>
    /// <returns>What to tell the core; null where a truncation or an installed snapshot made it worthless meanwhile.</returns>
    /// <exception cref="StorageException">Writing failed, or what was read back is not what was written.</exception>
    Input.SnapshotTaken? TakeSnapshot(HistoryPoint point, Ensemble config, long utcTicks, Action<IBufferWriter<byte>> write);

    /// <summary>Notes in the hard state that everything is durable, for the next start. Nothing is written afterwards.</summary>
    void Close();
}

/// <summary>The data directory cannot be used: what was being done, to which file, what was found, and what to do.</summary>
internal sealed class StorageException(string message, Exception? inner = null) : Exception(message, inner);
