using System.Globalization;
using KeyValueStore;
using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Testing;
using Zab.Testing.Linearizability;

namespace Zab.Scenarios;

/// <summary>A client with a session of its own: it gives the numbers, and repeats a call under the same number wherever it likes.</summary>
internal sealed class Caller
{
    private static readonly CallCodec OfIncrement = Increment("").Codec!;

    private readonly Story _story;

    private Caller(Story story, Session session) => (_story, Session) = (story, session);

    internal Session Session { get; }

    internal static Caller Open(Story story, uint server, double timeoutSeconds = 60)
    {
        SessionCreation creation = story[server].Life!.Calls.CreateSession(TimeSpan.FromSeconds(timeoutSeconds));
        story.Until(() => creation.Created.IsCompleted, "a session is created");
        return new Caller(story, creation.Created.Result);
    }

    internal static Invocation Increment(string key)
    {
        var connection = new CapturingConnection();
        _ = ((IKeyValue)RandomCalls.Client<KeyValue>(connection).Client).IncrementAsync(key, 1);
        return connection.Take();
    }

    /// <summary>Hands a call to a server in that server's own session.</summary>
    internal static Call Send(Story story, uint server, Invocation command) => story[server].Life!.Calls.Submit(Payload(command), command.ClassId, command.EntryId);

    /// <summary>Hands a call to a server under a number of this session.</summary>
    internal Call Send(uint server, ulong number, Invocation command)
    {
        Touch(server);
        return _story[server].Life!.Calls.Submit(Payload(command), command.ClassId, command.EntryId, Session, number);
    }

    internal void Touch(uint server) => _story[server].Life!.Replica.Touch(Session.Id);

    /// <summary>Calls, and waits for the answer.</summary>
    internal Answer Called(uint server, ulong number, Invocation command)
    {
        Call call = Send(server, number, command);
        Ended(_story, call);
        return call.Answer.Result;
    }

    /// <summary>Waits until a call has an answer, or failed; how it failed.</summary>
    internal static Exception? Ended(Story story, Call call)
    {
        story.Until(() => call.Answer.IsCompleted, $"call {call.Number} of session {call.Session.Id} comes to an end");
        return call.Answer.Exception?.InnerException;
    }

    /// <summary>What an increment came to.</summary>
    internal static long Number(in Answer answer)
    {
        Assert.Equal(RequestOutcome.Result, answer.Outcome);
        var result = (WriteResult)OfIncrement.Result(answer.Reply)!;
        return long.Parse(result.Value!, CultureInfo.InvariantCulture);
    }

    internal static long Number(Call call) => Number(call.Answer.Result);

    private static byte[] Payload(Invocation command)
    {
        byte[] payload = new byte[RequestCodec.CommandHeadBytes + command.Arguments.Length];
        command.Arguments.CopyTo(payload.AsMemory(RequestCodec.CommandHeadBytes));
        return payload;
    }
}
