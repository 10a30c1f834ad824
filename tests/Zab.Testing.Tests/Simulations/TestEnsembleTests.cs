using System.Text;
using KeyValueStore;
using Xunit;
using Zab.Testing;

namespace Zab.Tests.Simulations;

public sealed class TestEnsembleTests
{
    [Fact]
    public async Task What_is_written_at_one_server_is_read_at_the_others()
    {
        await using TestEnsemble ensemble = await TestEnsemble.StartAsync<KeyValue>(servers: 3);
        await ensemble.Client<IKeyValue>(1).PutAsync("k", "v"u8.ToArray());
        for (int server = 1; server <= 3; server++) Assert.Equal("v", Encoding.UTF8.GetString((await ensemble.Client<IKeyValue>(server).GetAsync("k"))!));
    }

    [Fact]
    public async Task A_call_lives_through_the_death_of_the_leader()
    {
        await using TestEnsemble ensemble = await TestEnsemble.StartAsync<KeyValue>(servers: 3);
        int leader = await ensemble.LeaderAsync();
        IKeyValue client = ensemble.Client<IKeyValue>(leader == 1 ? 2 : 1);
        await client.PutAsync("k", "1"u8.ToArray());
        await ensemble.KillAsync(leader);
        Assert.Equal("2", Encoding.UTF8.GetString((await client.IncrementAsync("k", 1)).Value!));
        Assert.NotEqual(leader, await ensemble.LeaderAsync());

        await ensemble.StartAsync(leader);
        Assert.Equal("2", Encoding.UTF8.GetString((await ensemble.Client<IKeyValue>(leader).GetAsync("k"))!));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ensemble.KillAsync(4));
    }

    [Fact]
    public async Task Calls_of_many_callers_at_once_are_all_answered()
    {
        await using TestEnsemble ensemble = await TestEnsemble.StartAsync<KeyValue>(servers: 3);
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async i => await ensemble.Client<IKeyValue>(1 + (i % 3)).IncrementAsync("n", 1)));
        Assert.Equal("60", Encoding.UTF8.GetString((await ensemble.Client<IKeyValue>(2).GetAsync("n"))!));
    }
}
