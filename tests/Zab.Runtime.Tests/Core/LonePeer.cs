using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>One real peer, and the test plays the others, its disk and its clock: for stories in which the others do what no honest server does, or in a rare order.</summary>
internal sealed class LonePeer
{
    private static readonly Ensemble Voters = new(Zxid.None, [new Member(new ServerId(1), true, default), new Member(new ServerId(2), true, default), new Member(new ServerId(3), true, default)]);
    private readonly Outputs _outputs = new();
    private readonly List<Output> _all = [];
    private WriteId _asked;
    private long _now = 1;
    private ulong _channel = 1;

    internal LonePeer(uint self, uint currentEpoch, params Entry[] log)
    {
        var history = new History(default);
        foreach (Entry entry in log) history.Append(entry.Point);
        var state = new HardState
        {
            ServerId = new ServerId(self), Incarnation = new Incarnation(self), ClusterId = Cluster, Founding = Voters, Founded = true,
            AcceptedEpoch = currentEpoch, CurrentEpoch = currentEpoch, Generation = 1,
        };
        Peer = new Peer(new PeerOptions(), new StartList(new ServerId(self), Voters), new RecoveredState(state, history, [Voters], null, 1, null), 7, static _ => null);
        Step(Input.Tick.Instance);
    }

    internal static ClusterId Cluster { get; } = Ensemble.TokenClusterId("test", Voters.Members);

    internal Peer Peer { get; }

    /// <summary>What it asked for in the last step.</summary>
    internal List<Output> Last { get; } = [];

    internal IEnumerable<Message> Sent => _all.OfType<Output.Send>().Select(static send => send.Message);

    internal IEnumerable<Message> SentOn(ChannelId channel) => _all.OfType<Output.Send>().Where(send => send.Channel == channel).Select(static send => send.Message);

    internal IEnumerable<Message.Vote> VotesSent => _all.OfType<Output.SendPeer>().Select(static send => send.Message).OfType<Message.Vote>();

    internal IEnumerable<Zxid> Committed => _all.OfType<Output.Commit>().Select(static commit => commit.Through);

    internal IEnumerable<Zxid> Compacted => _all.OfType<Output.CompactLog>().Select(static compaction => compaction.Through);

    internal IEnumerable<Output.ReadReady> Reads => _all.OfType<Output.ReadReady>();

    /// <summary>The channel that it opened to its leader.</summary>
    internal ChannelId Channel => _all.OfType<Output.OpenChannel>().Last().Channel;

    internal int ChannelsOpened => _all.OfType<Output.OpenChannel>().Count();

    internal bool HasClosed(ChannelId channel) => _all.OfType<Output.CloseChannel>().Any(close => close.Channel == channel);

    internal void Step(Input input)
    {
        Peer.Step(new Instant(_now, _now), input, _outputs);
        Last.Clear();
        for (int i = 0; i < _outputs.Count; i++) Last.Add(_outputs[i]);
        _outputs.Clear();
        _all.AddRange(Last);
        foreach (Output.Write write in Last.OfType<Output.Write>()) _asked = write.Id;
    }

    internal void Receive(ChannelId channel, params Message[] messages)
    {
        foreach (Message message in messages) Step(new Input.Received(channel, message));
    }

    internal void Receive(params Message[] messages) => Receive(Channel, messages);

    internal void Pass(TimeSpan time)
    {
        _now += time.Ticks;
        Step(Input.Tick.Instance);
    }

    /// <summary>Its disk has done all that was asked for.</summary>
    internal void Durable() => Step(new Input.WritesDone(_asked));

    internal void Vote(uint from, VoteState state, uint candidate, uint currentEpoch, Zxid lastZxid, ulong round = 1, ulong generation = 1) =>
        Step(new Input.PeerMessage(new ServerId(from), Cluster, new Message.Vote(state, round, new Candidate(currentEpoch, lastZxid, new ServerId(candidate)), true, new Incarnation(from), generation, lastZxid, Zxid.None)));

    /// <summary>Server 3 leads this epoch, and this server comes to it: up to LEARNERINFO.</summary>
    internal void FindLeader()
    {
        int opened = _all.Count;
        Vote(3, VoteState.Leading, 3, 1, Zxid.None);
        if (!_all.Skip(opened).OfType<Output.OpenChannel>().Any()) Vote(2, VoteState.Following, 3, 1, Zxid.None);
        Step(new Input.ChannelUp(Channel, new ServerId(3), IsOutgoing: true));
    }

    /// <summary>Up to ACKEPOCH.</summary>
    internal void Promise(uint epoch)
    {
        Receive(new Message.LeaderInfo(epoch, ProtocolVersion.Current, Cluster, Voters));
        Durable();
    }

    /// <summary>A follower of server 3, which holds the same history, all of it committed.</summary>
    internal static LonePeer Following(uint epoch, params Entry[] log)
    {
        var peer = new LonePeer(1, epoch - 1, log);
        peer.FindLeader();
        peer.Promise(epoch);
        peer.Receive(new Message.Diff(epoch, peer.Peer.LastPoint), new Message.NewLeader(epoch, peer.Peer.LastLogged));
        peer.Durable();
        peer.Receive(new Message.UpToDate(epoch, peer.Peer.LastLogged));
        return peer;
    }

    /// <summary>Server 3, elected by servers 1 and 2; nobody is connected yet.</summary>
    internal static LonePeer Elected(uint currentEpoch, params Entry[] log)
    {
        var peer = new LonePeer(3, currentEpoch, log);
        Zxid last = peer.Peer.LastLogged;
        peer.Vote(1, VoteState.Looking, 3, currentEpoch, last);
        peer.Vote(2, VoteState.Looking, 3, currentEpoch, last);
        return peer;
    }

    /// <summary>A learner opens a channel, and says who it is.</summary>
    internal ChannelId Connect(uint learner, uint acceptedEpoch) => Connect(learner, acceptedEpoch, new ChannelId(_channel++));

    internal ChannelId Connect(uint learner, uint acceptedEpoch, ChannelId channel)
    {
        Step(new Input.ChannelUp(channel, new ServerId(learner), IsOutgoing: false));
        Receive(channel, new Message.LearnerInfo(true, acceptedEpoch, ProtocolVersion.Current, Zxid.None, new Incarnation(learner), true, 1, Peer.LastLogged));
        return channel;
    }

    /// <summary>The answer of a learner that holds <paramref name="log"/>.</summary>
    internal static Message.AckEpoch AckEpoch(uint epoch, uint currentEpoch, bool isPromise, params Entry[] log)
    {
        var history = new History(default);
        foreach (Entry entry in log) history.Append(entry.Point);
        return new Message.AckEpoch(epoch, isPromise, currentEpoch, history.Base, history.Last, history.EpochEnds(), RepairFloor: null);
    }

    /// <summary>Server 3, established by server 1, whose channel is given: both hold the same history.</summary>
    internal static LonePeer Leading(uint epoch, out ChannelId follower, params Entry[] log)
    {
        LonePeer peer = Elected(epoch - 1, log);
        follower = peer.Connect(1, epoch - 1);
        peer.Durable();
        peer.Receive(follower, AckEpoch(epoch, epoch - 1, isPromise: true, log));
        peer.Durable();
        peer.Receive(follower, new Message.AckNewLeader(epoch, peer.Peer.LastLogged));
        return peer;
    }

    internal void Submit(params string[] texts) => Step(new Input.Submit([.. texts.Select(static text => new ProposalRequest(1, System.Text.Encoding.UTF8.GetBytes(text)))]));

    /// <summary>Entries (epoch, 1) to (epoch, count) of each pair, in order.</summary>
    internal static Entry[] Log(params (uint Epoch, uint Count)[] epochs)
    {
        var entries = new List<Entry>();
        foreach ((uint epoch, uint count) in epochs)
            for (uint k = 1; k <= count; k++) entries.Add(Next(entries, epoch, k));
        return [.. entries];
    }

    internal static Entry Next(IReadOnlyList<Entry> log, uint epoch, uint counter, EntryType type = EntryType.Request, byte[]? payload = null) =>
        Entry.After(log.Count > 0 ? log[^1].Point : default, new Zxid(epoch, counter), 1, type, payload ?? [7]);
}
