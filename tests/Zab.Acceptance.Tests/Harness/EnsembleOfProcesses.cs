namespace Zab.Acceptance;

/// <summary>An ensemble of real processes on loopback, each with its own directory.</summary>
internal sealed class EnsembleOfProcesses : IAsyncDisposable
{
    /// <summary>For what takes milliseconds on a machine that does nothing else: it is waited for, not measured.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private const int DescribedLines = 40;

    private readonly Scratch _scratch = new();
    private readonly EnsembleOptions _options;
    private readonly Network? _network;

    internal EnsembleOfProcesses(EnsembleOptions? options = null)
    {
        _options = options ?? new EnsembleOptions();
        int count = _options.Voters + _options.Observers;
        int[] ports = Ports.Free(2 * count);
        Servers = [.. Enumerable.Range(0, count).Select(i => NewServer((uint)i + 1, ports[2 * i], ports[(2 * i) + 1]))];
        if (_options.IsProxied) _network = new Network(Servers.ToDictionary(static s => s.Id, static s => s.PeerPort));
    }

    internal IReadOnlyList<ServerOfEnsemble> Servers { get; }

    internal string ScratchDirectory => _scratch.Path;

    internal Network Network => _network ?? throw new InvalidOperationException("this ensemble has no network of its own");

    internal ServerOfEnsemble this[uint id] => Servers[(int)id - 1];

    internal ServerOfEnsemble[] Except(params ServerOfEnsemble[] servers) => [.. Servers.Except(servers)];

    internal IEnumerable<ServerOfEnsemble> Running => Servers.Where(static s => s.IsRunning);

    /// <summary>Started, founded, every server with its leader.</summary>
    internal static async Task<EnsembleOfProcesses> StartAsync(EnsembleOptions? options = null)
    {
        var ensemble = new EnsembleOfProcesses(options);
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

    /// <summary>Watches for a while that no running server leads.</summary>
    internal Task NobodyLeadsAsync(TimeSpan during, string because) => Until.NothingAsync(during, async () =>
    {
        if ((await StatusesAsync()).FirstOrDefault(static s => s is { IsLeader: true }) is { } leader) throw new AcceptanceException($"A server leads, {because}: {leader}\n{Describe()}");
    });

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

    internal string Describe() => string.Join('\n', Servers.Select(static s => $"--- server {s.Id} ({(s.IsRunning ? "running" : s.Process is null ? "never started" : $"ended with {s.Process.ExitCode}")}):\n{s.Process?.LastLines(DescribedLines)}"));

    private ServerOfEnsemble NewServer(uint id, int peerPort, int httpPort)
    {
        string directory = _options.DataDirectory?.Invoke(id) ?? _scratch.Sub($"server-{id}");
        return new ServerOfEnsemble(id, isObserver: id > _options.Voters, peerPort, httpPort, directory, () => StartListOf(id), _scratch.Path, _options);
    }

    /// <summary>Every server has one of its own: the ports are those that it dials.</summary>
    private string StartListOf(uint id) => string.Join(',', Servers.Select(server => server.ListingAt(PortFor(id, server))));

    private int PortFor(uint dialer, ServerOfEnsemble dialed)
    {
        if (dialer == dialed.Id) return dialed.PeerPort;
        int port = _network?.PortFor(dialer, dialed.Id) ?? dialed.PeerPort;
        return _options.Route?.Invoke(dialer, dialed.Id, port) ?? port;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServerOfEnsemble server in Servers) await server.DisposeAsync();
        if (_network is not null) await _network.DisposeAsync();
        _scratch.Dispose();
    }
}
