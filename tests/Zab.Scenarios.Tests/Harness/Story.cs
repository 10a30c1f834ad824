using KeyValueStore;
using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Testing;
using Zab.Testing.Linearizability;

namespace Zab.Scenarios;

/// <summary>One ensemble on simulated machines, and somebody who tells what happens to it. Every invariant is checked after every event.</summary>
internal sealed class Story
{
    private readonly CapturingConnection _connection = new();
    private readonly IKeyValue _client;
    private readonly ReplicatedClasses _classes = new([ReplicatedClass.Of<KeyValue>()]);

    internal Story(int voters, int observers = 0, Func<WorldOptions, WorldOptions>? with = null)
    {
        var options = new WorldOptions { Seed = 1, Voters = voters, Observers = observers, IsFoundedByToken = true };
        World = new World(with?.Invoke(options) ?? options, _classes);
        _client = (IKeyValue)RandomCalls.Client<KeyValue>(_connection).Client;
        World.Trace.Attach(() => World.Time.Now);
    }

    internal World World { get; }

    internal SimulatedNetwork Network => World.Network;

    internal SimulatedServer this[uint id] => World[id];

    internal SimulatedServer Leader => World.Leader ?? throw new InvalidOperationException($"nobody leads\n{World.Describe()}");

    /// <summary>Starts all and waits until one leads and every other follows.</summary>
    internal static Story Running(int voters, int observers = 0, Func<WorldOptions, WorldOptions>? with = null)
    {
        var story = new Story(voters, observers, with);
        story.World.StartAll();
        story.UntilAllServe();
        story.UntilQuiet();
        return story;
    }

    internal void Start(params ReadOnlySpan<uint> servers)
    {
        foreach (uint id in servers) Assert.Null(this[id].Start());
    }

    internal void Until(Func<bool> happened, string what, int seconds = 60) =>
        Assert.True(World.RunUntil(happened, TimeSpan.FromSeconds(seconds)), $"{what}: not within {seconds} s\n{World.Describe()}\n{string.Join("\n", World.Trace.Newest())}");

    internal void Run(double seconds) => World.Run(TimeSpan.FromSeconds(seconds));

    /// <summary>Every server that is up serves, in one epoch.</summary>
    internal void UntilAllServe(int seconds = 60) => Until(
        () => World.Leader is { Life: { } leader } && World.Servers.All(server => server.Life is null || server.Life.Peer is { IsRecovering: false, Role: Role.Leading or Role.Following or Role.Observing } peer && peer.Epoch == leader.Peer.Epoch),
        "all serve",
        seconds);

    /// <summary>The leader has put the directory of every voter into the log, one after the other, and all have applied that: from here on nothing is proposed that nobody asks for.</summary>
    internal void UntilQuiet() => Until(
        () => Leader.Life!.Peer is { } leader && leader.Config.Voters.All(static voter => !voter.Incarnation.IsNone)
            && World.Servers.All(server => server.Life is null || (server.Life.Peer.LastCommitted == leader.LastLogged && server.Life.Replica.Status.LastApplied == leader.LastLogged)),
        "nothing is under way");

    /// <summary>Every server that is up has applied all that its leader has logged.</summary>
    internal void UntilAllEqual()
    {
        UntilAllServe();
        Until(() => World.Servers.All(server => server.Life is null || server.Life.Replica.Status.LastApplied == Leader.Life!.Peer.LastLogged), "all have applied the same");
        Assert.Single(World.Servers.Where(static server => server.IsUp).Select(static server => server.Life!.Replica.Applier.Digest()).Distinct());
    }

    /// <summary>Hands a write to a server, and does not wait.</summary>
    internal Call Write(uint server, string key, string value)
    {
        _ = _client.PutAsync(key, System.Text.Encoding.UTF8.GetBytes(value));
        Invocation put = _connection.Take();
        byte[] payload = new byte[RequestCodec.CommandHeadBytes + put.Arguments.Length];
        put.Arguments.CopyTo(payload.AsMemory(RequestCodec.CommandHeadBytes));
        return this[server].Life!.Calls.Submit(payload, put.ClassId, put.EntryId);
    }

    /// <summary>Writes, and waits for the answer; its zxid.</summary>
    internal Zxid Written(uint server, string key, string value)
    {
        Call call = Write(server, key, value);
        Until(() => call.Answer.IsCompleted, $"a write of {key} at server {server} is answered");
        return call.Answer.Result.Zxid;
    }

    /// <summary>Where an answered write was executed.</summary>
    internal static Zxid ZxidOfAnswer(Call call) => call.Answer.Result.Zxid;

    /// <summary>A linearizable read at a server; null where the key has no value.</summary>
    internal string? Read(uint server, string key)
    {
        Task<Zxid> index = this[server].Life!.Replica.Reads.Ask(out _);
        Until(() => index.IsCompleted, $"a read of {key} at server {server} is confirmed");
        Zxid zxid = index.Result;
        Until(() => this[server].Life!.Replica.Status.LastApplied >= zxid, $"server {server} has applied {zxid}");
        return Local(server, key);
    }

    /// <summary>What stands in the state of a server now.</summary>
    internal string? Local(uint server, string key)
    {
        _ = _client.GetAsync(key);
        Invocation get = _connection.Take();
        var result = new System.Buffers.ArrayBufferWriter<byte>();
        Task<Zxid> answer = new QueryInquiry(get.ClassId, get.EntryId, get.Arguments, result).Ask(this[server].Life!.Replica.Applier);
        Until(() => answer.IsCompleted, $"a query at server {server} is answered");
        return get.Codec!.Result(result.WrittenSpan) is byte[] bytes ? System.Text.Encoding.UTF8.GetString(bytes) : null;
    }
}
