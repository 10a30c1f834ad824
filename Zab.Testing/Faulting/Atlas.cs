using Zab.Core;

namespace Zab.Testing;

/// <summary>Which servers have a directory that a fault has changed, and are not whole again. Keeps faults to what an ensemble must survive.</summary>
/// <remarks>
/// Invariant: the voters that are whole are a quorum, so the last good copy of an acknowledged entry is never destroyed. A directory that was restored is worse
/// than one that is lost, for nobody may notice: it is put back only while every other voter is up and holds all that any server has logged (<see cref="MayRestore"/>).
/// </remarks>
internal sealed class Atlas(World world)
{
    private readonly SortedDictionary<ServerId, Impairment> _impaired = [];

    internal IEnumerable<ServerId> Impaired => _impaired.Keys;

    internal bool IsImpaired(ServerId server) => _impaired.ContainsKey(server);

    internal bool MayImpair(ServerId server)
    {
        if (!world.Members.IsVoter(server) || _impaired.ContainsKey(server)) return true;
        return _impaired.Keys.Count(world.Members.IsVoter) < world.Members.Voters.Length - world.Members.QuorumSize;
    }

    /// <summary>Whether every voter but this one knows its ensemble, so that none of them takes a fresh directory for the beginning.</summary>
    internal bool IsFounded => world.Servers.All(server => !world.Members.IsVoter(server.Id) || server.Life is { Peer: { } peer } && !peer.HardState.ClusterId.IsNone && peer.Config.Version != Zxid.None);

    /// <summary>Whether some other voter has the directory that it had: where all are lost, a new ensemble would begin.</summary>
    internal bool MayWipeAtAll(ServerId server) => world.Members.Voters.Any(voter => voter.Id != server && !_impaired.ContainsKey(voter.Id));

    internal bool MayRestore(ServerId server)
    {
        if (_impaired.Count > 0 || !MayImpair(server) || !IsFounded || world.Leader is null) return false;
        Zxid logged = world.Servers.Max(static other => other.Life?.Peer.LastLogged ?? Zxid.None);
        return world.Servers.All(other => other.Id == server || !world.Members.IsVoter(other.Id) || IsWell(other, logged));
    }

    /// <summary>The directory has been changed; what is damaged is noticed at the next start only.</summary>
    internal void Impair(ServerId server, bool isNoticedAtStart) =>
        _impaired[server] = new Impairment(isNoticedAtStart && world[server].IsUp, world.Servers.Max(static other => other.Life?.Peer.LastCommitted ?? Zxid.None));

    internal void Started(ServerId server)
    {
        if (_impaired.TryGetValue(server, out Impairment? impairment)) impairment.NeedsStart = false;
    }

    /// <summary>Forgets the servers that are whole again.</summary>
    internal void Update()
    {
        if (_impaired.Count == 0) return;
        foreach ((ServerId server, Impairment impairment) in _impaired.ToArray())
            if (!impairment.NeedsStart && IsWell(world[server], impairment.Committed)) _impaired.Remove(server);
    }

    /// <summary>Servers that have to be started again before damage to them can be noticed.</summary>
    internal bool NeedsStart(ServerId server) => _impaired.TryGetValue(server, out Impairment? impairment) && impairment.NeedsStart;

    /// <summary>Serving, whole, and for the others, too: what admits it is committed, and they know.</summary>
    private static bool IsWell(SimulatedServer server, Zxid committed) =>
        server is { IsPaused: false, Life.Peer: { IsRecovering: false, Role: Role.Leading or Role.Following or Role.Observing } peer } && peer.LastDurable >= committed && (peer.IsAdmitted || !peer.Config.IsVoter(server.Id)) && peer.HardState.RepairFloor is null;

    private sealed class Impairment(bool needsStart, Zxid committed)
    {
        internal bool NeedsStart { get; set; } = needsStart;

        internal Zxid Committed => committed;
    }
}
