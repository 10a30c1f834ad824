using Zab.Core;
using Zab.Replica;
using Zab.Storage;

namespace Zab.Testing;

/// <summary>What follows from a seed before anything happens: sizes, times, and how much is asked of the ensemble.</summary>
internal sealed record SimulationPlan
{
    internal required WorldOptions World { get; init; }

    internal required int Clients { get; init; }

    internal required int OperationsPerSecond { get; init; }

    internal required ulong LoadSeed { get; init; }

    internal required ulong FaultSeed { get; init; }

    internal required ulong RoundSeed { get; init; }

    /// <param name="seed">All else follows from it.</param>
    /// <param name="servers">How many voters; by the seed where not given.</param>
    internal static SimulationPlan Of(ulong seed, int? servers = null)
    {
        var random = new DeterministicRandom(seed);
        int voters = servers ?? Voters(random);
        int observers = random.Next(3) == 0 ? 1 + random.Next(2) : 0;
        TimeSpan tick = TimeSpan.FromMilliseconds(50 << Math.Min(3, random.Next(6)));
        bool hasShortEpochs = random.Next(8) == 0;
        return new SimulationPlan
        {
            World = new WorldOptions
            {
                Seed = random.NextUInt64(),
                Voters = voters,
                Observers = observers,
                DelayTicks = 1 + random.NextInt64(TimeSpan.TicksPerMillisecond << random.Next(5)),
                FsyncTicks = 1 + random.NextInt64(TimeSpan.TicksPerMillisecond << random.Next(5)),
                ApplyTicks = random.Next(2) == 0 ? 0 : 1 + random.NextInt64(TimeSpan.TicksPerMillisecond << random.Next(7)),
                IsFoundedByToken = random.Next(2) == 0,
                SnapshotEveryBytes = 4096 << random.Next(6),
                Store = new StoreOptions
                {
                    Directory = "/",
                    ServerId = default,
                    SegmentBytes = 2048 << random.Next(5),
                    PreallocateBytes = 1024 << random.Next(3),
                    IndexEveryBytes = 256 << random.Next(4),
                    MergeBytes = 1024 << random.Next(4),
                },
                Peer = new PeerOptions
                {
                    Tick = tick,
                    SyncLimit = 20 * tick,
                    InitLimit = 200 * tick,
                    FinalizeWait = tick,
                    VoteResendMin = 4 * tick,
                    VoteResendMax = 40 * tick,
                    CounterMax = hasShortEpochs ? 100 + (uint)random.Next(400) : uint.MaxValue,
                },
                Calls = new CallTableOptions { CallTimeout = TimeSpan.FromSeconds(5), SessionTimeout = TimeSpan.FromSeconds(random.Next(4) == 0 ? 5 : 60) },
            },
            Clients = 1 + random.Next(16),
            OperationsPerSecond = Math.Max(1, 50 >> Math.Min(random.Next(8), random.Next(8))),
            LoadSeed = random.NextUInt64(),
            FaultSeed = random.NextUInt64(),
            RoundSeed = random.NextUInt64(),
        };
    }

    private static int Voters(DeterministicRandom random) => random.Next(10) switch
    {
        0 => 1,
        1 => 2,
        2 or 3 or 4 => 3,
        5 => 4,
        6 or 7 or 8 => 5,
        _ => 6 + random.Next(2),
    };
}
