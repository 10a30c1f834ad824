using KeyValueStore;
using Xunit;
using Zab.Testing;

namespace Zab.Tests.Simulations;

/// <summary>What a user writes to test a replicated class.</summary>
public sealed class KeyValueTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task KeyValue_survives_everything(ulong seed)
    {
        await using Simulation simulation = await Simulation.StartAsync<KeyValue>(servers: 5, seed);
        await simulation.RunAsync(Faults.All, TimeSpan.FromMinutes(5));
        simulation.AssertConverged();
        simulation.AssertLinearizable();
        Assert.True(simulation.Answered > 0);
    }

    [Fact]
    public Task The_order_of_a_dictionary_is_found() => BugIsFound<IteratesADictionary>();

    [Fact]
    public Task A_stale_cached_field_is_found() => BugIsFound<CachesAField>();

    /// <summary>Some seed of a few finds it; which rule speaks first depends on the seed.</summary>
    private static async Task BugIsFound<T>()
        where T : class, IReplicated<T>
    {
        for (ulong seed = 1; seed <= 10; seed++)
        {
            await using Simulation simulation = await Simulation.StartAsync<T>(servers: 3, seed);
            Exception? found = await Record.ExceptionAsync(async () =>
            {
                await simulation.RunAsync(Faults.All, TimeSpan.FromMinutes(3));
                simulation.AssertConverged();
                simulation.AssertLinearizable();
            });
            if (found is null) continue;
            Assert.Contains(Assert.IsType<SimulationException>(found).Rule, (string[])["Determinism", "I10", "I12", "I18", "I19", "I22", "I27"]);
            return;
        }

        Assert.Fail("no seed has found the bug");
    }

    [Fact]
    public async Task The_same_seed_is_the_same_run()
    {
        Assert.Equal(await HashOf(7), await HashOf(7));
        Assert.NotEqual(await HashOf(7), await HashOf(8));

        static async Task<ulong> HashOf(ulong seed)
        {
            await using Simulation simulation = await Simulation.StartAsync<KeyValue>(servers: 3, seed);
            await simulation.RunAsync(Faults.All, TimeSpan.FromMinutes(1));
            simulation.AssertConverged();
            return simulation.TraceHash;
        }
    }
}
