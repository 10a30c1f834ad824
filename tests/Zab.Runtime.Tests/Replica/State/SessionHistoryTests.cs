using Xunit;
using Zab.Replica;

namespace Zab.Tests.Replica;

/// <summary>
/// Every history of one session up to a length, against the rules written as plainly as can be. The state is compared after every entry,
/// and the whole again after a snapshot; so each history that is a prefix of a longer one is checked as well.
/// </summary>
public sealed class SessionHistoryTests
{
    private const int Length = 5;

    /// <summary>What can be asked next: numbers 1 to 4, confirmed as little and as much as can be, fills, and the end.</summary>
    private static readonly Step[] _steps =
    [
        new("run 1", 1, 0), new("run 2", 2, 0), new("run 2 having 1", 2, 1), new("run 3", 3, 0), new("run 3 having 2", 3, 2), new("run 4", 4, 0),
        new("fill 1", 1, 0, IsFill: true), new("fill 2", 2, 0, IsFill: true), new("fill 3 having 2", 3, 2, IsFill: true),
        new("close", 0, 0),
    ];

    private sealed record Step(string Name, ulong Number, ulong AnsweredThrough, bool IsFill = false);

    [Fact]
    public void Every_history_of_a_session_ends_as_the_rules_say()
    {
        int histories = 0;
        Run start = Run.WithCounter(out Session session);
        byte[] snapshot = start.Snapshot();
        Explore(new Replay(start.Classes, session, snapshot), [], ref histories);
        Assert.Equal(111_110, histories);       // 10 + 10² + … + 10⁵
    }

    private static void Explore(Replay replay, List<Step> history, ref int histories)
    {
        if (history.Count == Length) return;
        foreach (Step step in _steps)
        {
            history.Add(step);
            replay.Check(history);
            histories++;
            Explore(replay, history, ref histories);
            history.RemoveAt(history.Count - 1);
        }
    }

    /// <summary>Feeds a history to a machine and to the oracle.</summary>
    private sealed class Replay(ReplicatedClasses classes, Session session, byte[] start)
    {
        private readonly long _ticks = StateMachine.Load(Run.Cluster, classes, start).LastUtcTicks;
        private readonly Core.HistoryPoint _last = new(StateMachine.Load(Run.Cluster, classes, start).LastApplied, 0);

        internal void Check(List<Step> history)
        {
            StateMachine machine = StateMachine.Load(Run.Cluster, classes, start);
            var oracle = new Oracle();
            Core.HistoryPoint last = _last;
            for (int i = 0; i < history.Count; i++)
            {
                Step step = history[i];
                Core.Entry entry = Core.Entry.After(last, new Zxid(1, last.Zxid.Counter + 1), _ticks, Core.EntryType.Request, Payload(step));
                last = entry.Point;
                if (i == history.Count - 1) machine = StateMachine.Load(Run.Cluster, classes, Run.Snapshot(machine));      // A snapshot in between changes nothing.

                AppliedRequest applied = machine.Apply(entry)!.Value;
                Expected expected = oracle.Apply(step, entry.Zxid);
                if (expected != new Expected(applied.Outcome, applied.Zxid, Convert.ToHexString(applied.Reply.Span)))
                    Assert.Fail($"after [{string.Join(", ", history.Take(i).Select(static before => before.Name))}] {step.Name} gave {applied.Outcome} of {applied.Zxid}, and should give {expected}");
            }
        }

        private byte[] Payload(Step step) =>
            step.Number == 0 ? RequestCodec.CloseSession(session)
            : step.IsFill ? RequestCodec.Fill(session, step.Number, step.AnsweredThrough)
            : Run.Command(session, step.Number, Counter.Id, Counter.Add, Run.Int64(1L << (int)step.Number), step.AnsweredThrough);
    }

    private sealed record Expected(RequestOutcome Outcome, Zxid Zxid, string Reply);

    /// <summary>The rules, without windows, rings or bounds: a list of what was taken, and a set of what was forgotten.</summary>
    private sealed class Oracle
    {
        private readonly List<Expected> _taken = [];
        private ulong _forgotten;
        private long _value;
        private bool _isClosed;

        internal Expected Apply(Step step, Zxid zxid)
        {
            if (_isClosed) return new(RequestOutcome.SessionClosed, zxid, "");
            if (step.Number == 0)
            {
                _isClosed = true;
                return new(RequestOutcome.Result, zxid, "");
            }

            ulong next = (ulong)_taken.Count + 1;
            if (step.Number > next) return new(RequestOutcome.Gap, zxid, Convert.ToHexString(Run.Int64((long)next)));
            if (step.Number <= _forgotten) return new(RequestOutcome.AlreadyExecuted, zxid, "");
            if (step.Number == next) _taken.Add(step.IsFill ? new(RequestOutcome.Filled, zxid, "") : Add(step, zxid));
            _forgotten = Math.Max(_forgotten, step.AnsweredThrough);
            return _taken[(int)step.Number - 1];
        }

        private Expected Add(Step step, Zxid zxid)
        {
            _value += 1L << (int)step.Number;
            return new(RequestOutcome.Result, zxid, Convert.ToHexString(Run.Int64(_value)));
        }
    }
}
