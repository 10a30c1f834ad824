using System.Buffers.Binary;
using Zab.Core;
using Zab.Replica;

namespace Zab.Testing.Checks;

/// <summary>
/// I19, the requests of a session are executed 1, 2, 3, … and once, and a repeated one gets the first answer; I24, nothing is executed after its end;
/// I18, every server gives the same answer.
/// </summary>
/// <remarks>Servers apply one order, so what the first of them answers for an entry is judged, and the others are compared with it.</remarks>
internal sealed class Sessions
{
    private readonly Dictionary<Zxid, ulong> _answers = [];             // By entry: what became of it.
    private readonly Dictionary<SessionId, SessionTrail> _sessions = [];

    internal void Applied(ServerRecord server, in AppliedRequest applied)
    {
        Rule.Require("I10", applied.Entry > server.Heard, $"server {server.Id} tells what became of {applied.Entry}, after {server.Heard}");
        server.Heard = applied.Entry;
        ulong answer = Hash(applied);
        if (_answers.TryGetValue(applied.Entry, out ulong first))
        {
            Rule.Require("I18", answer == first,
                $"server {server.Id} answers {applied.Entry} with {applied.Outcome} of {applied.Zxid}, request {applied.Request} of session "
                + $"{applied.Session}, {applied.Reply.Length} bytes; another server answered something else");
            return;
        }

        _answers.Add(applied.Entry, answer);
        if (applied.Session != default) Judge(server, applied);
    }

    private void Judge(ServerRecord server, in AppliedRequest applied)
    {
        if (applied.Outcome == RequestOutcome.SessionCreated)
        {
            Rule.Require("I19", applied.Session.Value == applied.Entry.Value && _sessions.TryAdd(applied.Session, new SessionTrail()),
                $"server {server.Id} creates session {applied.Session} at {applied.Entry}");
            return;
        }

        if (!_sessions.TryGetValue(applied.Session, out SessionTrail? session))
        {
            if (applied.Outcome == RequestOutcome.SessionClosed) return;
            _sessions.Add(applied.Session, session = SessionTrail.MadeBefore());
        }

        session.Judge(server, applied);
    }

    private static ulong Hash(in AppliedRequest applied)
    {
        Span<byte> head = stackalloc byte[25];
        BinaryPrimitives.WriteUInt64LittleEndian(head, applied.Session.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(head[8..], applied.Request);
        BinaryPrimitives.WriteUInt64LittleEndian(head[16..], applied.Zxid.Value);
        head[24] = (byte)applied.Outcome;
        return XxHash64.Hash(applied.Reply.Span, seed: XxHash64.Hash(head));
    }
}
