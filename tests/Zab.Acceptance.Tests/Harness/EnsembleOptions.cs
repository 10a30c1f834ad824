namespace Zab.Acceptance;

/// <summary>What an ensemble of processes consists of, and what it is told.</summary>
internal sealed record EnsembleOptions
{
    internal int Voters { get; init; } = 3;

    internal int Observers { get; init; }

    /// <summary>Bytes of log between two snapshots; what the program does by itself, if null.</summary>
    internal long? SnapshotEvery { get; init; }

    /// <summary>Whether servers reach one another through a <see cref="Network"/> only.</summary>
    internal bool IsProxied { get; init; }

    /// <summary>Where a server finds another: dialer, dialed and the port of the latter give the port in the start list of the former.</summary>
    internal Func<uint, uint, int, int>? Route { get; init; }

    /// <summary>Where the data of a server stands, if not in the scratch directory.</summary>
    internal Func<uint, string>? DataDirectory { get; init; }

    /// <summary>Environment of every server: <c>Zab__CallTimeout</c> is <c>Zab:CallTimeout</c> of the configuration.</summary>
    internal IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
