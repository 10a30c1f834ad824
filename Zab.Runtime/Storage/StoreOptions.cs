using System.Buffers.Binary;
using System.Security.Cryptography;
using Zab.Core;

namespace Zab.Storage;

/// <summary>Where a store lies, whose it is, and how its files are cut.</summary>
internal sealed record StoreOptions
{
    internal required string Directory { get; init; }

    internal required ServerId ServerId { get; init; }

    /// <summary>A log segment that has grown to this size is followed by a new one. Old entries are deleted by whole segments.</summary>
    internal int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The log grows by steps of zeros of this size, so that an append does not change the length of its file, which would cost a journal write at each fsync.</summary>
    internal int PreallocateBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Every so many bytes of log, the place of an entry is kept in memory.</summary>
    internal int IndexEveryBytes { get; init; } = 64 * 1024;

    /// <summary>At a start, a last segment of up to this size is written anew together with what follows, so that many starts do not leave many small files.</summary>
    internal int MergeBytes { get; init; } = 1024 * 1024;

    /// <summary>Random numbers for the incarnation of a new directory; must never give the same again.</summary>
    internal Func<ulong> Entropy { get; init; } = static () => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
}
