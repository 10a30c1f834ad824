using Zab.Core;
using Zab.Replica;
using Zab.Testing.Checks;
using Zab.Testing.Linearizability;

namespace Zab.Testing;

/// <summary>One seed from beginning to end: rounds of faults, each followed by peace in which a part of the ensemble, and at last all of it, must be well.</summary>
internal sealed class SimulationRun
{
    private readonly DeterministicRandom _rounds;
    private readonly Liveness _liveness;
    private bool _isFinished;

    internal SimulationRun(SimulationPlan plan, ReplicatedClasses classes, Func<DeterministicRandom, Invocation> load, bool staysRecoverable)
    {
        Plan = plan;
        StaysRecoverable = staysRecoverable;
        World = new World(plan.World, classes);
        World.Trace.Attach(() => World.Time.Now);
        _rounds = new DeterministicRandom(plan.RoundSeed);
        Population = new Population(World, load, plan.Clients, plan.OperationsPerSecond, plan.LoadSeed);
        Nemesis = new Nemesis(World, plan.FaultSeed, staysRecoverable);
        _liveness = new Liveness(World, Nemesis);
    }

    internal SimulationPlan Plan { get; }

    internal bool StaysRecoverable { get; }

    internal World World { get; }

    internal Population Population { get; }

    internal Nemesis Nemesis { get; }

    /// <summary>Splits what clients saw into parts that are checked alone; null where the class has no such parts.</summary>
    internal Func<Operation, string?>? KeyOf { get; init; }

    internal TimeSpan Elapsed => TimeSpan.FromTicks(World.Time.Now);

    internal void Start()
    {
        foreach (SimulatedServer server in World.Servers) Nemesis.EnsureStarted(server);
        Population.Begin();
    }

    /// <summary>Faults for a while, with peace from time to time.</summary>
    /// <exception cref="ViolationException">Something happened that must not.</exception>
    internal void Suffer(Faults faults, TimeSpan duration)
    {
        Nemesis.Allow(faults);
        long end = World.Time.Now + duration.Ticks;
        while (World.Time.Now < end)
        {
            Nemesis.Begin();
            World.Run(TimeSpan.FromTicks(Math.Min(end - World.Time.Now, (20 * TimeSpan.TicksPerSecond) + _rounds.NextInt64(120 * TimeSpan.TicksPerSecond))));
            Nemesis.Cease();
            if (StaysRecoverable) Recover();
        }
    }

    /// <summary>A random core, which can do without the others, must be well soon, whatever is wrong with the others.</summary>
    internal void Recover()
    {
        ServerId[] core = Core();
        Nemesis.Isolate(core);
        Nemesis.Heal(core);
        _liveness.RequireWell(core);
    }

    /// <summary>Everything is healed, nobody calls any more, and all servers come to the same state.</summary>
    internal void Finish()
    {
        if (_isFinished) return;
        _isFinished = true;
        ServerId[] all = [.. World.Servers.Select(static server => server.Id)];
        Nemesis.Heal(all);
        if (StaysRecoverable)
        {
            _liveness.RequireWell(all);
            if (World.Options.Peer.CounterMax == uint.MaxValue && _rounds.Next(4) == 0) _liveness.RequireSessions(all);      // Else leaders change all the time, and each gives every session its full timeout.
        }
        else World.Run(TimeSpan.FromSeconds(60));
        Population.Cease();
        if (StaysRecoverable) _liveness.RequireConverged(all, () => Population.IsIdle);
        World.Watch.Finish();
    }

    /// <summary>What the clients saw must be what one object, and the order that the ensemble has in the end, would have answered.</summary>
    /// <exception cref="ViolationException">It is not.</exception>
    internal void CheckHistories()
    {
        Finish();
        Require("I20", AppliedOrder.Violations(Population.History, Population.ResolveOrder()));
        Require("I23", SessionReads.Violations(Population.History));
        ClusterId cluster = World.Servers.Select(static server => server.Life?.Peer.HardState.ClusterId ?? default).Max(static id => id.Value) is var value ? new ClusterId(value) : default;
        Verdict verdict = new LinearizabilityChecker(World.Classes, cluster) { KeyOf = KeyOf }.Check(Population.History);
        if (verdict.Kind != VerdictKind.Legal) throw new ViolationException("I22", $"{verdict.Kind}: {verdict.Explanation}");
        Require("I22", AnswersByZxid.Violations(Population.History, ReplicatedModel.Of(World.Classes, cluster)));
    }

    private static void Require(string rule, List<string> violations)
    {
        if (violations.Count > 0) throw new ViolationException(rule, string.Join("\n", violations.Take(20)));
    }

    private ServerId[] Core()
    {
        Nemesis.Atlas.Update();
        List<ServerId> whole = [.. World.Members.Voters.Select(static voter => voter.Id).Where(id => !Nemesis.Atlas.IsImpaired(id))];
        while (whole.Count > World.Members.QuorumSize && _rounds.Next(3) == 0) whole.RemoveAt(_rounds.Next(whole.Count));
        foreach (SimulatedServer server in World.Servers)
            if ((Nemesis.Atlas.IsImpaired(server.Id) || !World.Members.IsVoter(server.Id)) && _rounds.Next(2) == 0) whole.Add(server.Id);
        return [.. whole.Order()];
    }
}
