using Zab.Core;
using Zab.Testing.Checks;
using Zab.Wire;

namespace Zab.Testing;

/// <summary>
/// Makes things go wrong, one after the other, at places that follow from the seed, and at times that do, or when a message of some type is sent or arrives;
/// and undoes each some time later, or leaves that to the end.
/// </summary>
internal sealed class Nemesis
{
    private static readonly Faults[] Kinds = [.. Enum.GetValues<Faults>().Where(static fault => System.Numerics.BitOperations.PopCount((uint)fault) == 1)];

    private readonly World _world;
    private readonly DeterministicRandom _random;
    private readonly ulong _swarm;
    private Faults[] _enabled = [];
    private readonly long _meanTicks;
    private readonly bool _staysRecoverable;
    private readonly SortedDictionary<Faults, long> _counts = [];
    private readonly SortedDictionary<ServerId, List<SimulatedDisk>> _backups = [];
    private readonly SortedSet<ServerId> _supervised = [];
    private IReadOnlyCollection<ServerId> _core = [];           // Who is well taken care of.
    private readonly int _haste;                                // Of some seeds faults come, and pass, many times as fast: elections fall into elections.
    private readonly int _ambushesOf8;                          // Of eight faults, so many wait for a message.
    private Ambush? _ambush;
    private bool _isActive;
    private int _version;

    /// <param name="world">Whom it strikes.</param>
    /// <param name="seed">When, where and how follows from it.</param>
    /// <param name="staysRecoverable">Whether faults keep to the atlas, so that the ensemble must recover from them; without, it may halt, and may not lie.</param>
    internal Nemesis(World world, ulong seed, bool staysRecoverable)
    {
        (_world, _staysRecoverable) = (world, staysRecoverable);
        _random = new DeterministicRandom(seed);
        Atlas = new Atlas(world);
        world.OnEnded = server =>
        {
            if (_core.Contains(server.Id)) EnsureStarted(server);
            else StartLater(server);
        };
        _swarm = _random.Next(4) == 0 ? ulong.MaxValue : _random.NextUInt64() | _random.NextUInt64();
        _haste = _random.Next(4) == 0 ? 1 + _random.Next(5) : 0;
        _meanTicks = TimeSpan.TicksPerMillisecond * 200 << _random.Next(6) >> _haste;
        _ambushesOf8 = 2 * _random.Next(4);
        world.OnFrame = Notice;
    }

    internal Atlas Atlas { get; }

    internal IReadOnlyDictionary<Faults, long> Counts => _counts;

    internal IReadOnlyList<Faults> Enabled => _enabled;

    /// <summary>Says what may go wrong; the seed leaves some of it out.</summary>
    internal void Allow(Faults allowed)
    {
        _enabled = [.. Kinds.Where((kind, index) => allowed.HasFlag(kind) && (_swarm >> index & 1) != 0)];
        if (_enabled.Length == 0) _enabled = [.. Kinds.Where(kind => allowed.HasFlag(kind))];
    }

    internal void Begin()
    {
        if (_enabled.Length == 0) return;
        _isActive = true;
        _core = [];
        Next();
    }

    /// <summary>No further fault; what is wrong stays wrong until it is healed.</summary>
    internal void Cease()
    {
        _isActive = false;
        _ambush = null;
        _version++;
    }

    /// <summary>Everything about these servers, and between them, is as it should be, and they run.</summary>
    internal void Heal(IReadOnlyCollection<ServerId> core)
    {
        _core = core;
        foreach (ServerId from in core)
        {
            foreach (ServerId to in core)
            {
                if (from == to) continue;
                _world.Network[from, to].Mend(_world.Options.DelayTicks);
                _world.Network.Heal(from, to);
                _world.Network.Quicken(from, to);
            }
        }

        foreach (ServerId id in core)
        {
            SimulatedServer server = _world[id];
            server.HealDisk();
            server.ApplyTicks = _world.Options.ApplyTicks;
            server.Clock.Drift(1_000_000);
            if (server.IsPaused) server.Resume();
            if (Atlas.NeedsStart(id)) server.Kill();
            EnsureStarted(server);
        }
    }

    /// <summary>Each server outside of the core is left in a state of its own, the same towards all of the core: down, paused, cut off, not heard, or deaf.</summary>
    internal void Isolate(IReadOnlyCollection<ServerId> core)
    {
        foreach (SimulatedServer outsider in _world.Servers)
        {
            if (core.Contains(outsider.Id)) continue;
            int state = _random.Next(5);
            if (state == 0) outsider.Kill();
            if (state == 1) outsider.Pause();
            foreach (ServerId id in core)
            {
                Set(outsider.Id, id, isBlocked: state is 0 or 2 or 3);
                Set(id, outsider.Id, isBlocked: state is 0 or 2 or 4);
            }
        }
    }

    private void Set(ServerId from, ServerId to, bool isBlocked)
    {
        if (isBlocked) _world.Network.Block(from, to);
        else _world.Network.Heal(from, to);
    }

    /// <summary>Starts it now, and again where it ends by itself: a supervisor would.</summary>
    internal void EnsureStarted(SimulatedServer server)
    {
        if (server.IsUp || TryStart(server) || !_supervised.Add(server.Id)) return;
        _world.Time.After(TimeSpan.TicksPerSecond, () =>
        {
            _supervised.Remove(server.Id);
            EnsureStarted(server);
        });
    }

    // ---- One fault ----

    private void Next()
    {
        int version = _version;
        if (_random.Next(8) >= _ambushesOf8)
        {
            _world.Time.After(1 + _random.NextInt64(2 * _meanTicks), () => StrikeAt(version, Any(), other: null));
            return;
        }

        var ambush = Ambush.Of(_random);
        _ambush = ambush;
        _world.Time.After((2 * _meanTicks) + (TimeSpan.TicksPerSecond >> _haste), () =>
        {
            if (_ambush != ambush || version != _version) return;
            _ambush = null;         // Nobody came.
            Next();
        });
    }

    /// <summary>Strikes between the turns of the servers: at once, or while what the message brought about is under way, on a disk or a wire.</summary>
    private void Notice(ServerId from, ServerId to, FrameType type, bool isArrival)
    {
        if (_isActive && type == FrameType.Snap && !isArrival && _random.Next(6) == 0) SpoilSoon(from);
        if (_ambush is not { } ambush || !ambush.IsSprungBy(type, isArrival)) return;
        _ambush = null;
        int version = _version;
        (ServerId at, ServerId other) = isArrival == (_random.Next(4) != 0) ? (to, from) : (from, to);
        long ticks = _random.Next(4) switch
        {
            0 => 0,
            1 => 2 * _world.Options.FsyncTicks,
            2 => 2 * _world.Options.DelayTicks,
            _ => 4 * (_world.Options.FsyncTicks + _world.Options.DelayTicks),
        };
        _world.Time.After(ticks == 0 ? 0 : _random.NextInt64(ticks), () => StrikeAt(version, _world[at], _world[other]));
    }

    /// <summary>The snapshot that is being sent: its learner must find out.</summary>
    private void SpoilSoon(ServerId sender)
    {
        int version = _version;
        _world.Time.After(0, () =>
        {
            if (_isActive && version == _version) SpoilSnapshot(_world[sender]);
        });
    }

    private void SpoilSnapshot(SimulatedServer sender)
    {
        Atlas.Update();
        if (!_enabled.Contains(Faults.BitRot) || (_staysRecoverable && !Atlas.MayImpair(sender.Id))) return;
        if (Spoil(sender, Damage.FlipBitOfSnapshot, isLive: true)) Note(Faults.BitRot, sender);
    }

    private void StrikeAt(int version, SimulatedServer server, SimulatedServer? other)
    {
        if (!_isActive || version != _version) return;
        Atlas.Update();
        Supervise();
        Faults kind = _enabled[_random.Next(_enabled.Length)];
        if (Strike(kind, server, other ?? Other(server))) Note(kind, server);
        if (_random.Next(4) == 0) StrikeAt(version, other ?? Any(), server);       // Seldom alone.
        else Next();
    }

    private void Note(Faults kind, SimulatedServer server)
    {
        _world.Trace.Note(server.Id, $"fault: {kind}");
        _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
    }

    /// <summary>False where this fault cannot strike there now.</summary>
    private bool Strike(Faults kind, SimulatedServer server, SimulatedServer other) => kind switch
    {
        Faults.Delays => Delay(server, other),
        Faults.BrokenConnections => Do(() => _world.Network.Break(server.Id, other.Id)),
        Faults.OneWayLoss => Block(server.Id, other.Id),
        Faults.Partitions => Partition(bridge: null),
        Faults.Bridges => _world.Servers.Count >= 3 && Partition(bridge: server),
        Faults.SlowLinks => Do(() =>
        {
            SimulatedWire wire = _world.Network[server.Id, other.Id];
            wire.BytesPerSecond = 1000 << _random.Next(6);
            Later(30, () => _world.Network.Quicken(wire.From, wire.To));
        }),
        Faults.ReplayedBytes => Do(() => SpoilWire(server, other, static wire => wire.ReplaysPerMillion = 20_000, static wire => wire.ReplaysPerMillion = 0)),
        Faults.FlippedBits => Do(() => SpoilWire(server, other, static wire => wire.FlipsPerMillion = 20_000, static wire => wire.FlipsPerMillion = 0)),
        Faults.PowerLoss => LosePower(server),
        Faults.CrashInDiskOperation => CrashInDiskOperation(server),
        Faults.BitRot => Rot(server, Damage.FlipBit),
        Faults.ZeroedPages => Rot(server, Damage.ZeroSectors),
        Faults.MisdirectedWrites => Rot(server, Damage.Misdirect),
        Faults.DiskErrors => DiskError(server),
        Faults.FullDisks => FullDisk(server),
        Faults.SlowDisks => Do(() =>
        {
            server.FsyncTicks = 100 * _world.Options.FsyncTicks;
            Later(20, () => server.FsyncTicks = _world.Options.FsyncTicks);
        }),
        Faults.StalledDisks => Do(() => server.StallDisk(_random.NextInt64(10 * TimeSpan.TicksPerSecond))),
        Faults.ClockDrift => Do(() => server.Clock.Drift(950_000 + _random.NextInt64(100_001))),
        Faults.ClockJumps => Jump(server),
        Faults.Kills => Kill(server),
        Faults.Pauses => Pause(server),
        Faults.RestartStorms => Storm(),
        Faults.Stops => Stop(server),
        Faults.WipedDisks => Wipe(server),
        Faults.RestoredDisks => Restore(server),
        Faults.CopiedDisks => Copy(server, other),
        _ => false,
    };

    private bool Delay(SimulatedServer server, SimulatedServer other)
    {
        SimulatedWire wire = _world.Network[server.Id, other.Id];
        wire.DelayTicks = _world.Options.DelayTicks * (1 + _random.NextInt64(300));
        Later(20, () => wire.DelayTicks = _world.Options.DelayTicks);
        return true;
    }

    private bool Block(ServerId from, ServerId to)
    {
        if (from == to) return false;
        _world.Network.Block(from, to);
        Later(30, () => _world.Network.Heal(from, to));
        return true;
    }

    private bool Partition(SimulatedServer? bridge)
    {
        List<(ServerId, ServerId)> cut = [];
        ulong sides = _random.NextUInt64();
        bool isOneWay = _random.Next(4) == 0;
        foreach (SimulatedServer one in _world.Servers)
        {
            foreach (SimulatedServer other in _world.Servers)
            {
                if (one == other || one == bridge || other == bridge || Side(one) == Side(other) || (isOneWay && Side(one))) continue;
                _world.Network.Block(one.Id, other.Id);
                cut.Add((one.Id, other.Id));
            }
        }

        Later(30, () =>
        {
            foreach ((ServerId from, ServerId to) in cut) _world.Network.Heal(from, to);
        });
        return cut.Count > 0;

        bool Side(SimulatedServer server) => (sides >> (int)server.Id.Value & 1) != 0;
    }

    private void SpoilWire(SimulatedServer server, SimulatedServer other, Action<SimulatedWire> spoil, Action<SimulatedWire> mend)
    {
        SimulatedWire wire = _world.Network[server.Id, other.Id];
        spoil(wire);
        Later(20, () => mend(wire));
    }

    private bool LosePower(SimulatedServer server)
    {
        bool isEverywhere = _random.Next(8) == 0;
        foreach (SimulatedServer struck in isEverywhere ? [.. _world.Servers] : new[] { server })
        {
            struck.LosePower();
            StartLater(struck);
        }

        return true;
    }

    private bool CrashInDiskOperation(SimulatedServer server)
    {
        if (!server.IsUp) return false;
        server.Disk.PowerLossAt = server.Disk.Operations + _random.Next(20);
        return true;
    }

    private bool Rot(SimulatedServer server, Func<SimulatedServer, DeterministicRandom, bool> damage)
    {
        if (_staysRecoverable && !Atlas.MayImpair(server.Id)) return false;
        return Spoil(server, damage, isLive: _random.Next(3) == 0);
    }

    private bool Spoil(SimulatedServer server, Func<SimulatedServer, DeterministicRandom, bool> damage, bool isLive)
    {
        if (!isLive) server.Kill();
        if (!damage(server, _random))
        {
            StartLater(server);
            return false;
        }

        Atlas.Impair(server.Id, isNoticedAtStart: true);
        _world.Watch.Disturbed(server.Id, DirectoryFault.Damaged);
        StartLater(server);
        return true;
    }

    private bool DiskError(SimulatedServer server)
    {
        int countdown = _random.Next(6);
        server.Fail((call, _) =>
        {
            if (call is not (DiskCall.Write or DiskCall.Flush or DiskCall.FlushDirectory or DiskCall.SetLength) || --countdown > 0) return null;
            server.Fail(static (_, _) => null);
            return "EIO";
        });
        return true;
    }

    private bool FullDisk(SimulatedServer server)
    {
        server.Fail(static (call, _) => call is DiskCall.Create or DiskCall.Write or DiskCall.SetLength ? "ENOSPC" : null);
        Later(20, () =>
        {
            server.DiskFault = null;
            server.Disk.Fault = null;
        });
        return true;
    }

    private bool Jump(SimulatedServer server)
    {
        if (_random.Next(2) == 0) server.JumpAhead(_random.NextInt64(10 * TimeSpan.TicksPerMinute));
        else server.Clock.JumpWall(_random.NextInt64(2 * TimeSpan.TicksPerHour) - TimeSpan.TicksPerHour);
        return true;
    }

    private bool Kill(SimulatedServer server)
    {
        if (!server.IsUp) return false;
        server.Kill();
        KeepBackup(server);
        StartLater(server);
        return true;
    }

    private bool Pause(SimulatedServer server)
    {
        if (!server.IsUp || server.IsPaused) return false;
        server.Pause();
        Later(10, () =>
        {
            if (server.IsPaused) server.Resume();
        });
        return true;
    }

    private bool Storm()
    {
        for (int i = 0; i < 20; i++)
        {
            SimulatedServer server = Any();
            _world.Time.After(_random.NextInt64(20 * TimeSpan.TicksPerSecond), () =>
            {
                if (!_isActive) return;
                server.Kill();
                _world.Time.After(_random.NextInt64(TimeSpan.TicksPerSecond), () => EnsureStarted(server));
            });
        }

        return true;
    }

    private bool Stop(SimulatedServer server)
    {
        if (!server.IsUp) return false;
        server.Stop();
        StartLater(server);
        return true;
    }

    private bool Wipe(SimulatedServer server)
    {
        if (!Atlas.IsFounded || (_staysRecoverable ? !Atlas.MayImpair(server.Id) : !Atlas.MayWipeAtAll(server.Id))) return false;
        server.Kill();
        Replace(server);
        StartLater(server);
        return true;
    }

    /// <summary>By a fault; or by an operator, who does what a server says that cannot start: damage and a crash have left it without any copy of its promises.</summary>
    private void Replace(SimulatedServer server)
    {
        server.ReplaceDisk(new SimulatedDisk(_random.NextUInt64()));
        Atlas.Impair(server.Id, isNoticedAtStart: false);
        _world.Watch.Disturbed(server.Id, DirectoryFault.Wiped);
        _backups.Remove(server.Id);
    }

    private bool Restore(SimulatedServer server)
    {
        if (!_backups.ContainsKey(server.Id)) return false;
        RestoreWhenAllowed(server, tries: 100);
        return true;
    }

    private void RestoreWhenAllowed(SimulatedServer server, int tries)
    {
        if (!_isActive || !_backups.TryGetValue(server.Id, out List<SimulatedDisk>? copies)) return;
        if (!Atlas.MayRestore(server.Id))
        {
            if (tries > 0) _world.Time.After(TimeSpan.TicksPerSecond / 20, () => RestoreWhenAllowed(server, tries - 1));
            return;
        }

        SimulatedDisk copy = copies[_random.Next(copies.Count)];
        server.Kill();
        server.ReplaceDisk(copy.Copy(_random.NextUInt64()));
        Atlas.Impair(server.Id, isNoticedAtStart: false);
        _world.Watch.Disturbed(server.Id, DirectoryFault.RestoredOld);
        _world.Rarities.Count(Rare.OldCopyRestored);
        EnsureStarted(server);
    }

    /// <summary>The operator notices, and puts the right one back.</summary>
    private bool Copy(SimulatedServer server, SimulatedServer other)
    {
        if (other == server || Atlas.IsImpaired(server.Id) || other.Life is null) return false;      // One that never came up may not have written yet whose directory it is.
        server.Kill();
        SimulatedDisk own = server.Disk;
        server.ReplaceDisk(other.Disk.Copy(_random.NextUInt64()));
        string? refusal = server.Start();
        if (refusal is null) throw new ViolationException("T18", $"server {server.Id} started with the data directory of server {other.Id}");
        server.ReplaceDisk(own);
        StartLater(server);
        return true;
    }

    // ---- Helpers ----

    private void KeepBackup(SimulatedServer server)
    {
        if (_random.Next(3) != 0) return;
        if (!_backups.TryGetValue(server.Id, out List<SimulatedDisk>? copies)) _backups.Add(server.Id, copies = []);
        copies.Add(server.Disk.Copy(_random.NextUInt64()));
        if (copies.Count > 3) copies.RemoveAt(0);
    }

    /// <summary>A process that ended by itself is started again.</summary>
    private void Supervise()
    {
        foreach (SimulatedServer server in _world.Servers)
            if (!server.IsUp && _random.Next(4) == 0) TryStart(server);
    }

    private void StartLater(SimulatedServer server) => _world.Time.After(_random.NextInt64((_random.Next(4) == 0 ? 30 * TimeSpan.TicksPerSecond : 2 * TimeSpan.TicksPerSecond) >> _haste), () =>
    {
        if (!server.IsUp) TryStart(server);
    });

    private bool TryStart(SimulatedServer server)
    {
        if (_isActive && _enabled.Contains(Faults.CrashInDiskOperation) && _random.Next(8) == 0) server.Disk.PowerLossAt = server.Disk.Operations + _random.Next(40);
        if (server.Start() is not { } refusal)
        {
            Atlas.Started(server.Id);
            return true;
        }

        if (refusal.Contains("let the server join as a new one", StringComparison.Ordinal) && Atlas.IsImpaired(server.Id)) Replace(server);
        return false;
    }

    private void Later(int secondsAtMost, Action undo)
    {
        int version = _version;
        _world.Time.After(_random.NextInt64(secondsAtMost * TimeSpan.TicksPerSecond >> _random.Next(6) >> _haste), () =>
        {
            if (version == _version) undo();
        });
    }

    private SimulatedServer Any()
    {
        if (_random.Next(4) == 0 && _world.Leader is { } leader) return leader;
        return _world.Servers.ElementAt(_random.Next(_world.Servers.Count));
    }

    private SimulatedServer Other(SimulatedServer server)
    {
        SimulatedServer other = _world.Servers.ElementAt(_random.Next(_world.Servers.Count));
        return other == server ? _world.Servers.First() : other;
    }

    private static bool Do(Action action)
    {
        action();
        return true;
    }
}
