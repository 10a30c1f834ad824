using System.Diagnostics;
using KeyValueStore;
using Zab.Replica;
using Zab.Testing;
using Zab.Testing.Checks;
using Zab.Testing.Linearizability;

namespace Zab.Simulator;

/// <summary>What one seed came to.</summary>
internal sealed record SeedResult(ulong Seed, SimulationRun Run, ViolationException? Violation, TimeSpan Took)
{
    internal static SeedResult Of(ulong seed, SeedOptions options, Action<string>? trace = null)
    {
        SimulationPlan plan = SimulationPlan.Of(seed, options.Servers);
        plan = plan with { Clients = options.Clients ?? plan.Clients, OperationsPerSecond = options.CallsPerSecond ?? plan.OperationsPerSecond };
        var run = new SimulationRun(plan, new ReplicatedClasses([ReplicatedClass.Of<KeyValue>()]), RandomCalls.Of<KeyValue>().Next, staysRecoverable: !options.MayHalt)
        {
            KeyOf = Partition.ByProposal(KeyOf),
        };
        run.World.Trace.Sink = trace;
        var watch = Stopwatch.StartNew();
        ViolationException? violation = null;
        try
        {
            run.Start();
            run.Suffer(options.Faults, TimeSpan.FromMinutes(options.Minutes));
            run.Finish();
            run.CheckHistories();
        }
        catch (ViolationException e)
        {
            violation = e;
        }
        catch (Exception e)
        {
            violation = new ViolationException("Crash", $"the simulation ended with {e}");
        }

        return new SeedResult(seed, run, violation, watch.Elapsed);
    }

    private static string? KeyOf(object proposal) => proposal switch
    {
        KeyValueProposals.Put call => call.Key,
        KeyValueProposals.Delete call => call.Key,
        KeyValueProposals.Get call => call.Key,
        KeyValueProposals.CompareAndSet call => call.Key,
        KeyValueProposals.Increment call => call.Key,
        _ => null,
    };
}
