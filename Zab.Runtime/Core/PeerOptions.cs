namespace Zab.Core;

/// <summary>What a peer goes by: times, all measured by its monotonic clock, and the end of an epoch. Safety depends on none of them.</summary>
internal sealed record PeerOptions
{
    /// <summary>How often the driver sends a <see cref="Input.Tick"/>, and the leader a PING.</summary>
    internal TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>A leader that has not heard from a quorum, and a learner that has not heard from its leader, for so long, leaves its role.</summary>
    internal TimeSpan SyncLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Discovery and synchronisation may stand still for so long; progress begins it anew.</summary>
    internal TimeSpan InitLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a quorum of votes waits for a better one; ended at once when every voter has voted, or cannot be reached.</summary>
    internal TimeSpan FinalizeWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>A vote that brought nothing is sent again after this time, doubled each time up to <see cref="VoteResendMax"/>.</summary>
    internal TimeSpan VoteResendMin { get; init; } = TimeSpan.FromMilliseconds(200);

    internal TimeSpan VoteResendMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The last counter of an epoch; behind it the leader leaves, and the next epoch begins at 1. Lower in tests only.</summary>
    internal uint CounterMax { get; init; } = uint.MaxValue;
}
