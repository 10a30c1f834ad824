using Xunit;

namespace Zab.Acceptance;

/// <summary>Whose a data directory is: founding by token, copies, and two processes at once.</summary>
public sealed class DataDirectoryTests
{
    [Fact]
    public async Task Servers_that_were_given_a_token_are_founded_by_a_quorum_of_them()
    {
        await using var ensemble = new EnsembleOfProcesses();
        foreach (ServerOfEnsemble server in ensemble.Servers) Assert.Equal(0, await server.InitAsync("shop"));

        ensemble[1].Start();
        ensemble[2].Start();
        await ensemble.ServingAsync();
        Assert.True((await ensemble[1].Http.PutAsync("k", "v", CancellationToken.None)).IsSuccess);

        ensemble[3].Start();
        await ensemble.ServingAsync();
        await ensemble.ConvergedAsync();
    }

    [Fact]
    public async Task A_token_is_refused_by_every_directory_that_is_not_fresh()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(new() { Voters = 1 });
        Assert.True((await ensemble[1].Http.PutAsync("k", "v", CancellationToken.None)).IsSuccess);
        await ensemble[1].TerminateAsync();
        Assert.NotEqual(0, await ensemble[1].InitAsync("shop"));

        ensemble[1].Start();
        await ensemble.ServingAsync();
        Assert.Equal("v", (await ensemble[1].Http.GetAsync("k", CancellationToken.None)).Text);
    }

    [Fact]
    public async Task A_token_is_given_once_and_not_to_a_directory_with_other_files()
    {
        await using var ensemble = new EnsembleOfProcesses();
        Assert.Equal(0, await ensemble[1].InitAsync("shop"));
        Assert.NotEqual(0, await ensemble[1].InitAsync("shop"));
        Assert.NotEqual(0, await ensemble[1].InitAsync("another"));

        Directory.CreateDirectory(ensemble[2].Directory);
        string foreign = Path.Combine(ensemble[2].Directory, "thesis.txt");
        await File.WriteAllTextAsync(foreign, "years of work");
        Assert.NotEqual(0, await ensemble[2].InitAsync("shop"));
        Assert.Equal("years of work", await File.ReadAllTextAsync(foreign));
    }

    [Fact]
    public async Task A_fresh_voter_waits_for_the_others_and_says_for_whom()
    {
        await using var ensemble = new EnsembleOfProcesses();
        ensemble[1].Start();
        ensemble[2].Start();

        ServerStatus waiting = await ensemble[1].StatusAsync("to wait for server 3 alone", static s => s.Reason is { } r && r.Contains('3') && !r.Contains('2'), EnsembleOfProcesses.Patience);
        Assert.Contains("fresh", waiting.Reason);
        Assert.False(waiting.HasLeader);

        ensemble[3].Start();
        await ensemble.ServingAsync();
    }

    [Fact]
    public async Task T18_a_directory_copied_from_another_server_is_refused_and_the_others_go_on()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        await ensemble[1].TerminateAsync();
        await ensemble[2].TerminateAsync();
        Scratch.Replace(ensemble[2].Directory, ensemble[1].Directory);

        ensemble[1].Start();
        ensemble[2].Start();

        Assert.NotEqual(0, await ensemble[2].Process!.ExitedAsync(EnsembleOfProcesses.Patience));
        Assert.Contains("belongs to server 1", ensemble[2].Process!.Output);
        await ensemble.ServingAsync();
        Assert.True((await ensemble[1].Http.PutAsync("k", "v", CancellationToken.None)).IsSuccess);
    }

    [Fact]
    public async Task T19_a_second_process_on_the_same_directory_is_refused_and_the_first_goes_on()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(new() { Voters = 1 });
        int[] ports = Ports.Free(2);
        await using ServerProcess second = ServerProcess.Start(
            ["--server-id", "1", "--servers", $"1=127.0.0.1:{ports[0]}", "--data", ensemble[1].Directory, "--http", $"http://127.0.0.1:{ports[1]}"], ensemble.ScratchDirectory);

        Assert.NotEqual(0, await second.ExitedAsync(EnsembleOfProcesses.Patience));
        Assert.Contains(ensemble[1].Directory, second.Output);
        Assert.True((await ensemble[1].Http.PutAsync("k", "v", CancellationToken.None)).IsSuccess);
    }
}
