using Zab.Core;
using Zab.Replica;
using Zab.Storage;

namespace Zab.Testing;

/// <summary>One machine of the ensemble: its disk and clock outlive the process that runs on it.</summary>
internal sealed class SimulatedServer
{
    private readonly World _world;
    private readonly DeterministicRandom _random;
    private readonly List<Action> _onResume = [];
    private long _stalledUntil;
    private bool _isBreakingOff;
    private bool _diesAfterTurn;

    internal SimulatedServer(World world, ServerId id, ulong seed)
    {
        (_world, Id) = (world, id);
        _random = new DeterministicRandom(seed);
        Clock = new MachineClock(world);
        const string directory = "/data";                      // On a disk of its own.
        Disk = new SimulatedDisk(_random.NextUInt64());
        FsyncTicks = world.Options.FsyncTicks;
        ApplyTicks = world.Options.ApplyTicks;
        ReplicaOptions = new ReplicaOptions
        {
            ServerId = id,
            DataDirectory = directory,
            Servers = [.. world.Members.Members.Select(static member => new ServerAddress(member.Id, $"server-{member.Id}", 1, !member.IsVoter))],
            SnapshotEveryBytes = world.Options.SnapshotEveryBytes,
            Peer = world.Options.Peer,
        };
        StoreOptions = world.Options.Store with { Directory = directory, ServerId = id, Entropy = world.Entropy };
    }

    internal ServerId Id { get; }

    internal MachineClock Clock { get; }

    internal SimulatedDisk Disk { get; private set; }

    internal ReplicaOptions ReplicaOptions { get; }

    internal StoreOptions StoreOptions { get; }

    /// <summary>The process that runs; null where none does.</summary>
    internal ServerLife? Life { get; private set; }

    internal bool IsUp => Life is not null;

    /// <summary>Without power nobody answers a packet; with it, a server that is down refuses connections.</summary>
    internal bool HasPower { get; private set; } = true;

    internal bool IsPaused { get; private set; }

    /// <summary>How long an fsync takes, at most.</summary>
    internal long FsyncTicks { get; set; }

    /// <summary>How long the state machine takes for a turn, at most.</summary>
    internal long ApplyTicks { get; set; }

    /// <summary>What the disk answers to the operations that it is asked for; survives the process.</summary>
    internal Func<DiskCall, string, string?>? DiskFault { get; set; }

    /// <summary>Every entry up to here is marked durable in the log itself, so that damage to it can be told from a write that never ended.</summary>
    internal Zxid Marked { get; private set; }

    /// <summary>What the last batch ended with: the next one marks it.</summary>
    internal Zxid LastWritten { get; private set; }

    /// <summary>Why the process stopped by itself the last time.</summary>
    internal string? Stopped { get; private set; }

    /// <summary>Starts the process, or tries to.</summary>
    /// <returns>Why it did not start; null where it did.</returns>
    internal string? Start()
    {
        Invariant.Require(Life is null, $"server {Id} is started while it runs");
        HasPower = true;
        IsPaused = false;
        Disk.Fault = DiskFault;
        _world.Trace.Started(Id);
        try
        {
            Life = new ServerLife(_world, this);
            Marked = LastWritten = Life.Peer.LastDurable;      // A start puts a mark behind all that it kept.
            return null;
        }
        catch (Exception e) when (e is PowerLossException or StorageException)
        {
            if (Disk.HasLostPower)
            {
                LosePower();
                return "the power went while it started";
            }

            Disk.KillProcess();
            _world.Rarities.Count(Rare.StartRefused);
            _world.Trace.Note(Id, $"does not start: {e.Message}");
            return e.Message;
        }
    }

    /// <summary>kill -9: what the process had written stays, whether or not it was flushed.</summary>
    internal void Kill()
    {
        if (Life is null) return;
        BreakOff();
        EndLife(wasKilled: true);
        Disk.KillProcess();
    }

    /// <summary>The power goes: what was not flushed is lost, torn, or kept, in any order. Nobody is told.</summary>
    internal void LosePower()
    {
        BreakOff();
        EndLife(wasKilled: false);
        HasPower = false;
        Disk.LosePower();
    }

    internal void RestorePower() => HasPower = true;

    /// <summary>The power went, at the operation of the disk for which that was arranged.</summary>
    internal void PowerWentInTurn()
    {
        if (_isBreakingOff) return;
        EndLife(wasKilled: false);
        if (_random.Next(2) == 0)
        {
            HasPower = false;
            Disk.LosePower();
        }
        else
        {
            _world.Network.Died(Id);
            Disk.KillProcess();
        }

        _world.Rarities.Count(Rare.CrashInDiskOperation);
    }

    /// <summary>The process dies at the end of the turn that one of its parts is taking: what was written is written, what was posted to other parts is lost.</summary>
    internal void KillAfterTurn() => _diesAfterTurn = true;

    /// <summary>Whether it has just died so.</summary>
    internal bool DiesNow()
    {
        if (!_diesAfterTurn) return false;
        Kill();
        _diesAfterTurn = false;
        return true;
    }

    /// <summary>Asks the process to stop in good order; it ends some time from now.</summary>
    internal void Stop() => _ = Life?.Replica.StopAsync(CancellationToken.None);

    /// <summary>SIGSTOP.</summary>
    internal void Pause() => IsPaused = IsUp;

    /// <summary>SIGCONT: what waited goes on.</summary>
    internal void Resume()
    {
        IsPaused = false;
        Action[] waiting = [.. _onResume];
        _onResume.Clear();
        foreach (Action action in waiting) action();
    }

    internal void OnResume(Action action) => _onResume.Add(action);

    internal void StallDisk(long ticks) => _stalledUntil = _world.Time.Now + ticks;

    internal void HealDisk()
    {
        _stalledUntil = 0;
        DiskFault = null;
        Disk.Fault = null;
        Disk.PowerLossAt = null;
        FsyncTicks = _world.Options.FsyncTicks;
    }

    internal void Fail(Func<DiskCall, string, string?> fault)
    {
        DiskFault = fault;
        Disk.Fault = fault;
    }

    /// <summary>The process is down, and its directory becomes another: none, an old copy, or one of another server.</summary>
    internal void ReplaceDisk(SimulatedDisk disk)
    {
        Invariant.Require(Life is null, $"the directory of server {Id} is replaced while the server runs");
        Disk = disk;
    }

    internal void JumpAhead(long ticks)
    {
        Clock.JumpAhead(ticks);
        Life?.JumpedAhead();
    }

    /// <summary>How long the thread of a part needs from being woken to the end of its turn.</summary>
    internal long TimeFor(PartKind kind) => kind switch
    {
        PartKind.Log => 1 + _random.NextInt64(FsyncTicks),
        PartKind.Read => 1 + _random.NextInt64(1 + (FsyncTicks / 4)),
        PartKind.Snapshot => 1 + _random.NextInt64(20 * FsyncTicks),
        PartKind.Apply => ApplyTicks == 0 ? 0 : _random.NextInt64(ApplyTicks),
        _ => 0,
    };

    internal long StalledUntil(PartKind kind) => kind is PartKind.Log or PartKind.Read or PartKind.Snapshot ? _stalledUntil : 0;

    internal void NoteWrites(ReadOnlySpan<Output.Write> writes)
    {
        Zxid before = LastWritten;
        foreach (Output.Write write in writes)
        {
            switch (write)
            {
                case Output.Append append:
                    if (before > Marked) Marked = before;           // A batch begins with a mark of where the one before ended.
                    LastWritten = append.Entries[^1].Zxid;
                    break;
                case Output.Truncate truncate:
                    before = LastWritten = truncate.Target.Zxid;
                    if (Marked > LastWritten) Marked = LastWritten;
                    break;
                case Output.InstallSnapshot install:
                    Marked = before = LastWritten = install.Snapshot.Point.Zxid;
                    break;
            }
        }
    }

    internal void NoteMark() => Marked = LastWritten;

    /// <summary>The process has ended by itself.</summary>
    internal void Ended(ServerLife life)
    {
        if (Life != life) return;
        AggregateException? failure = life.Replica.Completion.Exception;
        Stopped = failure?.InnerException?.Message;
        if (failure?.InnerException is { } cause) _world.Failed(this, cause);
        EndLife(wasKilled: true);
        Disk.KillProcess();
        _world.OnEnded?.Invoke(this);
    }

    /// <summary>Whoever dies does not choose when: the disk may be in the middle of an operation.</summary>
    private void BreakOff()
    {
        if (_diesAfterTurn || Life is not { IsWriting: true } life || Disk.HasLostPower || _random.Next(4) == 0) return;
        Disk.PowerLossAt = Disk.Operations + _random.Next(12);
        _isBreakingOff = true;
        life.BeginWriting();
        _isBreakingOff = false;
    }

    private void EndLife(bool wasKilled)
    {
        if (Life is not { } life) return;
        life.End();
        Life = null;
        IsPaused = false;
        _onResume.Clear();
        _world.Trace.Died(Id, wasKilled);
        _world.Watch.Crashed(Id);
        if (wasKilled) _world.Network.Died(Id);
        _world.Lost(life);
    }
}
