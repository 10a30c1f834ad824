using System.Runtime.CompilerServices;
using Xunit;
using Zab.Core;
using Zab.Replica;

namespace Zab.Tests.Replica;

/// <summary>Memory stays bounded whatever callers do; what that costs is an answer, never a second execution.</summary>
public sealed class SessionBoundsTests
{
    private static readonly byte[] _largest = new byte[SessionLimits.ResultBytesMax];

    [Fact]
    public void The_bounds_fit_each_other() =>
        Assert.Null(Record.Exception(static () => RuntimeHelpers.RunClassConstructor(typeof(SessionLimits).TypeHandle)));

    [Fact]
    public void A_session_that_confirms_nothing_keeps_its_newest_answers()
    {
        SessionState session = New(1);
        for (int i = 0; i < SessionLimits.RepliesMax + 10; i++) session.Take(Answer(i));

        Assert.Equal((4106ul, 4096, NumberPlace.Dropped, NumberPlace.Kept), (session.LastNumber, session.Count, session.PlaceOf(10), session.PlaceOf(11)));
    }

    [Fact]
    public void Large_answers_push_out_the_oldest_and_never_the_newest()
    {
        SessionState session = New(1);
        for (int i = 0; i < 5; i++) session.Take(new CachedReply(new Zxid(2, 1), RequestOutcome.Result, _largest));

        Assert.Equal((5ul, 3, NumberPlace.Dropped), (session.LastNumber, session.Count, session.PlaceOf(2)));
        Assert.True(session.Bytes <= SessionLimits.ReplyBytesMax);
    }

    [Fact]
    public void Where_all_sessions_together_are_full_the_one_that_asks_loses_its_own_answers()
    {
        var table = new SessionTable();
        var reply = new CachedReply(new Zxid(2, 1), RequestOutcome.Result, _largest);
        for (ulong id = 1; table.Bytes + reply.Size <= SessionLimits.TotalReplyBytesMax; id++)
        {
            table.Add(New(id));
            for (int i = 0; i < 3; i++) table.Take(table.Find(new SessionId(id))!, reply);
        }

        SessionState first = table.Find(new SessionId(1))!;
        Assert.Equal(3, first.Count);
        table.Take(first, reply);
        Assert.Equal((4ul, 3), (first.LastNumber, first.Count));            // It has answers of its own that can go.

        SessionState latest = New(1_000_000);
        table.Add(latest);
        table.Take(latest, reply);
        Assert.Equal((1ul, 0, NumberPlace.Dropped), (latest.LastNumber, latest.Count, latest.PlaceOf(1)));
        Assert.True(table.Bytes <= SessionLimits.TotalReplyBytesMax);

        table.Close(first);
        table.Take(latest, reply);
        Assert.Equal(NumberPlace.Kept, latest.PlaceOf(2));
    }

    [Fact]
    public void A_session_over_their_number_is_refused_and_closing_one_makes_room()
    {
        var machine = new StateMachine(Run.Cluster, new ReplicatedClasses([]));
        byte[] create = RequestCodec.CreateSession(nonce: 7, Run.Secret, TimeSpan.FromMinutes(10));
        HistoryPoint last = default;
        AppliedRequest Apply(byte[] payload)
        {
            Entry entry = Entry.After(last, new Zxid(1, last.Zxid.Counter + 1), 1, EntryType.Request, payload);
            last = entry.Point;
            return machine.Apply(entry)!.Value;
        }

        for (int i = 0; i < SessionLimits.SessionsMax; i++) Apply(create);
        AppliedRequest refused = Apply(create);

        Assert.Equal((RequestOutcome.Failed, 7ul, default(SessionId)), (refused.Outcome, refused.Request, refused.Session));
        Assert.Equal(new FailureReply("Zab.TooManySessions", "there are 1000000 sessions; close some, or wait until some expire"), FailureReply.Read(refused.Reply.Span));
        Apply(RequestCodec.ExpireSession(new SessionId(new Zxid(1, 1).Value)));
        Assert.Equal(RequestOutcome.SessionCreated, Apply(create).Outcome);
    }

    [Fact]
    public void The_window_of_answers_is_a_list_of_which_the_oldest_go()
    {
        var random = new DeterministicRandom(1);
        SessionState session = New(1);
        var expected = new List<byte[]>();
        for (int step = 0; step < 20_000; step++)
        {
            // Long phases of growing and of shrinking, so that the ring passes each of its sizes both ways.
            if (random.Next(100) < ((step / 500) % 2 == 0 ? 80 : 30))
            {
                CachedReply reply = Answer(step);
                session.Take(reply);
                expected.Add(reply.Bytes);
            }
            else
            {
                session.DropThrough(session.FirstKept + (ulong)random.Next(3));
            }

            Assert.Equal((ulong)expected.Count, session.LastNumber);
            if (session.Count == 0) continue;
            ulong number = session.FirstKept + (ulong)random.Next(session.Count);
            Assert.Same(expected[(int)number - 1], session.Reply(number).Bytes);
        }
    }

    private static SessionState New(ulong id) => new(new SessionId(id), Run.Secret, TimeSpan.FromMinutes(10));

    private static CachedReply Answer(int value) => new(new Zxid(2, 1), RequestOutcome.Result, BitConverter.GetBytes(value));
}
