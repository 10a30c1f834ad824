using Zab.Replica;
using Zab.Testing.Checks;

namespace Zab.Testing;

/// <summary>Gives the parts of one replica their turns on simulated time, each after as long as its thread would have been busy.</summary>
internal sealed class SimulatedStage(World world, ServerLife life) : IStage
{
    private readonly List<Worker> _workers = [];

    public TaskCreationOptions Continuations => world.IsShared ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None;

    public Task Start(IPart part, string name, FailureSwitch failure)
    {
        var worker = new Worker(world, life, part, failure);
        _workers.Add(worker);
        part.Woken = worker.Wake;
        worker.Wake();
        return worker.Ended;
    }

    internal string Describe() => string.Join(", ", _workers.Select(static worker => worker.Describe()));

    /// <summary>Work that has been handed to this part and not been done.</summary>
    internal bool IsBusy(PartKind kind) => _workers.Exists(worker => worker.Kind == kind && worker.IsPlanned);

    /// <summary>Takes the turn that is planned, now.</summary>
    internal void TakeTurn(PartKind kind) => _workers.Find(worker => worker.Kind == kind)!.TakeTurn();

    /// <summary>Whatever they waited for by the clock may have come.</summary>
    internal void WakeAll()
    {
        foreach (Worker worker in _workers) worker.Wake();
    }
}

/// <summary>One part at work: planned, or waiting to be woken.</summary>
internal sealed class Worker : Occurrence
{
    private readonly World _world;
    private readonly ServerLife _life;
    private readonly IPart _part;
    private readonly FailureSwitch _failure;
    private readonly TaskCompletionSource _ended = new();       // Continues at once, in the one thread.
    private long _plannedAt = long.MaxValue;
    private bool _hasEnded;
    private bool _isWoken;              // The turn that is planned is for work; else, for a clock.

    internal Worker(World world, ServerLife life, IPart part, FailureSwitch failure) => (_world, _life, _part, _failure) = (world, life, part, failure);

    internal PartKind Kind => _part.Kind;

    internal Task Ended => _ended.Task;

    internal bool IsPlanned => _plannedAt != long.MaxValue && !_hasEnded;

    internal string Describe() => $"{Kind} {(_hasEnded ? "ended" : $"planned {(_plannedAt == long.MaxValue ? "never" : _plannedAt / 10000)}")}";

    /// <summary>There is work: the turn comes after what the part needs for it.</summary>
    internal void Wake()
    {
        if (_world.IsPutOff(Wake)) return;
        if (_hasEnded || _life.IsOver || _isWoken) return;
        _isWoken = true;
        Plan(_world.Time.Now + _life.Server.TimeFor(Kind));
    }

    internal override void Happen()
    {
        if (_plannedAt > _world.Time.Now || _hasEnded || _life.IsOver) return;       // It was planned anew, for earlier, and has had that turn; or is over.
        if (_life.Server.IsPaused)
        {
            _plannedAt = long.MaxValue;
            _isWoken = false;
            _life.Server.OnResume(Wake);
            return;
        }

        if (_life.Server.StalledUntil(Kind) is var until && until > _world.Time.Now)
        {
            _plannedAt = long.MaxValue;
            Plan(until);
            return;
        }

        TakeTurn();
    }

    internal void TakeTurn()
    {
        _plannedAt = long.MaxValue;
        _isWoken = false;
        bool goesOn = false;
        try
        {
            goesOn = _part.TakeTurn(mayWait: false);
        }
        catch (Exception e) when (e is not ViolationException)
        {
            if (!_life.Server.Disk.HasLostPower) _failure.Fail(e);
        }

        if (_life.Server.Disk.HasLostPower)
        {
            _life.Server.PowerWentInTurn();
            return;
        }

        if (_life.Server.DiesNow()) return;
        _life.TookTurn(Kind);
        if (_life.IsOver) return;
        if (goesOn)
        {
            if (_part.Patience is { Ticks: >= 0 } patience) Plan(_world.Time.Now + Math.Max(_life.Server.Clock.Until(patience.Ticks), patience == TimeSpan.Zero ? _life.Server.TimeFor(Kind) : 1));
            return;
        }

        _hasEnded = true;
        TellEnd();
        _life.LookForEnd();
    }

    /// <summary>Whoever waits for the end goes on at once, in this turn; the synchronization context of a test runner would send it to another thread.</summary>
    private void TellEnd()
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _ended.SetResult();
        SynchronizationContext.SetSynchronizationContext(context);
    }

    private void Plan(long at)
    {
        if (at >= _plannedAt) return;
        _plannedAt = at;
        _world.Plan(this, at);
    }
}
