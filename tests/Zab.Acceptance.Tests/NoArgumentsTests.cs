using Xunit;

namespace Zab.Acceptance;

/// <summary>The program without arguments: three servers in one process, on a fixed address for people.</summary>
public sealed class NoArgumentsTests
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_second_start_finds_everything_also_after_kills_in_the_middle()
    {
        using var scratch = new Scratch();
        using var http = new KvEndpoint(new Uri("http://127.0.0.1:5080"));

        // Killed at any time during founding, too.
        foreach (int milliseconds in new[] { 200, 500, 800 })
        {
            await using ServerProcess founding = ServerProcess.Start([], scratch.Path);
            await Task.Delay(milliseconds);
            await founding.KillAsync();
        }

        await using (ServerProcess killed = ServerProcess.Start([], scratch.Path))
        {
            await ServingAsync(http, killed);
            Assert.True((await http.PutAsync("greeting", "hello", CancellationToken.None)).IsSuccess);
            Assert.Equal("1", (await http.IncrementAsync("n", 1, CancellationToken.None)).Text);
            await killed.KillAsync();
        }

        await using (ServerProcess terminated = ServerProcess.Start([], scratch.Path))
        {
            await ServingAsync(http, terminated);
            Assert.Equal("hello", (await http.GetAsync("greeting", CancellationToken.None)).Text);
            Assert.Equal("2", (await http.IncrementAsync("n", 1, CancellationToken.None)).Text);
            Assert.Equal(0, await terminated.TerminateAsync());
        }

        await using ServerProcess last = ServerProcess.Start([], scratch.Path);
        await ServingAsync(http, last);
        Assert.Equal("2", (await http.GetAsync("n", CancellationToken.None)).Text);
    }

    /// <summary>All three are asked: <c>/status?server=N</c>.</summary>
    private static async Task ServingAsync(KvEndpoint http, ServerProcess process) =>
        await Until.TrueAsync(
            "three servers with a leader at http://127.0.0.1:5080",
            StartLimit,
            async () =>
            {
                if (process.HasExited) throw new AcceptanceException($"The program ended with {process.ExitCode}. Its output:\n{process.Output}");
                ServerStatus?[] all = await Task.WhenAll(Enumerable.Range(1, 3).Select(n => http.TryStatusAsync($"?server={n}")));
                return all.All(static s => s is { HasLeader: true }) && all.Select(static s => s!.ServerId).Order().SequenceEqual([1u, 2u, 3u]);
            },
            () => process.Output);
}
