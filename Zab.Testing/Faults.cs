namespace Zab.Testing;

/// <summary>What a simulation may let go wrong. Each seed leaves some of the faults that it was given out, so that the others are met alone, too.</summary>
[Flags]
public enum Faults
{
    /// <summary>Nothing goes wrong.</summary>
    None = 0,

    /// <summary>Packets take long, sometimes very long.</summary>
    Delays = 1 << 0,

    /// <summary>Connections break, and both sides are told.</summary>
    BrokenConnections = 1 << 1,

    /// <summary>What one server sends to another is lost; the other direction works.</summary>
    OneWayLoss = 1 << 2,

    /// <summary>The ensemble falls into parts that cannot reach each other.</summary>
    Partitions = 1 << 3,

    /// <summary>Two parts that cannot reach each other, and one server that reaches both.</summary>
    Bridges = 1 << 4,

    /// <summary>A link carries a few kilobytes a second.</summary>
    SlowLinks = 1 << 5,

    /// <summary>Bytes of an earlier connection arrive on a later one.</summary>
    ReplayedBytes = 1 << 6,

    /// <summary>Bits are flipped on the wire, past the checksums of TCP.</summary>
    FlippedBits = 1 << 7,

    /// <summary>The power goes: what was not flushed is lost, torn, or persisted in any order; nobody is told that connections are gone.</summary>
    PowerLoss = 1 << 8,

    /// <summary>A process dies in the middle of an operation of its disk.</summary>
    CrashInDiskOperation = 1 << 9,

    /// <summary>A bit of what was durable rots.</summary>
    BitRot = 1 << 10,

    /// <summary>Durable sectors become zeros.</summary>
    ZeroedPages = 1 << 11,

    /// <summary>A write lands on another record, which was durable.</summary>
    MisdirectedWrites = 1 << 12,

    /// <summary>A write or an fsync fails once.</summary>
    DiskErrors = 1 << 13,

    /// <summary>There is no space on the disk for a while.</summary>
    FullDisks = 1 << 14,

    /// <summary>An fsync takes a hundred times as long.</summary>
    SlowDisks = 1 << 15,

    /// <summary>The disk does not answer for a while.</summary>
    StalledDisks = 1 << 16,

    /// <summary>Clocks run up to 5 % too fast or too slow.</summary>
    ClockDrift = 1 << 17,

    /// <summary>Wall clocks jump by up to an hour, monotonic ones ahead by minutes.</summary>
    ClockJumps = 1 << 18,

    /// <summary>kill -9.</summary>
    Kills = 1 << 19,

    /// <summary>SIGSTOP for a while, then SIGCONT.</summary>
    Pauses = 1 << 20,

    /// <summary>Servers are killed and started again, many times in a row.</summary>
    RestartStorms = 1 << 21,

    /// <summary>Servers are stopped in good order and started again.</summary>
    Stops = 1 << 22,

    /// <summary>A data directory is lost.</summary>
    WipedDisks = 1 << 23,

    /// <summary>A data directory is replaced by an old copy of itself.</summary>
    RestoredDisks = 1 << 24,

    /// <summary>A server finds the data directory of another one.</summary>
    CopiedDisks = 1 << 25,

    /// <summary>Everything that can be wrong with the network.</summary>
    Network = Delays | BrokenConnections | OneWayLoss | Partitions | Bridges | SlowLinks | ReplayedBytes | FlippedBits,

    /// <summary>Everything that can be wrong with disks and what they hold.</summary>
    Disk = PowerLoss | CrashInDiskOperation | BitRot | ZeroedPages | MisdirectedWrites | DiskErrors | FullDisks | SlowDisks | StalledDisks,

    /// <summary>Everything that can be wrong with clocks.</summary>
    Clock = ClockDrift | ClockJumps,

    /// <summary>Everything that can happen to processes and directories as a whole.</summary>
    Process = Kills | Pauses | RestartStorms | Stops | WipedDisks | RestoredDisks | CopiedDisks,

    /// <summary>All of them.</summary>
    All = Network | Disk | Clock | Process,
}
