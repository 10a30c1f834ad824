using Zab.Core;

namespace Zab.Scenarios;

/// <summary>One real peer with a start list of its own; the test plays the others.</summary>
internal sealed class FreshPeer
{
    private readonly Outputs _outputs = new();

    /// <param name="self">Its id.</param>
    /// <param name="voters">Its start list.</param>
    /// <param name="record">The founding record in its directory; none where that is fresh.</param>
    internal FreshPeer(uint self, uint[] voters, Ensemble? record = null)
    {
        var state = new HardState
        {
            ServerId = new ServerId(self), Incarnation = new Incarnation(self), Generation = 1,
            Founding = record, Founded = record is not null, ClusterId = record?.FoundingClusterId() ?? default,
        };
        var recovered = new RecoveredState(state, new History(default), record is null ? [] : [record], null, 1, null);
        Peer = new Peer(new PeerOptions(), new StartList(new ServerId(self), Voters(voters)), recovered, 7, static _ => null);
        Step(Input.Tick.Instance);
    }

    internal Peer Peer { get; }

    internal List<Output> All { get; } = [];

    internal static Ensemble Voters(params uint[] ids) => new(Zxid.None, ids.Select(static id => new Member(new ServerId(id), IsVoter: true, default)));

    internal static Ensemble Record(params uint[] ids) => new(Zxid.None, ids.Select(static id => new Member(new ServerId(id), IsVoter: true, new Incarnation(id))));

    internal void Step(Input input)
    {
        Peer.Step(new Instant(1 + All.Count, 1), input, _outputs);
        for (int i = 0; i < _outputs.Count; i++) All.Add(_outputs[i]);
        _outputs.Clear();
    }

    /// <summary>A fresh server, started with these voters, says so.</summary>
    internal void HearOfFresh(uint from, params uint[] voters) => Hear(from, default, new Message.Founding(new Incarnation(from), ListHash(from, voters), default, null));

    /// <summary>A server that was founded with these voters answers.</summary>
    internal void HearOfEnsemble(uint from, params uint[] voters) =>
        Hear(from, Record(voters).FoundingClusterId(), new Message.Founding(new Incarnation(from), ListHash(from, voters), Record(voters).FoundingClusterId(), Record(voters)));

    private static ulong ListHash(uint self, uint[] voters) => new StartList(new ServerId(self), Voters(voters)).VotersHash();

    internal void Hear(uint from, ClusterId cluster, Message message) => Step(new Input.PeerMessage(new ServerId(from), cluster, message));
}
