namespace Zab.Mutants;

/// <summary>Every mutant, in the order of the protocol: from the election to what callers see.</summary>
internal static class Catalogue
{
    internal static IReadOnlyList<Mutant> All { get; } =
    [
        .. ElectionMutants.All,
        .. DiscoveryMutants.All,
        .. SyncMutants.All,
        .. BroadcastMutants.All,
        .. ReadMutants.All,
        .. StorageMutants.All,
        .. RecoveryMutants.All,
        .. DriverMutants.All,
        .. SessionMutants.All,
    ];
}
