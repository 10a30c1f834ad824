namespace Zab.Mutants;

/// <summary>Mistakes in sessions: a command takes effect twice, its caller is told what is not so, a session ends too early or never.</summary>
internal static class SessionMutants
{
    internal static IReadOnlyList<Mutant> All { get; } =
    [
        new(
            "repetition-runs-again",
            "Replica/State/StateMachine.cs",
            find: "return Answer(entry, request, session.Reply(request.Number));",
            replace: "return Answer(entry, request, request.Kind == RequestKind.Command && _classes.TryGetValue(request.ClassId, out ClassInstance? again) ? Run(entry, again, request) : session.Reply(request.Number));",
            row: "C01",
            breaks: "I19",
            why: "a request that was handed on twice takes effect twice"),
        new(
            "gap-in-the-numbers-runs",
            "Replica/State/SessionState.cs",
            find: "return number - 1 == LastNumber ? NumberPlace.Next : NumberPlace.Gap;",
            replace: "return NumberPlace.Next;",
            row: "C02",
            breaks: "I19",
            why: "a request runs before the one that its session sent before it"),
        new(
            "answers-are-not-in-the-snapshot",
            "Replica/State/StateSnapshot.cs",
            find: """
                writer.WriteInt32(session.Count);
                for (ulong number = session.FirstKept; number <= session.LastNumber; number++)
                """,
            replace: """
                writer.WriteInt32(0);
                for (ulong number = session.LastNumber + 1; number <= session.LastNumber; number++)
                """,
            row: "C01",
            breaks: "I18",
            why: "a server that was restored has forgotten what it answered, and answers otherwise than the others"),
        new(
            "sessions-are-not-restored",
            "Replica/State/StateSnapshot.cs",
            find: "return new StateContent(cluster, lastApplied, lastUtcTicks, resultHash, sessions, classes);",
            replace: "return new StateContent(cluster, lastApplied, lastUtcTicks, resultHash, new SessionTable(), classes);",
            row: "C01",
            breaks: "I18",
            why: "after a snapshot no session lives, on this server alone"),
        new(
            "sessions-in-the-order-of-a-dictionary",
            "Replica/State/SessionTable.cs",
            find: "_sessions.Values.OrderBy(static session => session.Id.Value);",
            replace: "_sessions.Values;",
            row: "B18",
            breaks: "I18",
            why: "equal states give other bytes, once a session has ended"),
        new(
            "answers-forgotten-early",
            "Replica/State/StateMachine.cs",
            find: """
                _sessions.Forget(session, request.AnsweredThrough);
                _sessions.Take(session, reply);
                """,
            replace: """
                _sessions.Forget(session, request.Number - 1);
                _sessions.Take(session, reply);
                """,
            row: "C01",
            breaks: "I19",
            why: "the answer goes that a caller still waits for"),
        new(
            "closed-session-lives",
            "Replica/State/StateMachine.cs",
            find: "if (session is not null) _sessions.Close(session);",
            replace: "",
            row: "C03",
            breaks: "I24",
            why: "a session that has ended goes on executing"),
        new(
            "lost-attempt-forgotten",
            "Replica/Calls/Submission.cs",
            find: "HasOpenAttempt |= IsOut;",
            replace: "",
            row: "C13",
            breaks: "I21",
            why: "a caller is told that its command was not executed, and it is"),
        new(
            "number-used-again-when-its-caller-gives-up",
            "Replica/Calls/ProcessSession.cs",
            find: """
                if (!isCertain) _unknown.Add(call.Number);
                Fill(call);
                """,
            replace: """
                if (call.Number == _next - 1)
                {
                    outbox.Forget(call);
                    Leave(call);
                    _next--;
                }
                else
                {
                    if (!isCertain) _unknown.Add(call.Number);
                    Fill(call);
                }

                """,
            row: "C14",
            breaks: "I19",
            why: "the next call gets the answer of the one that was given up"),
        new(
            "touches-of-learners-lost",
            "Core/Leader/LeaderRole.cs",
            find: "case Message.Touch m: state.Out.Add(new Output.Touched(m.Sessions)); break;",
            replace: "case Message.Touch: break;",
            row: "C05",
            breaks: "L5",
            why: "a session that is used at a follower ends although its caller lives"),
        new(
            "expiry-by-the-wall-clock",
            "Replica/Calls/SessionClock.cs",
            find: "private long Now() => time.GetElapsedTime(0).Ticks;",
            replace: "private long Now() => time.GetUtcNow().UtcTicks;",
            row: "C08",
            breaks: "L5",
            why: "a clock that is set forward ends every session"),
        new(
            "new-sessions-not-watched",
            "Replica/Driver/LeaderDuties.cs",
            find: "case RequestKind.CreateSession: Created(applied.Session, RequestCodec.Decode(entry.Payload.Span).Timeout); break;",
            replace: "case RequestKind.CreateSession: break;",
            row: "C05",
            breaks: "L5",
            why: "a session that was created under this leader never expires"),
    ];
}
