using System.Net;
using Xunit;

namespace Zab.Acceptance;

/// <summary>Servers that end in an orderly way, and servers that are started in an order of their own.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task Terminated_servers_exit_with_0_and_find_everything_when_they_start_again()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(new() { Observers = 1 });
        await using var load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], clients: 8);
        await load.AdvanceAsync(200);
        await load.StopAsync();

        foreach (ServerOfEnsemble server in ensemble.Servers) Assert.Equal(0, await server.TerminateAsync());
        ensemble.StartAll();

        await ensemble.ServingAsync();
        await Verifier.VerifyAsync(ensemble, load.Records);
        Assert.Equal("observer", (await ensemble[4].StatusAsync("a leader", static s => s.HasLeader, EnsembleOfProcesses.Patience)).Role);
    }

    [Fact]
    public async Task A_server_that_is_terminated_under_load_costs_no_acknowledged_write()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        await using var load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], clients: 8);
        await load.AdvanceAsync(100);

        ServerOfEnsemble leader = await ensemble.ServingAsync();
        Assert.Equal(0, await leader.TerminateAsync());
        await load.AdvanceAsync(100);
        leader.Start();
        await ensemble.ServingAsync();
        await load.AdvanceAsync(100);
        await load.StopAsync();

        await Verifier.VerifyAsync(ensemble, load.Records);
    }

    [Fact]
    public async Task A_repeated_write_gets_its_first_answer_after_every_server_was_killed()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        KvEndpoint first = ensemble[1].Http, third = ensemble[3].Http;
        string session = await first.CreateSessionAsync(CancellationToken.None);
        KvAnswer answer = await first.IncrementAsync("n", 5, CancellationToken.None, session, 1);
        Assert.Equal((HttpStatusCode.OK, "5"), (answer.Status, answer.Text));

        foreach (ServerOfEnsemble server in ensemble.Servers) await server.KillAsync();
        ensemble.StartAll();
        await ensemble.ServingAsync();
        KvAnswer again = await third.IncrementAsync("n", 5, CancellationToken.None, session, 1);

        Assert.True(answer.IsSameAs(again), $"first {answer}, then {again}");
        Assert.Equal("5", (await third.GetAsync("n", CancellationToken.None)).Text);
    }

    [Fact]
    public async Task Without_a_quorum_nothing_is_executed_and_the_answer_says_so()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        await ensemble[1].KillAsync();
        await ensemble[2].KillAsync();
        ServerStatus alone = await ensemble[3].StatusAsync("to look for a leader", static s => s.Role == "looking", EnsembleOfProcesses.Patience);
        Assert.Equal((null, 0u), (alone.Leader, alone.Epoch));

        using var limit = new CancellationTokenSource(EnsembleOfProcesses.Patience);
        KvAnswer local = await ensemble[3].Http.GetAsync("k", limit.Token, read: "local");
        KvAnswer[] answers = await Task.WhenAll(ensemble[3].Http.PutAsync("k", "v", limit.Token), ensemble[3].Http.GetAsync("k", limit.Token));

        Assert.Equal((HttpStatusCode.NotFound, ""), (local.Status, local.Text));
        Assert.All(answers, static answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, "notExecuted"), (answer.Status, answer.Outcome)));
    }
}
