using System.Collections.Immutable;

namespace Zab.Core;

/// <summary>The ids and roles of the start list; addresses are the transport's.</summary>
internal sealed record StartList(ServerId Self, Ensemble Members)
{
    /// <summary>What two start lists must have in common to found an ensemble: the ids and roles of the voters.</summary>
    /// <summary>Where the voters of a start list are not those of the ensemble, in words; null where they are. More observers are no difference.</summary>
    internal static string? Difference(StartList startList, Ensemble ensemble)
    {
        ServerId[] listed = [.. startList.Members.Voters.Select(static voter => voter.Id)];
        ServerId[] known = [.. ensemble.Voters.Select(static voter => voter.Id)];
        if (listed.SequenceEqual(known)) return null;
        return $"the start list names the voters {string.Join(", ", listed)}, and the ensemble has {string.Join(", ", known)}; correct the list";
    }

    internal ulong VotersHash() => XxHash64.Hash(Ensemble.VotersOf(Members.Members).Encode());
}

/// <summary>What recovery found on disk. All of it is durable; the peer owns the history from here on.</summary>
/// <param name="HardState">The promises, as they were rewritten at this start.</param>
/// <param name="History">From the newest valid snapshot, or the oldest one kept, to the last entry.</param>
/// <param name="Configs">Every configuration in force since the base of the history, oldest first; empty while none is known.</param>
/// <param name="Snapshot">The newest valid snapshot.</param>
/// <param name="LastUtcTicks">The leader's time of the last entry.</param>
/// <param name="Damage">What is wrong with the log, for people: the record, its file, and what it means. Null where nothing is.</param>
internal sealed record RecoveredState(HardState HardState, History History, ImmutableArray<Ensemble> Configs, SnapshotInfo? Snapshot, long LastUtcTicks, string? Damage);

/// <summary>Whether a request can be given a zxid: null where every server can apply it, else why not. Pure.</summary>
internal delegate string? RequestValidator(ReadOnlySpan<byte> payload);
