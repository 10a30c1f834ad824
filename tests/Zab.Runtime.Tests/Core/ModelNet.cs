using Xunit;
using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>A network, a clock and disks around real peers: everything follows from one seed. Checks what must hold after every output.</summary>
internal sealed class ModelNet
{
    private readonly PriorityQueue<Action, (long Time, long Order)> _events = new();
    private readonly Dictionary<(ServerId, ServerId, Type), int> _newest = [];
    private readonly SortedDictionary<ulong, ModelChannel> _channels = [];
    private readonly HashSet<(ServerId, ServerId)> _blocked = [];
    private readonly Dictionary<uint, ServerId> _leaders = [];
    private readonly List<HistoryPoint> _order = [];        // The one order: everything that any server was ever told to apply.
    private long _now;
    private long _sequence;

    internal ModelNet(ulong seed, params ServerId[] voters) : this(seed, voters, []) { }

    internal ModelNet(ulong seed, ServerId[] voters, ServerId[] observers)
    {
        Random = new DeterministicRandom(seed);
        var members = new Ensemble(Zxid.None, [.. voters.Select(static id => new Member(id, true, default)), .. observers.Select(static id => new Member(id, false, default))]);
        foreach (Member member in members.Members) Servers.Add(member.Id, new ModelServer(this, member.Id, new StartList(member.Id, members)));
        Members = members;
    }

    internal DeterministicRandom Random { get; }

    internal Ensemble Members { get; }

    internal SortedDictionary<ServerId, ModelServer> Servers { get; } = [];

    internal PeerOptions Options { get; init; } = new();

    internal TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(1);

    internal TimeSpan DiskLatency { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The oldest outputs are forgotten; the newest tell what led to a failure.</summary>
    internal Queue<string> Trace { get; } = [];

    internal Instant Instant => new(_now, 638_000_000_000_000_000 + _now);

    internal TimeSpan Now => TimeSpan.FromTicks(_now);

    internal IReadOnlyList<HistoryPoint> Order => _order;

    /// <summary>The last entry that any server was told to apply.</summary>
    internal Zxid LastApplied => _order.Count > 0 ? _order[^1].Zxid : Zxid.None;

    internal IReadOnlyDictionary<uint, ServerId> Leaders => _leaders;

    internal ModelServer this[uint id] => Servers[new ServerId(id)];

    internal ModelServer? Leader => Servers.Values.FirstOrDefault(static server => server.Peer is { Role: Role.Leading });

    internal long DiskTime() => 1 + Random.NextInt64(DiskLatency.Ticks + 1);

    internal void After(long ticks, Action action) => _events.Enqueue(action, (_now + ticks, _sequence++));

    /// <summary>Gives every voter its directory as <c>init NAME</c> would: a quorum suffices from then on.</summary>
    internal void FoundByToken()
    {
        Ensemble founding = Ensemble.VotersOf(Members.Members);
        foreach (Member voter in Members.Voters)
            Servers[voter.Id].Disk.Do(new Output.SaveHardState(default, Servers[voter.Id].Disk.HardState with { ClusterId = Ensemble.TokenClusterId("test", Members.Members), Founding = founding, Founded = true }));
    }

    internal void StartAll()
    {
        foreach (ModelServer server in Servers.Values) server.Start();
    }

    internal void Run(TimeSpan time) => RunUntil(static () => false, time, mustHappen: false);

    /// <summary>Lets events happen until the condition holds; fails where it does not in time.</summary>
    internal void RunUntil(Func<bool> condition, TimeSpan atMost, bool mustHappen = true)
    {
        long end = _now + atMost.Ticks;
        while (!condition())
        {
            if (!_events.TryPeek(out _, out (long Time, long Order) next) || next.Time > end)
            {
                _now = end;
                Assert.True(!mustHappen, $"it did not happen within {atMost}:\n{Describe()}");
                return;
            }

            _now = next.Time;
            _events.Dequeue()();
        }
    }

    internal string Describe() => string.Join("\n", Servers.Values.Select(static s => s.Peer is { } p
        ? $"{s.Id}: {p.Role} leader {p.Leader} epoch {p.Epoch} accepted {p.HardState.AcceptedEpoch} current {p.HardState.CurrentEpoch} logged {p.LastLogged} durable {p.LastDurable} committed {p.LastCommitted} applied {s.Applied} '{p.Reason}'"
        : $"{s.Id}: down, holds {s.Disk.Last}")) + "\n" + string.Join("\n", Trace);

    internal void Block(ServerId from, ServerId to) => _blocked.Add((from, to));

    internal void Cut(ServerId a, ServerId b)
    {
        Block(a, b);
        Block(b, a);
    }

    internal void Heal() => _blocked.Clear();

    internal void BreakChannels(ServerId server)
    {
        foreach (ModelChannel channel in _channels.Values.Where(channel => channel.Learner == server || channel.Leader == server).ToArray()) Break(channel, "broken");
    }

    internal void ServerStarted(ModelServer server) => Note($"{server.Id} starts: accepted {server.Disk.HardState.AcceptedEpoch} current {server.Disk.HardState.CurrentEpoch} last {server.Disk.Last}");

    internal void ServerDown(ServerId id)
    {
        Note($"{id} is down");
        foreach (ModelChannel channel in _channels.Values.Where(channel => channel.Learner == id || channel.Leader == id).ToArray()) Break(channel, "its server is down");
    }

    // ---- Network ----

    internal void SendPeer(ServerId from, ServerId to, Message message)
    {
        (ServerId, ServerId, Type) key = (from, to, message.GetType());
        int version = _newest[key] = _newest.GetValueOrDefault(key) + 1;
        After(Delay(), () =>
        {
            if (_newest[key] != version) return;                     // A newer one has replaced it.
            if (IsBlocked(from, to)) return;
            if (!Servers.TryGetValue(to, out ModelServer? target) || !target.IsUp) Servers[from].Step(new Input.PeerUnreachable(to));
            else if (Servers[from].IsUp) target.Step(new Input.PeerMessage(from, Servers[from].Peer!.HardState.ClusterId, message));
        });
    }

    internal void Open(ServerId learner, ServerId leader, ChannelId id)
    {
        var channel = new ModelChannel(id, learner, leader);
        _channels.Add(id.Value, channel);
        After(Delay(), () =>
        {
            if (!_channels.ContainsKey(id.Value)) return;
            if (!Servers[leader].IsUp || IsBlocked(learner, leader) || IsBlocked(leader, learner))
            {
                Break(channel, "it cannot be reached");
                return;
            }

            channel.IsOpen = true;
            Servers[leader].Step(new Input.ChannelUp(id, learner, IsOutgoing: false));
            if (_channels.ContainsKey(id.Value)) Servers[learner].Step(new Input.ChannelUp(id, leader, IsOutgoing: true));
        });
    }

    /// <summary>In order; a partition holds up what is on its way, as TCP does, until the channel breaks.</summary>
    internal void Send(ServerId from, ChannelId id, Message message)
    {
        if (!_channels.TryGetValue(id.Value, out ModelChannel? channel)) return;
        bool isFromLearner = from == channel.Learner;
        ServerId to = isFromLearner ? channel.Leader : channel.Learner;
        long at = Math.Max(_now + Delay(), channel.Next(isFromLearner));
        channel.Delivers(isFromLearner, at);
        After(at - _now, () => Deliver(channel, from, to, message));
    }

    internal void Close(ServerId by, ChannelId id, string reason)
    {
        if (!_channels.Remove(id.Value, out ModelChannel? channel)) return;
        ServerId other = by == channel.Learner ? channel.Leader : channel.Learner;
        if (channel.IsOpen) After(Delay(), () => Servers[other].Step(new Input.ChannelDown(id, reason)));
    }

    private void Deliver(ModelChannel channel, ServerId from, ServerId to, Message message)
    {
        if (!_channels.ContainsKey(channel.Id.Value)) return;
        if (IsBlocked(from, to)) channel.Stuck(from == channel.Learner);
        if (channel.IsStuck(from == channel.Learner)) return;        // Half-open: nothing comes any more, nobody is told.
        Servers[to].Step(new Input.Received(channel.Id, message));
    }

    private void Break(ModelChannel channel, string reason)
    {
        if (!_channels.Remove(channel.Id.Value)) return;
        foreach (ServerId end in (ServerId[])[channel.Learner, channel.Leader]) After(Delay(), () => Servers[end].Step(new Input.ChannelDown(channel.Id, reason)));
    }

    private bool IsBlocked(ServerId from, ServerId to) => _blocked.Contains((from, to));

    private long Delay() => 1 + Random.NextInt64(Latency.Ticks + 1);

    // ---- What must hold ----

    internal void Observe(ModelServer server, Output output)
    {
        if (output is not Output.Ignored and not Output.Send { Message: Message.Ping or Message.PingReply }) Note($"{server.Id} {Text(output)}");
        switch (output)
        {
            case Output.Send { Message: Message.Ack ack }: CheckDurable(server, ack.Zxid, "ACK"); break;
            case Output.Send { Message: Message.AckNewLeader ack }:
                CheckDurable(server, ack.SyncPoint, "ACK of NEWLEADER");
                Assert.True(server.Disk.HardState.CurrentEpoch == ack.Epoch, $"I3: {server.Id} acknowledges NEWLEADER of {ack.Epoch} with current epoch {server.Disk.HardState.CurrentEpoch} on disk\n{Describe()}");
                break;
            case Output.RoleChanged { Role: Role.Leading } role: CheckLeader(server, role.Epoch); break;
        }
    }

    internal void Committed(ModelServer server, Zxid through)
    {
        foreach (Entry entry in server.Disk.Log.Where(entry => entry.Zxid > server.Applied && entry.Zxid <= through))
        {
            int place = _order.BinarySearch(entry.Point, Comparer<HistoryPoint>.Create(static (a, b) => a.Zxid.CompareTo(b.Zxid)));
            if (place >= 0) Assert.True(_order[place] == entry.Point, $"I7: {entry.Point} was committed as {_order[place]}\n{Describe()}");
            else
            {
                Assert.True(~place == _order.Count, $"I12: {server.Id} applies {entry.Point}, which others passed over\n{Describe()}");
                int holders = Members.Voters.Count(voter => Servers[voter.Id].Disk.Holds(entry.Point));
                Assert.True(holders >= Members.QuorumSize, $"I5: {entry.Point} is committed and on {holders} voters' disks\n{Describe()}");
                _order.Add(entry.Point);
            }

            int expected = server.Applied == Zxid.None ? 0 : _order.FindIndex(point => point.Zxid == server.Applied) + 1;
            Assert.True(_order[expected] == entry.Point, $"I17: {server.Id} applies {entry.Point} after {server.Applied}, and {_order[expected]} is next\n{Describe()}");
            server.Applied = entry.Zxid;
        }

        Assert.True(server.Applied == through, $"P9: {server.Id} is to apply up to {through}, and its disk holds up to {server.Disk.Last}\n{Describe()}");
    }

    private void CheckDurable(ModelServer server, Zxid zxid, string what) =>
        Assert.True(zxid <= server.Disk.Last.Zxid, $"I4: {server.Id} sends {what} for {zxid}, and its disk holds {server.Disk.Last}\n{Describe()}");

    private void CheckLeader(ModelServer server, uint epoch)
    {
        Assert.True(_leaders.TryAdd(epoch, server.Id) || _leaders[epoch] == server.Id, $"I1: {server.Id} and {_leaders[epoch]} lead epoch {epoch}\n{Describe()}");
        foreach (HistoryPoint point in _order) Assert.True(server.Disk.Holds(point), $"I8: {server.Id} leads epoch {epoch} without {point}, which is committed\n{Describe()}");
    }

    private void Note(string text)
    {
        Trace.Enqueue($"{Now.TotalMilliseconds,9:F1} {text}");
        if (Trace.Count > 200) Trace.Dequeue();
    }

    private static string Text(Output output) => output switch
    {
        Output.Append o => $"append {o.Entries[0].Zxid}..{o.Entries[^1].Zxid}",
        Output.Send { Message: Message.Proposal p } => $"PROPOSAL {p.Entries[0].Zxid}..{p.Entries[^1].Zxid} committed {p.Committed}",
        Output.SaveHardState o => $"saves accepted {o.State.AcceptedEpoch} current {o.State.CurrentEpoch}",
        Output.Send o => $"on {o.Channel.Value % 10000}: {o.Message}",
        _ => output.ToString(),
    };
}

/// <summary>One channel of the model: two queues in order.</summary>
internal sealed class ModelChannel(ChannelId id, ServerId learner, ServerId leader)
{
    private readonly long[] _next = new long[2];
    private readonly bool[] _stuck = new bool[2];

    internal ChannelId Id { get; } = id;

    internal ServerId Learner { get; } = learner;

    internal ServerId Leader { get; } = leader;

    internal bool IsOpen { get; set; }

    internal long Next(bool fromLearner) => _next[fromLearner ? 1 : 0];

    internal void Delivers(bool fromLearner, long at) => _next[fromLearner ? 1 : 0] = at;

    internal void Stuck(bool fromLearner) => _stuck[fromLearner ? 1 : 0] = true;

    internal bool IsStuck(bool fromLearner) => _stuck[fromLearner ? 1 : 0];
}
