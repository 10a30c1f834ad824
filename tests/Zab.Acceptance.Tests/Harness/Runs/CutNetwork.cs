using System.Diagnostics;

namespace Zab.Acceptance;

/// <summary>The network is cut in one way, and stays so: the servers come to a leader that can lead, and keep it; then it is whole again.</summary>
/// <remarks>What callers were told is checked over the whole time. Who leads is looked at all the time: an epoch has one leader.</remarks>
internal sealed class CutNetwork : IAsyncDisposable
{
    /// <summary>Twice the time after which a leader without a quorum leaves.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private readonly WriteLoad _load;
    private readonly LeadersSeen _seen = new();

    private CutNetwork(EnsembleOfProcesses ensemble)
    {
        Ensemble = ensemble;
        _load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], clients: 4);
    }

    internal EnsembleOfProcesses Ensemble { get; }

    internal static async Task<CutNetwork> StartAsync(int voters)
    {
        var cut = new CutNetwork(await EnsembleOfProcesses.StartAsync(new() { Voters = voters, IsProxied = true }));
        await cut._load.AdvanceAsync(20);
        return cut;
    }

    /// <summary>Waits for a leader that one of <paramref name="may"/> is, and that writes are acknowledged by.</summary>
    /// <param name="may">Who can lead, as the network is now.</param>
    /// <param name="notBefore">The epoch of a leader that is not meant.</param>
    internal async Task<ServerStatus> LeaderAsync(Func<uint, bool> may, uint notBefore = 0)
    {
        ServerStatus leader = await Until.FoundAsync(
            "a leader that can lead as the network is now",
            EnsembleOfProcesses.Patience,
            async () => (await LookAsync()).FirstOrDefault(s => s is { IsLeader: true } && may(s.ServerId) && s.Epoch >= notBefore),
            Ensemble.Describe);
        await _load.AdvanceAsync(20);
        return leader;
    }

    /// <summary>As <see cref="LeaderAsync"/>, once those who follow one that cannot lead have noticed: it is still the leader some time later.</summary>
    internal async Task<ServerStatus> SettledLeaderAsync(Func<uint, bool> may)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            ServerStatus leader = await LeaderAsync(may);
            if (await EpochsDuringAsync(Settling, leader) == 0) return leader;
            if (Stopwatch.GetElapsedTime(start) > EnsembleOfProcesses.Patience) throw new AcceptanceException($"No leader stays.\n{Ensemble.Describe()}");
        }
    }

    /// <summary>How many epochs began in that time, after the one of <paramref name="leader"/>. Writes go on meanwhile.</summary>
    internal async Task<uint> EpochsDuringAsync(TimeSpan time, ServerStatus leader)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            await LookAsync();
            await Task.Delay(50);
        }

        await _load.AdvanceAsync(20);
        return _seen.Epochs.Keys.Max() - leader.Epoch;
    }

    /// <summary>Makes the network whole; everybody must come together, with everything that was acknowledged.</summary>
    internal async Task<ServerStatus> HealAsync()
    {
        Ensemble.Network.RestoreAll();
        await Ensemble.ServingAsync();
        await _load.AdvanceAsync(20);
        await _load.StopAsync();
        _seen.Note(await Ensemble.StatusesAsync());
        return await Verifier.VerifyAsync(Ensemble, _load.Records);
    }

    private async Task<ServerStatus?[]> LookAsync()
    {
        _load.ThrowIfBroken();
        ServerStatus?[] all = await Ensemble.StatusesAsync();
        _seen.Note(all);
        return all;
    }

    public async ValueTask DisposeAsync()
    {
        await _load.DisposeAsync();
        await Ensemble.DisposeAsync();
    }
}
