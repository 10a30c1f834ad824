using System.Buffers;
using Zab;
using Zab.Core;
using Zab.Replica;
using Zab.Testing;
using Zab.Testing.Linearizability;

namespace ZabWalkthrough;

/// <summary>An ensemble on simulated machines, whose messages are told as they arrive. Every claim of a chapter is checked; one that is not true ends the story.</summary>
internal sealed class Stage
{
    private static readonly string[] Heads = ["server", "role", "leader", "epoch", "last zxid", "K1"];

    private readonly IPage _page;
    private readonly World _world;
    private readonly CapturingConnection _connection = new();
    private readonly IRegister _client;
    private Func<Message, bool> _isTold = static _ => false;

    internal Stage(IPage page, int servers = 5)
    {
        _page = page;
        var options = new WorldOptions { Seed = 1, Voters = servers, IsFoundedByToken = true, DelayTicks = TimeSpan.TicksPerMillisecond, FsyncTicks = TimeSpan.TicksPerMillisecond };
        _world = new World(options, new ReplicatedClasses([ReplicatedClass.Of<Register>()]));
        _world.Trace.Attach(() => _world.Time.Now);
        _world.OnStep = (server, input, _) => Hear(server, input);
        _client = (IRegister)RandomCalls.Client<Register>(_connection).Client;
    }

    internal SimulatedNetwork Network => _world.Network;

    internal SimulatedServer this[uint id] => _world[id];

    internal IEnumerable<SimulatedServer> Servers => _world.Servers;

    /// <summary>From here on these messages are told.</summary>
    internal void Tell(Func<Message, bool> which) => _isTold = which;

    internal void Say(string text) => _page.Say(text);

    internal void Require(bool isTrue, string fact)
    {
        if (!isTrue) throw new InvalidOperationException($"The story says '{fact}', and that is not so:\n{_world.Describe()}");
        _page.Fact(fact);
    }

    internal void Start(params ReadOnlySpan<uint> servers)
    {
        foreach (uint id in servers)
        {
            _page.Event($"server {id} starts");
            if (_world[id].Start() is { } refusal) throw new InvalidOperationException(refusal);
        }
    }

    internal void Run(double seconds) => _world.Run(TimeSpan.FromSeconds(seconds));

    internal void Until(Func<bool> happened, string what)
    {
        if (!_world.RunUntil(happened, TimeSpan.FromSeconds(30))) throw new InvalidOperationException($"It never happened that {what}:\n{_world.Describe()}");
    }

    /// <summary>All servers that are up follow one leader, and have applied what it has logged.</summary>
    internal void UntilCalm()
    {
        Until(() => Servers.All(server => !server.IsUp || IsServing(server)) && LeaderId is { } leader && Servers.All(server => !server.IsUp || server.Life!.Replica.Status.LastApplied == _world[leader].Life!.Peer.LastLogged), "all are equal");
        Run(0.2);
    }

    internal uint? LeaderId => _world.Leader?.Id.Value;

    internal Role RoleOf(uint id) => _world[id].Life?.Peer.Role ?? Role.Stopped;

    internal static bool IsServing(SimulatedServer server) => server.Life?.Peer.Role is Role.Leading or Role.Following;

    internal Zxid LastZxid(uint id) => _world[id].Life!.Peer.LastLogged;

    internal Call Set(uint server, string key, string value)
    {
        _ = _client.SetAsync(key, value);
        Invocation call = _connection.Take();
        byte[] payload = new byte[RequestCodec.CommandHeadBytes + call.Arguments.Length];
        call.Arguments.CopyTo(payload.AsMemory(RequestCodec.CommandHeadBytes));
        return _world[server].Life!.Calls.Submit(payload, call.ClassId, call.EntryId);
    }

    internal Zxid SetAndWait(uint server, string key, string value)
    {
        Call call = Set(server, key, value);
        Until(() => call.Answer.IsCompleted, $"server {server} answers the write of {key}");
        return call.Answer.Result.Zxid;
    }

    /// <summary>What stands in the state of a server at this moment.</summary>
    internal string? Local(uint server, string key)
    {
        _ = _client.GetAsync(key);
        Invocation call = _connection.Take();
        var result = new ArrayBufferWriter<byte>();
        Task<Zxid> answer = new QueryInquiry(call.ClassId, call.EntryId, call.Arguments, result).Ask(_world[server].Life!.Replica.Applier);
        Until(() => answer.IsCompleted, $"server {server} answers a query");
        return answer.IsCompletedSuccessfully ? (string?)call.Codec!.Result(result.WrittenSpan) : null;
    }

    internal string? AtLeast(uint server, string key, Zxid zxid)
    {
        Until(() => _world[server].Life!.Replica.Status.LastApplied >= zxid, $"server {server} has applied {zxid}");
        return Local(server, key);
    }

    internal string? Linearizable(uint server, string key)
    {
        Task<Zxid> index = _world[server].Life!.Replica.Reads.Ask(out _);
        Until(() => index.IsCompleted, $"a quorum confirms a read at server {server}");
        return AtLeast(server, key, index.Result);
    }

    internal void Show() => _page.Table(Heads, [.. Servers.Select(Row)]);

    private string[] Row(SimulatedServer server)
    {
        if (server.Life is not { } life) return [$"{server.Id}", "down", "", "", "", ""];
        Peer peer = life.Peer;
        return [$"{server.Id}", peer.Role.ToString().ToUpperInvariant(), peer.Leader?.ToString() ?? "", peer.Epoch == 0 ? "" : $"{peer.Epoch}", $"{peer.LastLogged}", IsServing(server) ? Local(server.Id.Value, "K1") ?? "" : ""];
    }

    private void Hear(SimulatedServer server, Input input)
    {
        (string From, Message Message)? heard = input switch
        {
            Input.PeerMessage message => ($"{message.From}", message.Message),
            Input.Received received => (Sender(server, received.Channel), received.Message),
            _ => null,
        };
        if (heard is { } told && _isTold(told.Message)) _page.Event($"{told.From} -> {server.Id}  {Words(told.Message)}");
    }

    private string Sender(SimulatedServer receiver, ChannelId channel) => _world.Network.Find(channel) is { } found ? $"{found.Other(receiver.Id)}" : "?";

    private static string Words(Message message) => message switch
    {
        Message.Vote vote => $"VOTE for {vote.Candidate.Id} (epoch {vote.Candidate.CurrentEpoch}, zxid {vote.Candidate.LastZxid}), {vote.State.ToString().ToUpperInvariant()}",
        Message.LearnerInfo info => $"FOLLOWERINFO accepted epoch {info.AcceptedEpoch}",
        Message.LeaderInfo info => $"LEADERINFO epoch {info.Epoch}",
        Message.AckEpoch ack => $"ACKEPOCH {ack.Epoch}, current epoch {ack.CurrentEpoch}, last zxid {ack.Last.Zxid}",
        Message.Diff diff => $"DIFF from {diff.Base.Zxid}",
        Message.Trunc trunc => $"TRUNC to {trunc.Target.Zxid}",
        Message.NewLeader leader => $"NEWLEADER epoch {leader.Epoch}, history up to {leader.SyncPoint}",
        Message.AckNewLeader ack => $"ACK of NEWLEADER {ack.Epoch}",
        Message.UpToDate upToDate => $"UPTODATE committed {upToDate.Committed}",
        Message.Request => "REQUEST",
        Message.Proposal proposal => $"PROPOSAL {proposal.Entries[^1].Zxid}",
        Message.Ack ack => $"ACK {ack.Zxid}",
        Message.Commit commit => $"COMMIT {commit.Zxid}",
        _ => message.GetType().Name.ToUpperInvariant(),
    };
}
