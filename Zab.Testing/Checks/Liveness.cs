using Zab.Core;
using Zab.Replica;

namespace Zab.Testing.Checks;

/// <summary>What must come to pass once a core of servers is up, connected and healthy, whatever the state of the others.</summary>
/// <remarks>
/// <code>
/// rule  in the core
/// L1    a leader is established within T1, and stays
/// L2    a write at any member is answered within T2
/// L3    every member comes to what was committed, and to the same state, within T3
/// L4    a linearizable read at any member is answered within T2
/// L5    a session that is used at any member lives, whatever the leader's wall clock does; one that is left alone ends
/// L6    a damaged or lost member is repaired, and admitted
/// L7    nobody outside of the core keeps it from any of this
/// L8    once there is a leader, there is no further election, but for promises that were given elsewhere
/// </code>
/// </remarks>
internal sealed class Liveness(World world, Nemesis nemesis)
{
    /// <summary>Bounds are in ticks of the peers, which differ from seed to seed; each is a multiple of what a step of the way takes at most.</summary>
    private TimeSpan T1 => (400 * world.Options.Peer.Tick) + TimeSpan.FromSeconds(30);

    private TimeSpan T2 => (100 * world.Options.Peer.Tick) + TimeSpan.FromSeconds(10);

    private TimeSpan T3 => (400 * world.Options.Peer.Tick) + TimeSpan.FromSeconds(60);

    internal void RequireWell(IReadOnlyCollection<ServerId> core)
    {
        if (!world.RunUntil(() => IsWell(core), T1)) throw Missed(core.Any(id => world[id].Life?.Peer.IsRecovering == true) && LeaderOf(core) is not null ? "L6" : "L1", core, $"no leader that all of them follow within {T1.TotalSeconds} s");
        RequireCalls(core);
        if (!world.RunUntil(() => core.All(IsAdmitted), T1)) throw Missed("L6", core, $"a voter that lost its directory does not count again within {T1.TotalSeconds} s");
        RequireToStay(core);
        nemesis.Atlas.Update();
    }

    /// <summary>L8. Each voter outside of the core may have promised a later epoch, and then costs one election when it is heard; leaders at the end of their zxids are elected again for ever.</summary>
    private void RequireToStay(IReadOnlyCollection<ServerId> core)
    {
        int mayChange = world.Members.Voters.Count(voter => !core.Contains(voter.Id));
        for (int changes = 0; world.Options.Peer.CounterMax == uint.MaxValue; changes++)
        {
            uint epoch = LeaderOf(core)?.Life!.Peer.Epoch ?? 0;
            world.Run(20 * world.Options.Peer.Tick);
            if (IsWell(core) && LeaderOf(core)!.Life!.Peer.Epoch == epoch) return;
            if (changes >= mayChange) throw Missed("L8", core, $"the leader of epoch {epoch} did not stay");
            if (!world.RunUntil(() => IsWell(core), T1)) throw Missed("L1", core, $"no leader that all of them follow within {T1.TotalSeconds} s, after that of epoch {epoch}");
        }
    }

    internal void RequireConverged(IReadOnlyCollection<ServerId> core, Func<bool> isQuiet)
    {
        if (!world.RunUntil(() => isQuiet() && IsWell(core) && IsEqual(core), T3)) throw Missed("L3", core, $"not the same state within {T3.TotalSeconds} s, or calls without an end");
        StateDigest[] digests = [.. core.Select(id => world[id].Life!.Replica.Applier.Digest())];
        for (int i = 1; i < digests.Length; i++)
            if (digests[i] != digests[0]) throw new ViolationException("I18", $"after {digests[0].Zxid}, server {core.First()} has the state {digests[0].Hex}, and server {core.ElementAt(i)} has {digests[i].Hex} after {digests[i].Zxid}");
    }

    /// <summary>L5, of a session for each member.</summary>
    internal void RequireSessions(IReadOnlyCollection<ServerId> core)
    {
        TimeSpan timeout = TimeSpan.FromSeconds(5);
        Probe[] probes = [.. core.Select(id => new Probe(world, id))];
        foreach (Probe probe in probes)
            if (!world.RunUntil(() => probe.IsWritten, T2)) throw Missed("L2", core, $"a session was not created within {T2.TotalSeconds} s");

        LeaderOf(core)?.Clock.JumpWall(TimeSpan.TicksPerHour);
        for (int second = 0; second < 3 * timeout.TotalSeconds; second++)
        {
            foreach (Probe probe in probes) probe.Touch();
            world.Run(TimeSpan.FromSeconds(1));
        }

        if (!world.RunUntil(() => IsWell(core), T1)) throw Missed("L1", core, "the leader did not stay");        // At the end of its zxids a leader is elected again.
        foreach (Probe probe in probes)
            if (!IsAlive(LeaderOf(core)!, probe)) throw Missed("L5", core, $"{probe.Session}, which was used all the time, has ended");
        if (!world.RunUntil(() => LeaderOf(core) is { } present && !probes.Any(probe => IsAlive(present, probe)), timeout + T1)) throw Missed("L5", core, "a session that nobody uses has not ended");
    }

    private static bool IsAlive(SimulatedServer leader, Probe probe) => leader.Life!.Replica.Applier.Machine.Sessions().Any(session => session.Id == probe.Session);

    private bool IsWell(IReadOnlyCollection<ServerId> core)
    {
        if (LeaderOf(core) is not { } leader) return false;
        uint epoch = leader.Life!.Peer.Epoch;
        return core.All(id => world[id].Life?.Peer is { IsRecovering: false, Role: Role.Leading or Role.Following or Role.Observing } peer && peer.Epoch == epoch);
    }

    private bool IsAdmitted(ServerId id) => !world.Members.IsVoter(id) || world[id].Life?.Peer.IsAdmitted == true;

    private bool IsEqual(IReadOnlyCollection<ServerId> core)
    {
        Zxid last = LeaderOf(core)!.Life!.Peer.LastLogged;
        return core.All(id => world[id].Life!.Replica.Status.LastApplied == last);
    }

    /// <summary>The leader that the core goes by; it may be one that only happens to be well.</summary>
    private SimulatedServer? LeaderOf(IReadOnlyCollection<ServerId> core) => core.Select(id => world[id].Life?.Peer.Leader).Max() is { } leader && world[leader].Life?.Peer.Role == Role.Leading ? world[leader] : null;

    private void RequireCalls(IReadOnlyCollection<ServerId> core)
    {
        foreach (ServerId id in core)
        {
            Probe probe = new(world, id);
            if (!world.RunUntil(() => probe.IsWritten, T2)) throw Missed("L2", core, $"a session asked for at server {id} was not created within {T2.TotalSeconds} s");
            if (!world.RunUntil(() => probe.IsRead, T2)) throw Missed("L4", core, $"a linearizable read at server {id} was not confirmed within {T2.TotalSeconds} s");
        }
    }

    private ViolationException Missed(string rule, IReadOnlyCollection<ServerId> core, string what) => new(rule, $"core {string.Join(", ", core)}: {what}\n{world.Describe()}");

    /// <summary>One write and one read at one server, tried anew where an attempt ends without success.</summary>
    private sealed class Probe(World world, ServerId id)
    {
        private ServerLife? _life;
        private SessionCreation? _creation;
        private Task<Zxid>? _read;

        internal bool IsWritten
        {
            get
            {
                if (_creation is { Created.IsCompletedSuccessfully: true }) return true;
                if (_creation is null || _creation.Created.IsCompleted || _life!.IsOver) Write();
                return false;
            }
        }

        internal bool IsRead
        {
            get
            {
                if (_read is { IsCompletedSuccessfully: true }) return true;
                if (_read is null || _read.IsCompleted || _life!.IsOver) Read();
                return false;
            }
        }

        internal SessionId Session => _creation!.Created.Result.Id;

        internal void Touch() => world[id].Life?.Replica.Touch(Session);

        private void Write()
        {
            _life = world[id].Life;
            try
            {
                _creation = _life?.Calls.CreateSession(TimeSpan.FromSeconds(5));
            }
            catch (NotExecutedException)
            {
                _creation = null;
            }
        }

        private void Read()
        {
            _life = world[id].Life;
            try
            {
                _read = _life?.Replica.Reads.Ask(out _);
            }
            catch (NotExecutedException)
            {
                _read = null;
            }
        }
    }
}
