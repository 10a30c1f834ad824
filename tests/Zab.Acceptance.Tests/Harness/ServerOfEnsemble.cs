namespace Zab.Acceptance;

/// <summary>One server of an ensemble over all its lives: its place, its ports, and the process that runs it now.</summary>
internal sealed class ServerOfEnsemble(uint id, bool isObserver, int peerPort, int httpPort, string directory, Func<string> startList, string workingDirectory, EnsembleOptions options) : IAsyncDisposable
{
    internal uint Id => id;

    internal bool IsObserver => isObserver;

    internal int PeerPort => peerPort;

    internal string Directory => directory;

    internal KvEndpoint Http { get; } = new(new Uri($"http://127.0.0.1:{httpPort}"));

    /// <summary>The present life, or the last one.</summary>
    internal ServerProcess? Process { get; private set; }

    internal bool IsRunning => Process is { HasExited: false };

    /// <summary>How the server is named in the start list of one that finds it at this port.</summary>
    internal string ListingAt(int port) => $"{id}=127.0.0.1:{port}{(isObserver ? ";observer" : "")}";

    internal IReadOnlyList<string> Arguments =>
    [
        "--server-id", $"{id}", "--servers", startList(), "--data", directory, "--http", $"http://127.0.0.1:{httpPort}",
        .. options.SnapshotEvery is null ? Array.Empty<string>() : ["--snapshot-every", $"{options.SnapshotEvery}"],
    ];

    internal void Start(IEnumerable<string>? tracer = null)
    {
        if (IsRunning) throw new InvalidOperationException($"server {id} runs already");
        Process = ServerProcess.Start(Arguments, workingDirectory, tracer, options.Environment);
    }

    /// <summary>Starts the program once more with the same arguments and others behind them, as a process of its own.</summary>
    internal ServerProcess StartOnce(params string[] more) => ServerProcess.Start([.. Arguments, .. more], workingDirectory);

    /// <summary>Founds the ensemble of this name in the directory, which must be fresh; gives the exit code.</summary>
    internal async Task<int> InitAsync(string name)
    {
        await using ServerProcess init = StartOnce("--init", name);
        return await init.ExitedAsync(EnsembleOfProcesses.Patience);
    }

    internal Task KillAsync() => Process!.KillAsync();

    internal Task<int> TerminateAsync() => Process!.TerminateAsync();

    internal Task<ServerStatus?> TryStatusAsync() => IsRunning ? Http.TryStatusAsync() : Task.FromResult<ServerStatus?>(null);

    /// <summary>Waits for a status that <paramref name="is"/> accepts; fails at once where the process ends.</summary>
    internal Task<ServerStatus> StatusAsync(string what, Func<ServerStatus, bool> @is, TimeSpan within)
    {
        ServerStatus? last = null;
        return Until.FoundAsync(
            $"server {id}: {what}",
            within,
            async () =>
            {
                if (!IsRunning) throw new AcceptanceException($"Server {id} ended with {Process?.ExitCode} instead of: {what}. Its output:\n{Process?.Output}");
                ServerStatus? status = await TryStatusAsync();
                last = status ?? last;
                return status is not null && @is(status) ? status : null;
            },
            () => $"Last status: {last}. Output:\n{Process?.Output}");
    }

    public async ValueTask DisposeAsync()
    {
        if (Process is not null) await Process.DisposeAsync();
        Http.Dispose();
    }
}
