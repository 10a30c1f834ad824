namespace Zab;

/// <summary>How a server of an ensemble runs: section <c>Zab</c> of the configuration. Without any, it is an ensemble of one in <c>./data</c>.</summary>
public sealed class ZabOptions
{
    /// <summary>Which server of <see cref="Servers"/> this one is.</summary>
    public uint ServerId { get; set; } = 1;

    /// <summary>Where log and snapshots are kept; for this server alone.</summary>
    public string DataDirectory { get; set; } = "data";

    /// <summary>Every server of the ensemble, by its id: <c>host:port</c>, of an observer <c>host:port;observer</c>. Where empty, this server is alone, on a free port of loopback.</summary>
    public IDictionary<string, string> Servers { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Bytes of log between two snapshots.</summary>
    public long SnapshotEveryBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>How long a call waits for its answer.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the session of this process outlives it.</summary>
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The times that servers measure one another by. The same on every server.</summary>
    public ZabTimers Timers { get; } = new();

    /// <summary>What in the configuration could not be read.</summary>
    internal List<string> Mistakes { get; } = [];
}

/// <summary>The times that servers measure one another by: section <c>Zab:Timers</c>. None of them matters for safety.</summary>
public sealed class ZabTimers
{
    /// <summary>How often a leader pings.</summary>
    public TimeSpan Tick { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>A leader without a quorum, and a learner without its leader, for so long, leaves its role.</summary>
    public TimeSpan SyncLimit { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a new leader and its learners may take for each step of coming together.</summary>
    public TimeSpan InitLimit { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a quorum of votes waits for a better one.</summary>
    public TimeSpan FinalizeWait { get; set; } = TimeSpan.FromMilliseconds(50);
}
