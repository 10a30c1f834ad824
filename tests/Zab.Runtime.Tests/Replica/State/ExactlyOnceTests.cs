using System.Buffers.Binary;
using Xunit;
using Zab.Replica;

namespace Zab.Tests.Replica;

/// <summary>The table of request numbers, told one case at a time; <see cref="SessionHistoryTests"/> tries all histories.</summary>
public sealed class ExactlyOnceTests
{
    [Fact]
    public void The_next_number_runs_and_is_answered_with_its_own_zxid()
    {
        Run run = Run.WithCounter(out Session session);

        AppliedRequest applied = run.Count(session, 1, by: 5);

        Assert.Equal((RequestOutcome.Result, run.Machine.LastApplied, 1ul, session.Id), (applied.Outcome, applied.Zxid, applied.Request, applied.Session));
        Assert.Equal(Run.Int64(5), applied.Reply.ToArray());
    }

    [Fact]
    public void A_repeated_number_gets_the_first_answer_and_changes_nothing()
    {
        Run run = Run.WithCounter(out Session session);
        AppliedRequest first = run.Count(session, 1, by: 5);
        run.Count(session, 2, by: 1);

        AppliedRequest again = run.Count(session, 1, by: 5);

        Assert.Equal((first.Outcome, first.Zxid, run.Machine.LastApplied), (again.Outcome, again.Zxid, again.Entry));
        Assert.Equal(first.Reply.ToArray(), again.Reply.ToArray());
        Assert.Equal(6, run.Value());
    }

    [Fact]
    public void A_repeated_failure_gets_the_first_failure()
    {
        Run run = Run.WithCounter(out Session session);
        AppliedRequest first = run.Count(session, 1, by: 5, command: Counter.Refuse);

        AppliedRequest again = run.Count(session, 1, by: 5, command: Counter.Refuse);

        Assert.Equal((RequestOutcome.Failed, first.Zxid), (again.Outcome, again.Zxid));
        Assert.Equal(new FailureReply("counter.refused", "refused at 5"), FailureReply.Read(again.Reply.Span));
    }

    [Fact]
    public void A_number_whose_answer_was_confirmed_is_told_that_it_ran()
    {
        Run run = Run.WithCounter(out Session session);
        run.Count(session, 1, by: 5);
        run.Count(session, 2, by: 1, answeredThrough: 1);

        AppliedRequest again = run.Count(session, 1, by: 5);

        Assert.Equal(RequestOutcome.AlreadyExecuted, again.Outcome);
        Assert.Equal(6, run.Value());
    }

    [Fact]
    public void A_number_after_a_missing_one_is_told_which_is_expected_and_the_missing_one_can_still_run()
    {
        Run run = Run.WithCounter(out Session session);
        run.Count(session, 1, by: 5);

        AppliedRequest gap = run.Count(session, 3, by: 100, answeredThrough: 1);

        Assert.Equal((RequestOutcome.Gap, 2ul), (gap.Outcome, BinaryPrimitives.ReadUInt64LittleEndian(gap.Reply.Span)));
        Assert.Equal(RequestOutcome.Result, run.Count(session, 1, by: 5).Outcome);      // A gap has no effect: not even that of what it confirms.
        Assert.Equal(RequestOutcome.Result, run.Count(session, 2, by: 10).Outcome);
        Assert.Equal(RequestOutcome.Result, run.Count(session, 3, by: 100).Outcome);
        Assert.Equal(115, run.Value());
    }

    [Fact]
    public void A_class_that_is_not_part_of_the_state_uses_up_no_number()
    {
        Run run = Run.WithCounter(out Session session);

        AppliedRequest refused = run.Put(session, 1, key: 1, value: 1);

        Assert.Equal(RequestOutcome.NoSuchClass, refused.Outcome);
        Assert.Equal(RequestOutcome.Result, run.Count(session, 1, by: 5).Outcome);
    }

    [Fact]
    public void Giving_up_on_a_number_that_never_ran_takes_it_and_a_late_original_gets_that_answer()
    {
        Run run = Run.WithCounter(out Session session);
        AppliedRequest filled = run.Fill(session, 1);

        AppliedRequest late = run.Count(session, 1, by: 5);

        Assert.Equal((RequestOutcome.Filled, run.Machine.LastApplied), (late.Outcome, late.Entry));
        Assert.Equal((RequestOutcome.Filled, filled.Entry), (filled.Outcome, late.Zxid));
        Assert.Equal(0, run.Value());
    }

    // Attempt 1 was stuck at one server while the caller gave up through another: "not executed" must not be said of what ran.
    [Fact]
    public void Giving_up_on_a_number_that_ran_gets_its_answer()
    {
        Run run = Run.WithCounter(out Session session);
        AppliedRequest first = run.Count(session, 1, by: 5);

        AppliedRequest fill = run.Fill(session, 1);

        Assert.Equal((RequestOutcome.Result, first.Zxid), (fill.Outcome, fill.Zxid));
        Assert.Equal(first.Reply.ToArray(), fill.Reply.ToArray());
    }

    // A caller that gave up goes on at once: the number is not used again, and what follows is not stuck behind it.
    [Fact]
    public void After_giving_up_the_next_number_runs_and_gets_its_own_answer()
    {
        Run run = Run.WithCounter(out Session session);
        run.Fill(session, 1);

        AppliedRequest next = run.Count(session, 2, by: 7);
        AppliedRequest late = run.Count(session, 1, by: 5);

        Assert.Equal(Run.Int64(7), next.Reply.ToArray());
        Assert.Equal(RequestOutcome.Filled, late.Outcome);
        Assert.Equal(7, run.Value());
    }

    [Fact]
    public void Giving_up_on_a_number_behind_a_missing_one_is_a_gap()
    {
        Run run = Run.WithCounter(out Session session);

        AppliedRequest fill = run.Fill(session, 2);

        Assert.Equal((RequestOutcome.Gap, 1ul), (fill.Outcome, BinaryPrimitives.ReadUInt64LittleEndian(fill.Reply.Span)));
    }

    [Fact]
    public void A_repeated_request_is_refused_after_its_session_closed()
    {
        Run run = Run.WithCounter(out Session session);
        run.Count(session, 1, by: 5);
        Assert.Equal(RequestOutcome.Result, run.Apply(RequestCodec.CloseSession(session)).Outcome);

        AppliedRequest again = run.Count(session, 1, by: 5);
        AppliedRequest next = run.Count(session, 2, by: 5);
        AppliedRequest fill = run.Fill(session, 1);

        Assert.All([again, next, fill], static refused => Assert.Equal(RequestOutcome.SessionClosed, refused.Outcome));
        Assert.Equal(5, run.Value());
    }

    [Fact]
    public void A_session_that_expired_is_closed_without_its_secret_and_once()
    {
        Run run = Run.WithCounter(out Session session);

        Assert.Equal(RequestOutcome.Result, run.Apply(RequestCodec.ExpireSession(session.Id)).Outcome);
        Assert.Equal(RequestOutcome.SessionClosed, run.Apply(RequestCodec.ExpireSession(session.Id)).Outcome);
        Assert.Empty(run.Machine.Sessions());
    }

    [Fact]
    public void Nobody_speaks_for_a_session_without_its_secret()
    {
        Run run = Run.WithCounter(out Session session);
        Session stranger = session with { Secret = session.Secret + 1 };

        Assert.Equal(RequestOutcome.SessionClosed, run.Count(stranger, 1, by: 5).Outcome);
        Assert.Equal(RequestOutcome.SessionClosed, run.Fill(stranger, 1).Outcome);
        Assert.Equal(RequestOutcome.SessionClosed, run.Apply(RequestCodec.CloseSession(stranger)).Outcome);
        Assert.Equal(RequestOutcome.Result, run.Count(session, 1, by: 5).Outcome);
    }

    [Fact]
    public void A_session_is_named_by_the_zxid_of_its_create_and_lists_its_timeout()
    {
        var run = new Run();

        AppliedRequest created = run.Apply(RequestCodec.CreateSession(nonce: 42, Run.Secret, TimeSpan.FromSeconds(30)));

        Assert.Equal((RequestOutcome.SessionCreated, 42ul, new Zxid(1, 1).Value), (created.Outcome, created.Request, created.Session.Value));
        Assert.Equal([new SessionTimeout(created.Session, TimeSpan.FromSeconds(30))], run.Machine.Sessions());
    }

    [Fact]
    public void The_numbers_of_one_session_say_nothing_of_another()
    {
        Run run = Run.WithCounter(out Session first);
        Session second = run.CreateSession();
        run.Count(first, 1, by: 1);

        AppliedRequest other = run.Count(second, 1, by: 10);

        Assert.Equal((RequestOutcome.Result, other.Entry), (other.Outcome, other.Zxid));
        Assert.Equal(11, run.Value());
    }
}
