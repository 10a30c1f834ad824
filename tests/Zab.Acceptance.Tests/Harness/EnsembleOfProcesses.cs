namespace Zab.Acceptance;

/// <summary>An ensemble of real processes on loopback, each with its own directory.</summary>
internal sealed class EnsembleOfProcesses : IAsyncDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Scratch _scratch = new();

    internal EnsembleOfProcesses(int voters = 3, int observers = 0, long? snapshotEvery = null)
    {
        int count = voters + observers;
        int[] ports = Ports.Free(2 * count);
        Servers = [.. Enumerable.Range(0, count).Select(i => new ServerOfEnsemble((uint)i + 1, i >= voters, ports[2 * i], ports[(2 * i) + 1], _scratch.Sub($"server-{i + 1}"), () => StartList, snapshotEvery))];
    }

    internal IReadOnlyList<ServerOfEnsemble> Servers { get; }

    internal string ScratchDirectory => _scratch.Path;

    private string StartList => string.Join(',', Servers.Select(static s => s.Listing));

    internal ServerOfEnsemble this[uint id] => Servers[(int)id - 1];

    internal IEnumerable<ServerOfEnsemble> Running => Servers.Where(static s => s.IsRunning);

    /// <summary>Started, founded, every server with its leader.</summary>
    internal static async Task<EnsembleOfProcesses> StartAsync(int voters = 3, int observers = 0, long? snapshotEvery = null)
    {
        var ensemble = new EnsembleOfProcesses(voters, observers, snapshotEvery);
        try
        {
            ensemble.StartAll();
            await ensemble.ServingAsync();
            return ensemble;
        }
        catch (Exception)
        {
            await ensemble.DisposeAsync();
            throw;
        }
    }

    internal void StartAll()
    {
        foreach (ServerOfEnsemble server in Servers.Where(static s => !s.IsRunning)) server.Start();
    }

    internal async Task TerminateAllAsync()
    {
        foreach (ServerOfEnsemble server in Running.ToArray()) await server.TerminateAsync();
    }

    /// <summary>Waits until every running server is the leader, or follows the same one; gives that leader.</summary>
    internal Task<ServerOfEnsemble> ServingAsync(TimeSpan? within = null) =>
        Until.FoundAsync(
            "one leader that every running server follows",
            within ?? Patience,
            async () =>
            {
                ServerStatus?[] all = await StatusesAsync();
                ServerStatus? leader = all.FirstOrDefault(static s => s is { IsLeader: true });
                return leader is not null && all.All(s => s is not null && s.HasLeader && s.Leader == leader.ServerId && s.Epoch == leader.Epoch) ? this[leader.ServerId] : null;
            },
            Describe);

    /// <summary>Makes this server lead: another leader is killed and started again. Among equals the highest id wins, if its vote comes in time.</summary>
    internal async Task LedByAsync(ServerOfEnsemble wanted)
    {
        for (int attempt = 0; attempt < 10 && wanted.IsRunning; attempt++)
        {
            ServerOfEnsemble leader = await ServingAsync();
            if (leader == wanted) return;
            await leader.KillAsync();
            leader.Start();
        }

        throw new AcceptanceException($"Server {wanted.Id} does not come to lead.\n{Describe()}");
    }

    /// <summary>Waits for a server that leads in an epoch after <paramref name="epoch"/>, whatever the others do.</summary>
    internal Task<ServerStatus> LeaderAfterAsync(uint epoch, TimeSpan within, ServerOfEnsemble? except = null) =>
        Until.FoundAsync(
            $"a leader in an epoch after {epoch}",
            within,
            async () => (await Task.WhenAll(Running.Where(s => s != except).Select(static s => s.TryStatusAsync()))).FirstOrDefault(s => s is { IsLeader: true } && s.Epoch > epoch),
            Describe);

    /// <summary>Waits, with no load on the ensemble, until every running server has applied the same and has the same digest; gives that status.</summary>
    internal async Task<ServerStatus> ConvergedAsync(TimeSpan? within = null)
    {
        ServerStatus?[] all = [];
        await Until.TrueAsync(
            "equal lastApplied on every running server",
            within ?? Patience,
            async () =>
            {
                all = await StatusesAsync();
                return all.All(s => s is { HasLeader: true } && s.LastApplied == all[0]!.LastApplied && s.LastCommitted == s.LastApplied && s.Digest is not null);
            },
            Describe);
        if (all.Select(static s => s!.Digest).Distinct().Count() != 1) throw new AcceptanceException($"Servers at the same zxid have different states:\n{string.Join('\n', all.Select(static s => s!.ToString()))}");
        return all[0]!;
    }

    internal Task<ServerStatus?[]> StatusesAsync() => Task.WhenAll(Running.Select(static s => s.TryStatusAsync()));

    private string Describe() => string.Join('\n', Servers.Select(static s => $"--- server {s.Id} ({(s.IsRunning ? "running" : s.Process is null ? "never started" : $"ended with {s.Process.ExitCode}")}):\n{s.Process?.Output}"));

    public async ValueTask DisposeAsync()
    {
        foreach (ServerOfEnsemble server in Servers) await server.DisposeAsync();
        _scratch.Dispose();
    }
}
