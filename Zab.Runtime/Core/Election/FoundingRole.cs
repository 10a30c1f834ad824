namespace Zab.Core;

/// <summary>A directory that belongs to no ensemble yet: it founds one with all the voters of its start list, or is told by others which one there is.</summary>
/// <remarks>
/// A fresh directory is no empty history. Every proposer makes the same record, the sorted voters with their incarnations, so a crash in the middle
/// or a second proposer changes nothing.
/// <code>
/// case  what is heard                                        what follows
///  A    every voter fresh, the same start list as ours       founded: the record becomes durable, then the election begins
///  B    a record that names our incarnation                  the founding went on without us: accepted as if A
///  C    a record that does not, and we are a voter           our directory was lost: we join, and count for nothing until admitted
///  D    a record, and we are an observer                     we join
///  E    another start list                                   refused, with the difference; nothing is founded
/// </code>
/// </remarks>
internal sealed class FoundingRole(PeerState state, IPeerRoles roles)
{
    private readonly SortedDictionary<ServerId, Incarnation> _fresh = [];
    private string? _difference;
    private long _sendAt;
    private WriteId? _joined;

    internal void Start()
    {
        if (state.StartList.Members.IsVoter(state.Self)) _fresh[state.Self] = state.HardState.Incarnation;
        Send();
        TryFound();
    }

    internal void OnTick()
    {
        if (_joined is null && state.Now.MonotonicTicks >= _sendAt) Send();
        if (_joined is null) roles.Tell(Waiting());
    }

    internal void OnFounding(ServerId from, Message.Founding founding)
    {
        if (_joined is not null) return;
        if (founding.Record is { } record && !founding.ClusterId.IsNone) JoinExisting(founding.ClusterId, record);
        else if (!state.StartList.Members.IsVoter(from)) state.Ignore("FOUNDING from an observer");
        else if (founding.StartListHash != state.StartList.VotersHash()) _difference = $"server {from} was started with other voters than ({state.StartList.Members}); give all the same";     // E
        else Note(from, founding.Incarnation);
    }

    internal void OnUnreachable(ServerId peer) => _fresh.Remove(peer);

    internal void OnWritesDone()
    {
        if (_joined is { } write && state.Writes.IsDone(write)) roles.Look("founded");
    }

    private void Note(ServerId from, Incarnation incarnation)
    {
        bool isNew = !_fresh.TryGetValue(from, out Incarnation known) || known != incarnation;
        _fresh[from] = incarnation;
        if (isNew) state.Out.Add(new Output.SendPeer(from, Mine(state), WriteId.None));
        _difference = null;
        TryFound();
    }

    private void TryFound()
    {
        if (_fresh.Count < state.StartList.Members.Voters.Length) return;
        var record = new Ensemble(Zxid.None, _fresh.Select(static voter => new Member(voter.Key, IsVoter: true, voter.Value)));
        Join(record.FoundingClusterId(), record, isFounded: true);                                                                      // A
    }

    private void JoinExisting(ClusterId cluster, Ensemble record)
    {
        bool isNamed = record.Find(state.Self)?.Incarnation == state.HardState.Incarnation;
        Join(cluster, record, isFounded: isNamed);                                                                                      // B, C, D
    }

    private void Join(ClusterId cluster, Ensemble record, bool isFounded)
    {
        if (StartList.Difference(state.StartList, record) is { } difference)
        {
            _difference = difference;                                                                                                   // E
            return;
        }

        _joined = state.Join(cluster, record, isFounded);
    }

    private void Send()
    {
        foreach (Member voter in state.StartList.Members.Voters)
            if (voter.Id != state.Self) state.Out.Add(new Output.SendPeer(voter.Id, Mine(state), WriteId.None));
        _sendAt = state.Now.MonotonicTicks + state.Options.VoteResendMin.Ticks;
    }

    private string Waiting()
    {
        if (_difference is { } difference) return $"fresh; {difference}";
        IEnumerable<ServerId> missing = state.StartList.Members.Voters.Select(static voter => voter.Id).Where(id => !_fresh.ContainsKey(id));
        return $"fresh; waiting for {string.Join(", ", missing)}, or start with init NAME";
    }

    /// <summary>What any server says of its directory to one that is fresh.</summary>
    internal static Message.Founding Mine(PeerState state) =>
        new(state.HardState.Incarnation, state.StartList.VotersHash(), state.HardState.ClusterId, state.HardState.ClusterId.IsNone ? null : state.HardState.Founding);
}
