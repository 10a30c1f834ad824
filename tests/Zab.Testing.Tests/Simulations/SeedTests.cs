using KeyValueStore;
using Xunit;
using Zab.Replica;
using Zab.Testing;

namespace Zab.Tests.Simulations;

/// <summary>A slice of what tests/Zab.Simulator runs by the thousand. Each test is a range of seeds; a failure names the seed, and the program replays it.</summary>
public sealed class SeedTests
{
    private const ulong SeedsOfSlice = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(21)]
    [InlineData(41)]
    [InlineData(61)]
    [InlineData(81)]
    [InlineData(101)]
    public void Every_fault_and_the_ensemble_recovers(ulong first)
    {
        for (ulong seed = first; seed < first + SeedsOfSlice; seed++) Run(seed, Faults.All, staysRecoverable: true);
    }

    [Theory]
    [InlineData(1001)]
    [InlineData(1021)]
    public void More_faults_than_an_ensemble_can_recover_from_and_it_does_not_lie(ulong first)
    {
        for (ulong seed = first; seed < first + SeedsOfSlice; seed++) Run(seed, Faults.All, staysRecoverable: false);
    }

    private static void Run(ulong seed, Faults faults, bool staysRecoverable)
    {
        var run = new SimulationRun(SimulationPlan.Of(seed), new ReplicatedClasses([ReplicatedClass.Of<KeyValue>()]), RandomCalls.Of<KeyValue>().Next, staysRecoverable);
        Exception? failure = Record.Exception(() =>
        {
            run.Start();
            run.Suffer(faults, TimeSpan.FromMinutes(1));
            run.Finish();
            run.CheckHistories();
        });
        Assert.True(failure is null, $"seed {seed}: {failure}");
    }
}
