using System.Collections.Concurrent;
using Zab.Core;
using Zab.Replica;
using Zab.Storage;
using Zab.Testing.Checks;
using Zab.Wire;

namespace Zab.Testing;

/// <summary>An ensemble on simulated machines: production code, one thread, virtual time. Everything follows from the options, the seed in them included.</summary>
internal sealed class World
{
    private readonly Queue<Worker> _ready = new();
    private readonly DeterministicRandom _entropy;
    private readonly SortedDictionary<ServerId, SimulatedServer> _servers = [];
    private readonly ConcurrentQueue<Action> _fromOtherThreads = new();
    private int _digestCountdown = 1;
    private int _thread;                            // 0 where only one thread ever calls.
    private Action? _onOtherThread;

    internal World(WorldOptions options, ReplicatedClasses classes)
    {
        (Options, Classes) = (options, classes);
        var seeds = new DeterministicRandom(options.Seed);
        _entropy = new DeterministicRandom(seeds.NextUInt64());
        Members = new Ensemble(Zxid.None, Enumerable.Range(1, options.Voters + options.Observers).Select(id => new Member(new ServerId((uint)id), id <= options.Voters, default)));
        Watch = new Watch(Members);
        Network = new SimulatedNetwork(this, seeds.NextUInt64());
        foreach (Member member in Members.Members) _servers.Add(member.Id, new SimulatedServer(this, member.Id, seeds.NextUInt64()));
        if (!options.IsFoundedByToken) return;
        Ensemble founding = Ensemble.VotersOf(Members.Members);
        foreach (Member voter in Members.Voters) DiskStore.Init(this[voter.Id].Disk, this[voter.Id].StoreOptions, "simulated", founding);
    }

    internal WorldOptions Options { get; }

    internal ReplicatedClasses Classes { get; }

    internal Timeline Time { get; } = new();

    internal Ensemble Members { get; }

    internal Watch Watch { get; }

    internal Trace Trace { get; } = new();

    internal Rarities Rarities { get; } = new();

    internal SimulatedNetwork Network { get; }

    internal IReadOnlyCollection<SimulatedServer> Servers => _servers.Values;

    internal SimulatedServer this[ServerId id] => _servers[id];

    internal SimulatedServer this[uint id] => _servers[new ServerId(id)];

    /// <summary>Calls that wait are looked at where a turn may have answered them.</summary>
    internal Action<ServerLife>? OnTurn { get; set; }

    /// <summary>A process has ended: what was called there is not answered any more.</summary>
    internal Action<ServerLife>? OnLost { get; set; }

    /// <summary>For stories: a write has just become durable at a server, which does not know it yet.</summary>
    internal Action<SimulatedServer, Output.Write>? OnDurable { get; set; }

    /// <summary>For stories: a peer has taken an input, and what it asks for is about to be done.</summary>
    internal Action<SimulatedServer, Input, Outputs>? OnStep { get; set; }

    /// <summary>A frame was sent, or arrives: from whom, to whom, and which.</summary>
    internal Action<ServerId, ServerId, FrameType, bool>? OnFrame { get; set; }

    /// <summary>A numbered command was executed, at some server, at this zxid.</summary>
    internal Action<SessionId, ulong, Zxid>? OnExecuted { get; set; }

    /// <summary>A process has ended by itself: it was told to stop, or could not go on.</summary>
    internal Action<SimulatedServer>? OnEnded { get; set; }

    /// <summary>An entry was applied, by some server.</summary>
    internal Action<Entry>? OnEntry { get; set; }

    internal long Steps { get; set; }

    internal long DiskActions { get; set; }

    internal long NetworkActions { get; set; }

    internal long Timers => Servers.Sum(static server => server.Clock.FiredTimers);

    /// <summary>Steps of peers, and completed actions of disks, wires and timers.</summary>
    internal long Events => Steps + DiskActions + NetworkActions + Timers;

    /// <summary>The server that leads, as it sees itself; of several, the one with the newest epoch.</summary>
    internal SimulatedServer? Leader => Servers.Where(static server => server.Life?.Peer.Role == Role.Leading).MaxBy(static server => server.Life!.Peer.Epoch);

    /// <summary>Random numbers that production code takes from the system: incarnations, secrets, channel numbers.</summary>
    internal ulong Entropy() => _entropy.NextUInt64();

    /// <summary>From here on this thread is the simulation's, and others may call into the servers: what that asks of the simulation waits for <see cref="TakeFromOtherThreads"/>.</summary>
    internal void ShareWithOtherThreads(Action onOtherThread) => (_thread, _onOtherThread) = (Environment.CurrentManagedThreadId, onOtherThread);

    internal bool IsShared => _thread != 0;

    internal void TakeFromOtherThreads()
    {
        while (_fromOtherThreads.TryDequeue(out Action? asked)) asked();
    }

    /// <summary>True where the caller is another thread than the simulation's: then the action is done later.</summary>
    internal bool IsPutOff(Action action)
    {
        if (_thread == 0 || _thread == Environment.CurrentManagedThreadId) return false;
        _fromOtherThreads.Enqueue(action);
        _onOtherThread!();
        return true;
    }

    internal void StartAll()
    {
        foreach (SimulatedServer server in Servers) server.Start();
    }

    /// <summary>Lets the next thing happen; false where nothing will, ever.</summary>
    /// <remarks>What waits for a task goes on in this thread, at once: only where no context, such as that of a test runner, claims it for another.</remarks>
    internal bool Happen()
    {
        if (Time.Next is null) return false;
        SynchronizationContext? callers = SynchronizationContext.Current;
        if (callers is not null) SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Time.Take().Happen();
            while (_ready.TryDequeue(out Worker? worker)) worker.Happen();
        }
        finally
        {
            if (callers is not null) SynchronizationContext.SetSynchronizationContext(callers);
        }

        return true;
    }

    internal void Run(TimeSpan time)
    {
        long end = Time.Now + time.Ticks;
        while (Time.Next is { } next && next <= end) Happen();
        Time.Skip(end);
    }

    /// <summary>Lets things happen until the condition holds, which is looked at after each; false where the time is over first.</summary>
    internal bool RunUntil(Func<bool> condition, TimeSpan atMost)
    {
        long end = Time.Now + atMost.Ticks;
        while (!condition())
        {
            if (Time.Next is not { } next || next > end)
            {
                Time.Skip(end);
                return condition();
            }

            Happen();
        }

        return true;
    }

    internal void Plan(Worker worker, long at)
    {
        if (at <= Time.Now) _ready.Enqueue(worker);
        else Time.At(at, worker);
    }

    internal void Answered(ServerLife life) => OnTurn?.Invoke(life);

    internal void Lost(ServerLife life) => OnLost?.Invoke(life);

    /// <summary>A process stopped by itself. That is its right after a storage error; a broken invariant of its own is a bug.</summary>
    internal void Failed(SimulatedServer server, Exception cause)
    {
        Rarities.Count(Rare.StoppedByFailure);
        Trace.Note(server.Id, $"stopped: {cause.Message}");
        if (cause is NotDeterministicException) throw new ViolationException("Determinism", $"server {server.Id} stopped: {cause.Message}");
        if (cause is not ReplicaStoppedException and not StorageException) throw new ViolationException("Invariant", $"server {server.Id} stopped: {cause}");
    }

    /// <summary>Now and then the whole state is digested, to be compared with what others have at the same zxid.</summary>
    internal void OfferDigest(ServerLife life)
    {
        if (--_digestCountdown > 0) return;
        _digestCountdown = 32;
        StateDigest digest = life.Replica.Applier.Digest();
        if (digest.Zxid != Zxid.None) Watch.Digest(life.Server.Id, digest.Zxid, digest.Hex);      // An empty state knows no cluster yet.
    }

    internal string Describe() => string.Join("\n", Servers.Select(static server => server.Life?.Peer is { } p
        ? $"server {server.Id}: {p.Role}, leader {p.Leader}, epoch {p.Epoch}, accepted {p.HardState.AcceptedEpoch}, current {p.HardState.CurrentEpoch}, logged {p.LastLogged}, durable {p.LastDurable}, committed {p.LastCommitted}, applied {server.Life.Replica.Status.LastApplied}, repair floor {p.HardState.RepairFloor}{(server.IsPaused ? ", paused" : "")}, {server.Life.DescribeStage()}, {p.Reason}"
        : $"server {server.Id}: down{(server.Stopped is { } reason ? $", stopped: {reason}" : "")}"));
}
