using System.Net;
using Xunit;

namespace Zab.Acceptance;

/// <summary>A server whose disk refuses while it cuts its log, as its leader told it, by strace.</summary>
public sealed class FailedTruncationTests
{
    /// <summary>The first failure comes before the cut has any effect, the second when the manifest has it already, and the file is still long.</summary>
    [StraceFact]
    public async Task S17_a_server_that_cannot_cut_its_log_stops_and_never_joins_with_it()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(new() { IsProxied = true });
        (ServerOfEnsemble server, Zxid tail) = await UncommittedTail.MakeAsync(ensemble, "tail");
        await using var load = new WriteLoad([.. ensemble.Except(server).Select(static s => s.Http)], clients: 4);
        await load.AdvanceAsync(20);

        // A start writes the next segment; what is cut goes on in the one after that.
        await FailsAsync(server, "pwrite64", "error=ENOSPC", LogFiles.AfterNewest(server.Directory, 2));
        await FailsAsync(server, "ftruncate", "error=EIO", LogFiles.AfterNewest(server.Directory, 1));

        server.Start();
        await ensemble.ServingAsync();
        await load.StopAsync();
        ServerStatus after = await Verifier.VerifyAsync(ensemble, load.Records);
        Assert.True(after.LastLogged.Epoch > tail.Epoch);
        Assert.All(await Task.WhenAll(ensemble.Servers.Select(static s => s.Http.GetAsync("tail", CancellationToken.None, read: "local"))), static answer => Assert.Equal(HttpStatusCode.NotFound, answer.Status));
    }

    private static async Task FailsAsync(ServerOfEnsemble server, string call, string fault, string file)
    {
        server.Start(Strace.Injecting(call, fault, "/dev/null", file));
        ServerProcess process = server.Process!;
        while (!process.HasExited)
        {
            if (await server.TryStatusAsync() is { } status) Assert.False(status.HasLeader, $"It follows, and could not cut its log: {status}");
        }

        Assert.NotEqual(0, await process.ExitedAsync(EnsembleOfProcesses.Patience));
        Assert.Contains(file, process.Output, StringComparison.Ordinal);
    }
}
