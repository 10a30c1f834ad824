using Zab.Core;
using Zab.Replica;
using Zab.Storage;

namespace Zab.Testing;

/// <summary>What a simulated ensemble is made of, apart from its faults.</summary>
internal sealed record WorldOptions
{
    internal required ulong Seed { get; init; }

    internal required int Voters { get; init; }

    internal int Observers { get; init; }

    internal PeerOptions Peer { get; init; } = new();

    /// <summary>Small files, so that every rule about their ends is met often. The directory is each server's own.</summary>
    internal StoreOptions Store { get; init; } = new() { Directory = "/", ServerId = default, SegmentBytes = 16 * 1024, PreallocateBytes = 4 * 1024, IndexEveryBytes = 1024, MergeBytes = 4 * 1024 };

    internal CallTableOptions Calls { get; init; } = new() { CallTimeout = TimeSpan.FromSeconds(5), SessionTimeout = TimeSpan.FromSeconds(60) };

    internal long SnapshotEveryBytes { get; init; } = 16 * 1024;

    /// <summary>The longest that a packet takes while nothing is wrong.</summary>
    internal long DelayTicks { get; init; } = TimeSpan.TicksPerMillisecond;

    /// <summary>The longest that an fsync takes while nothing is wrong.</summary>
    internal long FsyncTicks { get; init; } = TimeSpan.TicksPerMillisecond;

    /// <summary>The longest that the state machine takes for a turn.</summary>
    internal long ApplyTicks { get; init; }

    /// <summary>Founded by token, so that a quorum suffices for the first start.</summary>
    internal bool IsFoundedByToken { get; init; }
}
