using System.Buffers;
using KeyValueStore;
using Zab.Core;
using Zab.Replica;
using Zab.Testing;
using Zab.Testing.Linearizability;

namespace Zab.Scenarios;

/// <summary>Calls of clients of a story, and what they saw, for the checker of linearizability.</summary>
internal sealed class RecordedCalls(Story story)
{
    private readonly CallHistory _history = new();
    private readonly CapturingConnection _connection = new();
    private long _place;

    private IKeyValue Client => (IKeyValue)RandomCalls.Client<KeyValue>(_connection).Client;

    internal Zxid Put(int client, uint server, string key, string value)
    {
        _ = Client.PutAsync(key, System.Text.Encoding.UTF8.GetBytes(value));
        int id = _history.Invoke(client, _connection.Take(), ++_place);
        Answer answer = story.AnswerOf(story.Write(server, key, value));
        _history.Return(id, ++_place, Response.Returned(answer.Reply));
        return answer.Zxid;
    }

    /// <summary>A linearizable read that is served at once, from whatever this server has applied: its read index is believed, right or wrong.</summary>
    internal void Get(int client, uint server, string key)
    {
        _ = Client.GetAsync(key);
        Invocation get = _connection.Take();
        int id = _history.Invoke(client, get, ++_place);
        var result = new ArrayBufferWriter<byte>();
        Task<Zxid> answer = new QueryInquiry(get.ClassId, get.EntryId, get.Arguments, result).Ask(story[server].Life!.Replica.Applier);
        story.Until(() => answer.IsCompleted, $"a query at server {server} is answered");
        _history.Return(id, ++_place, Response.Returned(result.WrittenSpan.ToArray()));
    }

    internal VerdictKind Verdict() => new LinearizabilityChecker(story.World.Classes, story.Leader.Life!.Peer.HardState.ClusterId).Check(_history).Kind;
}
