using Xunit;
using Xunit.Abstractions;

namespace Zab.Acceptance;

/// <summary>Who comes to lead, and when.</summary>
public sealed class ElectionTests(ITestOutputHelper output)
{
    [Fact]
    public async Task E01_five_servers_that_start_one_after_the_other_are_led_by_the_third_in_epoch_1()
    {
        await using var ensemble = new EnsembleOfProcesses(new() { Voters = 5 });
        Assert.All(await Task.WhenAll(ensemble.Servers.Select(static s => s.InitAsync("shop"))), static exitCode => Assert.Equal(0, exitCode));

        foreach (uint id in new uint[] { 1, 2 })
        {
            ensemble[id].Start();
            await ensemble[id].StatusAsync("to look for a leader", static s => s.Role == "looking", EnsembleOfProcesses.Patience);
        }

        await ensemble.NobodyLeadsAsync(TimeSpan.FromSeconds(1), "and two of five are no quorum");
        foreach (uint id in new uint[] { 3, 4, 5 })
        {
            ensemble[id].Start();
            Assert.Equal(3u, (await ensemble.ServingAsync()).Id);
        }

        ServerStatus?[] all = await ensemble.StatusesAsync();
        Assert.All(all, static status => Assert.Equal((1u, 1u, 1u), (status!.Epoch, status.AcceptedEpoch, status.CurrentEpoch)));
        Assert.Equal(1u, (await ensemble[5].Http.PutAsync("k", "v", CancellationToken.None)).Zxid!.Value.Epoch);
    }

    /// <summary>A connection that is swallowed fails after 1.5 s; an election that waited for it would take longer than that.</summary>
    [Fact]
    public async Task E09_a_host_that_swallows_connections_does_not_hold_up_an_election()
    {
        (TimeSpan refused, TimeSpan swallowed) = await new UnreachableHost(rounds: 3, output.WriteLine).RunAsync();
        Assert.True(swallowed < refused + TimeSpan.FromSeconds(1), $"{swallowed} where connections are swallowed, {refused} where they are refused");
    }
}
