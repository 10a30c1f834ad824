using System.Globalization;
using Zab.Replica;
using Zab.Testing.Checks;
using Zab.Testing.Linearizability;

namespace Zab.Testing;

/// <summary>
/// An ensemble that runs a replicated class on simulated machines: the code that runs in production, in one thread, on virtual time, with clients that call and
/// whatever goes wrong. Everything follows from the seed: the same seed is the same run, on any machine.
/// </summary>
/// <remarks>
/// Not safe for concurrent use. Nothing real is touched: no file, no socket, no clock. What is simulated, and what the checks see, is described in docs/TESTING.md.
/// </remarks>
public sealed class Simulation : IAsyncDisposable
{
    private readonly SimulationRun _run;
    private readonly ulong _seed;

    private Simulation(SimulationRun run, ulong seed) => (_run, _seed) = (run, seed);

    /// <summary>A hash of everything that has happened so far; two runs of one seed have the same.</summary>
    public ulong TraceHash => _run.World.Trace.Hash;

    /// <summary>Simulated time since the start.</summary>
    public TimeSpan Elapsed => _run.Elapsed;

    /// <summary>Calls of clients that were answered.</summary>
    public long Answered => _run.Population.Answered;

    internal SimulationRun Run => _run;

    /// <summary>Starts the servers, and clients that call them.</summary>
    /// <typeparam name="T">The replicated class.</typeparam>
    /// <param name="servers">How many servers vote, 1 to 7.</param>
    /// <param name="seed">Everything else follows from it.</param>
    /// <param name="options">What the seed shall not decide; nothing where null.</param>
    /// <returns>The simulation, at time zero of its own clock.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are too few or too many servers.</exception>
    /// <exception cref="InvalidOperationException">No random calls of this class can be made; give a load by <see cref="SimulationOptions.Calling"/>.</exception>
    public static Task<Simulation> StartAsync<T>(int servers = 3, ulong seed = 1, SimulationOptions? options = null)
        where T : class, IReplicated<T>
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(servers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(servers, 7);
        options ??= new SimulationOptions();
        SimulationPlan plan = SimulationPlan.Of(seed, servers);
        plan = plan with
        {
            World = plan.World with { Observers = options.Observers ?? plan.World.Observers },
            Clients = options.Clients ?? plan.Clients,
            OperationsPerSecond = options.CallsPerSecond ?? plan.OperationsPerSecond,
        };
        var run = new SimulationRun(plan, new ReplicatedClasses([ReplicatedClass.Of<T>()]), options.Load?.Invoke() ?? RandomCalls.Of<T>().Next, options.StaysRecoverable)
        {
            KeyOf = options.KeyOf is { } keyOf ? Partition.ByProposal(keyOf) : null,
        };
        var simulation = new Simulation(run, seed);
        simulation.Guard(run.Start);
        return Task.FromResult(simulation);
    }

    /// <summary>Lets the clients call while things go wrong, for so much simulated time; from time to time everything is healed, and the ensemble must be well soon.</summary>
    /// <param name="faults">What may go wrong.</param>
    /// <param name="duration">Simulated time.</param>
    /// <returns>Completes when the time is over.</returns>
    /// <exception cref="SimulationException">Something happened that must not.</exception>
    public Task RunAsync(Faults faults, TimeSpan duration) => Task.Run(() => Guard(() => _run.Suffer(faults, duration)));

    /// <summary>Heals everything, lets the clients finish, and requires that every server comes to the same state.</summary>
    /// <exception cref="SimulationException">They do not.</exception>
    public void AssertConverged() => Guard(_run.Finish);

    /// <summary>Requires that what the clients saw is what one object of the class would have answered, in an order that keeps real time: every call took effect at one moment between its beginning and its end, once or, where nobody knows its outcome, perhaps never.</summary>
    /// <exception cref="SimulationException">No such order exists.</exception>
    /// <exception cref="LinearizabilityException">No such order was found within the limits of the search.</exception>
    public void AssertLinearizable() => Guard(_run.CheckHistories);

    /// <summary>Forgets the ensemble.</summary>
    /// <returns>Completed.</returns>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (ViolationException e)
        {
            throw new SimulationException(e.Invariant, _seed, string.Create(CultureInfo.InvariantCulture, $"{e.Invariant} is broken after {Elapsed} of seed {_seed}: {e.Message}\n\nWhat led to it:\n{string.Join("\n", _run.World.Trace.Newest().TakeLast(60))}"), e);
        }
    }
}
