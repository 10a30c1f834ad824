using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>What a server said is durable there, to the leader of one epoch.</summary>
/// <param name="Through">The highest zxid acknowledged, by an ACK or by that of NEWLEADER.</param>
/// <param name="Incarnation">The directory that it holds it in.</param>
/// <param name="IsFounded">Whether that directory was founded: it counts, too, where the configuration names no incarnation.</param>
/// <param name="HasAdopted">Whether it acknowledged NEWLEADER.</param>
internal readonly record struct SentAck(Zxid Through, Incarnation Incarnation, bool IsFounded, bool HasAdopted);

/// <summary>One epoch: its leader, the entries that were proposed in it, and what was acknowledged and committed.</summary>
internal sealed class EpochRecord(uint epoch)
{
    private readonly List<ulong> _chains = [];      // From _first on; 0 where a counter is not known.
    private uint _first;
    private SentAck[] _acks = [];
    private SentPromise[] _promises = [];

    internal uint Epoch { get; } = epoch;

    /// <summary>What the first entry of this epoch follows. Null while there is none, or where the entries begin in the middle.</summary>
    internal Zxid? Parent { get; private set; }

    /// <summary>Who was established; null where nobody was.</summary>
    internal ServerRecord? Leader { get; private set; }

    /// <summary>In which of its lives.</summary>
    internal int LeaderLife { get; private set; }

    /// <summary>The end of the leader's history when it was established.</summary>
    internal Zxid InitialEnd { get; private set; }

    /// <summary>How far the leader has committed. Never decreases.</summary>
    internal Zxid CommittedThrough { get; set; }

    /// <summary>The last counter of this epoch in the one committed sequence; 0 where it holds none of it.</summary>
    internal uint CommittedEnd { get; set; }

    internal bool TryChain(uint counter, out ulong chain)
    {
        chain = counter >= _first && counter - _first < (uint)_chains.Count ? _chains[(int)(counter - _first)] : 0;
        return chain != 0;
    }

    internal void Add(HistoryPoint point, Zxid? previous)
    {
        uint counter = point.Zxid.Counter;
        if (_chains.Count == 0) _first = counter;
        if (counter < _first)
        {
            _chains.InsertRange(0, new ulong[_first - counter]);
            _first = counter;
        }

        while (counter - _first >= (uint)_chains.Count) _chains.Add(0);
        _chains[(int)(counter - _first)] = point.Chain;
        if (counter == 1 && previous is not null) Parent = previous;
    }

    internal void Establish(ServerRecord leader, Zxid initialEnd) => (Leader, LeaderLife, InitialEnd) = (leader, leader.Life, initialEnd);

    internal bool IsLedBy(ServerRecord server) => Leader == server && LeaderLife == server.Life;

    internal SentPromise PromiseOf(ServerRecord server) => server.Index < _promises.Length ? _promises[server.Index] : default;

    internal void Promised(ServerRecord server, SentPromise promise)
    {
        if (server.Index >= _promises.Length) Array.Resize(ref _promises, Limits.MembersMax);
        _promises[server.Index] = promise;
    }

    internal SentAck AckOf(ServerRecord server) => server.Index < _acks.Length ? _acks[server.Index] : default;

    internal void Acked(ServerRecord server, Zxid through, bool isNewLeader)
    {
        if (server.Index >= _acks.Length) Array.Resize(ref _acks, Limits.MembersMax);
        ref SentAck ack = ref _acks[server.Index];
        ack = new SentAck(through > ack.Through ? through : ack.Through, server.Hard.Incarnation, server.Hard.Founded, ack.HasAdopted || isNewLeader);
    }
}
