using Zab.Core;
using Zab.Testing.Checks;

namespace Zab.Tests.Checks;

/// <summary>How a driver or a disk may break the rules, so that the watch has something to find.</summary>
internal enum Lie
{
    None,

    /// <summary>Every message leaves at once, also one that has to wait for a write.</summary>
    DoesNotWaitForTheDisk,

    /// <summary>A crash takes the last entry that was reported durable.</summary>
    LosesWhatIsDurable,

    /// <summary>The state machine is given more than what is committed.</summary>
    AppliesWhatIsLogged,
}

/// <summary>Real peers under a watch. No delays: which message, write or read comes next is drawn, and a tick comes when enough has happened.</summary>
internal sealed class RealRun
{
    private readonly SortedDictionary<ServerId, RealServer> _servers = [];
    private readonly List<Channel> _channels = [];
    private readonly List<(ServerId From, ServerId To, Message Message)> _letters = [];        // Outside channels: the newest of each kind.
    private readonly Queue<(RealServer Server, Peer Peer, Input Input)> _reads = [];
    private long _now;
    private ulong _tag;

    internal RealRun(ulong seed, int voters, int observers = 0, Lie lie = Lie.None)
    {
        (Random, Lie) = (new DeterministicRandom(seed), lie);
        var members = new Ensemble(Zxid.None, Enumerable.Range(1, voters + observers).Select(id => new Member(new ServerId((uint)id), id <= voters, default)));
        Watch = new Watch(members);
        foreach (Member member in members.Members)
        {
            RealServer server = _servers[member.Id] = new RealServer(this, new StartList(member.Id, members));
            server.Format(incarnation: 100 + member.Id.Value);
        }
    }

    internal Watch Watch { get; }

    internal DeterministicRandom Random { get; }

    internal Lie Lie { get; }

    internal Instant Now => new(_now, _now);

    private IEnumerable<RealServer> Up => _servers.Values.Where(static server => server.IsUp);

    internal RealServer? Leader => Up.FirstOrDefault(static server => server.Peer!.Role == Role.Leading);

    /// <summary>Faults and load for a while, then peace; false where the servers do not come to the same.</summary>
    internal bool Run(int rounds, bool hasFaults)
    {
        foreach (RealServer server in _servers.Values) server.Start();
        for (int i = 0; i < rounds; i++)
        {
            if (hasFaults && Random.Next(6) == 0) Fault();
            Load();
            Round();
        }

        foreach (RealServer down in _servers.Values.Where(static server => !server.IsUp)) down.Start();
        for (int i = 0; i < 800 && !IsWell(); i++) Round(busy: 200);
        if (!IsWell()) return false;
        Watch.Finish([.. _servers.Keys]);
        return true;
    }

    // ---- What servers ask for ----

    internal void SendPeer(RealServer from, ServerId to, Message message)
    {
        Watch.Sent(from.Id, to, default, message);
        _letters.RemoveAll(old => old.From == from.Id && old.To == to && old.Message.GetType() == message.GetType());
        _letters.Add((from.Id, to, message));
    }

    internal void Open(RealServer learner, ServerId leader, ChannelId id) => _channels.Add(new Channel(id, learner, _servers[leader]));

    internal void Send(RealServer from, ChannelId id, Message message)
    {
        if (_channels.Find(channel => channel.Id == id) is not { } channel) return;
        Watch.Sent(from.Id, channel.Other(from).Id, id, message);
        channel.To(channel.Other(from)).Enqueue(new Input.Received(id, message));
    }

    internal void Close(RealServer by, ChannelId id)
    {
        if (_channels.Find(channel => channel.Id == id) is { } channel) End(channel, by);
    }

    internal void Soon(RealServer server, Input read) => _reads.Enqueue((server, server.Peer!, read));

    internal void Down(RealServer server)
    {
        foreach (Channel channel in _channels.Where(channel => channel.Learner == server || channel.Leader == server).ToArray()) End(channel, server);
    }

    // ---- What happens ----

    private void Round(int busy = 60)
    {
        for (int count = Random.Next(busy); count > 0; count--) Happen();
        _now += TimeSpan.TicksPerMillisecond * 50;
        foreach (RealServer server in _servers.Values) server.Step(Input.Tick.Instance);
    }

    private void Happen()
    {
        switch (Random.Next(5))
        {
            case 0 when _letters.Count > 0: DeliverLetter(Random.Next(_letters.Count)); break;
            case 1 when _reads.TryDequeue(out (RealServer Server, Peer Peer, Input Input) read):
                if (read.Server.Peer == read.Peer) read.Server.Step(read.Input);
                break;
            case 2: if (Pick(Up.Where(static server => server.HasWrites)) is { } writer) writer.Write(); break;
            default: if (Pick(_channels) is { } channel) Deliver(channel, Random.Next(2) == 0 ? channel.Learner : channel.Leader); break;
        }
    }

    private void DeliverLetter(int place)
    {
        (ServerId from, ServerId to, Message message) = _letters[place];
        _letters.RemoveAt(place);
        if (_servers[to].IsUp && _servers[from].IsUp) _servers[to].Step(new Input.PeerMessage(from, _servers[from].Peer!.HardState.ClusterId, message));
        else _servers[from].Step(new Input.PeerUnreachable(to));
    }

    private void Deliver(Channel channel, RealServer to)
    {
        if (!channel.IsOpen)
        {
            channel.IsOpen = true;
            if (!channel.Leader.IsUp)
            {
                End(channel, channel.Leader);
                return;
            }

            channel.Leader.Step(new Input.ChannelUp(channel.Id, channel.Learner.Id, IsOutgoing: false));
            if (_channels.Contains(channel)) channel.Learner.Step(new Input.ChannelUp(channel.Id, channel.Leader.Id, IsOutgoing: true));
        }
        else if (channel.To(to).TryDequeue(out Input.Received? received)) to.Step(received);
    }

    /// <summary>What is on its way is lost; the other end is told.</summary>
    private void End(Channel channel, RealServer by)
    {
        if (_channels.Remove(channel) && channel.Other(by).Peer is { } peer)
            _reads.Enqueue((channel.Other(by), peer, new Input.ChannelDown(channel.Id, "closed")));
    }

    private void Break(Channel channel)
    {
        End(channel, channel.Learner);
        channel.Learner.Step(new Input.ChannelDown(channel.Id, "broken"));
    }

    private void Fault()
    {
        RealServer server = Pick(_servers.Values)!;
        switch (Random.Next(5))
        {
            case 0: if (server.IsUp) server.Crash(); break;
            case 1: if (!server.IsUp) server.Start(); break;
            case 2: if (Pick(_channels) is { } channel) Break(channel); break;
            case 3: if (server.IsUp) server.TakeSnapshot(); break;
            default: Wipe(server); break;
        }
    }

    /// <summary>One directory at a time is lost, and only while all others are there to make good for it.</summary>
    private void Wipe(RealServer server)
    {
        if (_servers.Count < 3 || !_servers.Values.All(KnowsAll)) return;
        server.Crash();
        Watch.Disturbed(server.Id, DirectoryFault.Wiped);
        server.Format(Random.NextUInt64());
    }

    private bool KnowsAll(RealServer server) => server.Peer is { } peer && peer.Config.Version != Zxid.None && peer.LastCommitted >= peer.Config.Version
        && peer.Config.Voters.All(voter => voter.Incarnation == _servers[voter.Id].Incarnation);

    private void Load()
    {
        if (Pick(Up) is not { } server) return;
        var requests = new ProposalRequest[Random.Next(4)];
        for (int i = 0; i < requests.Length; i++) requests[i] = new ProposalRequest(++_tag, BitConverter.GetBytes(_tag));
        server.Step(new Input.Submit(requests));
    }

    private bool IsWell() => Leader is { } leader
        && _servers.Values.All(static server => server.Peer is { Role: Role.Leading or Role.Following or Role.Observing })
        && _servers.Values.All(server => server.Applied == leader.Peer!.LastLogged);

    private T? Pick<T>(IEnumerable<T> from) where T : class
    {
        T[] all = [.. from];
        return all.Length == 0 ? null : all[Random.Next(all.Length)];
    }

    private sealed class Channel(ChannelId id, RealServer learner, RealServer leader)
    {
        private readonly Queue<Input.Received> _toLearner = [];
        private readonly Queue<Input.Received> _toLeader = [];

        internal ChannelId Id { get; } = id;

        internal RealServer Learner { get; } = learner;

        internal RealServer Leader { get; } = leader;

        internal bool IsOpen { get; set; }

        internal RealServer Other(RealServer end) => end == Learner ? Leader : Learner;

        internal Queue<Input.Received> To(RealServer end) => end == Learner ? _toLearner : _toLeader;
    }
}
