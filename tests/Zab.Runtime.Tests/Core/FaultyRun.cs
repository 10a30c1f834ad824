using Xunit;
using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>One random history: faults for a while, then peace, and then everything must be well.</summary>
internal sealed class FaultyRun
{
    private readonly ModelNet _net;
    private readonly DeterministicRandom _random;
    private readonly DeterministicRandom _snapshotFaults;       // Of its own, so that seeds which found a bug still mean the same faults.
    private readonly ulong _seed;
    private ulong _tag;
    private ulong _read;
    private ServerId? _wiped;

    internal FaultyRun(ulong seed, int voters, int observers)
    {
        _seed = seed;
        _random = new DeterministicRandom(seed ^ 0x5EED);
        _snapshotFaults = new DeterministicRandom(seed ^ 0x5A7);
        ServerId[] ids = [.. Enumerable.Range(1, voters + observers).Select(static id => new ServerId((uint)id))];
        _net = new ModelNet(seed, ids[..voters], ids[voters..])
        {
            Latency = TimeSpan.FromTicks(1_000 + _random.NextInt64(200_000)),
            DiskLatency = TimeSpan.FromTicks(1_000 + _random.NextInt64(100_000)),
        };
        if (_random.Next(2) == 0) _net.FoundByToken();
    }

    internal void Run()
    {
        try
        {
            _net.StartAll();
            for (int i = 0; i < 60; i++)
            {
                Fault();
                Load();
                _net.Run(TimeSpan.FromTicks(_random.NextInt64(TimeSpan.TicksPerMillisecond * 400)));
            }

            Heal();
            _net.RunUntil(IsWell, TimeSpan.FromSeconds(40));
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"seed {_seed}: {e.Message}\n{_net.Describe()}", e);
        }
        catch (Xunit.Sdk.XunitException e)
        {
            throw new Xunit.Sdk.XunitException($"seed {_seed}: {e.Message}");
        }
    }

    private void Fault()
    {
        ModelServer server = _net.Servers.Values.ElementAt(_random.Next(_net.Servers.Count));
        if (_snapshotFaults.Next(12) == 0) server.RejectsNextSnapshot = true;
        switch (_random.Next(12))
        {
            case 0 or 1: if (server.IsUp) server.Crash(); break;
            case 2 or 3 or 4: foreach (ModelServer down in _net.Servers.Values.Where(static s => !s.IsUp)) down.Start(); break;
            case 5: _net.BreakChannels(server.Id); break;
            case 6: _net.Cut(server.Id, Other(server)); break;
            case 7: _net.Block(server.Id, Other(server)); break;
            case 8: _net.Heal(); break;
            case 9: server.IsDiskStalled = !server.IsDiskStalled; break;
            case 10: TakeSnapshot(server); break;
            default: Wipe(server); break;
        }
    }

    private ServerId Other(ModelServer server) => _net.Servers.Values.ElementAt(_random.Next(_net.Servers.Count)).Id is var other && other == server.Id ? _net.Servers.Keys.First() : other;

    private void Load()
    {
        foreach (ModelServer server in _net.Servers.Values)
            if (_random.Next(2) == 0) server.Step(new Input.Submit([.. Enumerable.Range(0, _random.Next(4)).Select(_ => new ProposalRequest(++_tag, BitConverter.GetBytes(_tag)))]));
        foreach (ModelServer server in _net.Servers.Values) server.Step(new Input.Read(++_read));
    }

    private void TakeSnapshot(ModelServer server)
    {
        if (server.Peer is null || server.Disk.Log.Find(entry => entry.Zxid == server.Applied) is not { } at) return;
        var snapshot = new SnapshotInfo(at.Point, server.Disk.ConfigAt(at.Zxid), at.UtcTicks, 700_000, at.Chain);
        server.Disk.Take(snapshot);
        server.Step(new Input.SnapshotTaken(snapshot, at.Zxid));
    }

    /// <summary>One directory at a time is lost, and only while the others can make good for it: each of them up, none lost before.</summary>
    private void Wipe(ModelServer server)
    {
        if (_net.Members.Voters.Length < 3 || _wiped is { } before && !IsAdmitted(before)) return;
        if (_net.Servers.Values.Any(static s => s.Disk.HardState.ClusterId.IsNone || !s.IsUp)) return;
        if (!_net.Members.IsVoter(server.Id) || _net.Servers.Values.Any(s => s.Peer!.LastCommitted > _net.LastApplied)) return;      // Who holds an entry is checked when it is first applied.
        server.Crash();
        server.Disk = new ModelDisk(server.Id, _random.NextUInt64());
        _wiped = server.Id;
    }

    private bool IsAdmitted(ServerId id) => _net.Servers.Values.All(s => s.Peer is { } peer && peer.LastCommitted >= peer.Config.Version && peer.Config.Find(id)!.Incarnation == _net.Servers[id].Disk.HardState.Incarnation);

    private void Heal()
    {
        _net.Heal();
        foreach (ModelServer server in _net.Servers.Values)
        {
            server.IsDiskStalled = false;
            if (!server.IsUp || server.Peer!.Role == Role.Stopped)
            {
                if (server.IsUp) server.Crash();
                server.Start();
            }
        }
    }

    private bool IsWell()
    {
        if (_net.Leader is not { } leader) return false;
        return _net.Servers.Values.All(s => s.Fatal is null && s.Peer is { } peer && peer.Role is Role.Leading or Role.Following or Role.Observing
            && peer.LastCommitted == leader.Peer!.LastLogged && s.Applied == peer.LastCommitted && !peer.IsRecovering);
    }
}
