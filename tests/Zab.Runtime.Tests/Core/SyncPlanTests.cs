using Xunit;
using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>The sync decision over every pair of histories of up to 4 entries in 3 epochs, each compacted at every place: carried out, it ends in the leader's history or in a refusal, never in a third thing.</summary>
public class SyncPlanTests
{
    [Fact]
    public void Every_plan_ends_in_the_leaders_history_or_is_refused()
    {
        int[] modes = new int[4];
        foreach (Entry[] leader in Histories())
        foreach (Entry[] learner in Histories())
        for (int leaderBase = 0; leaderBase <= leader.Length; leaderBase++)
        for (int learnerBase = 0; learnerBase <= learner.Length; learnerBase++)
            modes[(int)Check(leader, leaderBase, learner, learnerBase)]++;

        Assert.All(modes, static count => Assert.True(count > 100, $"a mode was hardly met: {count} times"));
    }

    /// <summary>The leader may cut no deeper for an observer than what is committed, and sends it nothing beyond.</summary>
    [Fact]
    public void An_observer_ahead_of_what_is_committed_is_cut_to_it()
    {
        Entry[] entries = Build(3, 0, 0);
        History ours = HistoryOf(entries, 0);
        SyncPlan plan = SyncPlan.For(Summary(entries, 0), ours, through: new Zxid(1, 2), snapshot: null);
        Assert.Equal(SyncMode.Trunc, plan.Mode);
        Assert.Equal(entries[1].Point, plan.Common);
    }

    private static SyncMode Check(Entry[] leader, int leaderBase, Entry[] learner, int learnerBase)
    {
        History ours = HistoryOf(leader, leaderBase);
        SnapshotInfo? snapshot = leaderBase == 0 ? null : new SnapshotInfo(leader[leaderBase - 1].Point, Members, 1, 1, 1);
        SyncPlan plan = SyncPlan.For(Summary(learner, learnerBase), ours, ours.Last.Zxid, snapshot);
        string pair = $"leader {Text(leader, leaderBase)}, learner {Text(learner, learnerBase)}: {plan}";

        bool isConsistent = leader.All(entry => learner.All(other => other.Zxid != entry.Zxid || other.Chain == entry.Chain));
        bool isBaseShared = learnerBase == 0 || leader.Any(entry => entry.Point == learner[learnerBase - 1].Point);
        History theirs = HistoryOf(learner, learnerBase);
        bool isDone = CarryOut(plan, theirs, leader, snapshot);
        if (isDone) Assert.True(theirs.Last == ours.Last, $"{pair}: it ends at {theirs.Last}");
        else Assert.True(!isConsistent || !isBaseShared, $"{pair}: refused without need");

        Zxid common = leader.Where(entry => learner.Any(other => other.Point == entry.Point)).Select(static entry => entry.Zxid).LastOrDefault();
        if (plan.Mode == SyncMode.Snap) Assert.True(snapshot!.Point.Zxid >= plan.Common.Zxid && (!isConsistent || common < snapshot.Point.Zxid), $"{pair}: SNAP though the log holds what follows {common}");
        return plan.Mode;
    }

    /// <summary>As a learner does it: with the checks that it makes, and no others.</summary>
    private static bool CarryOut(SyncPlan plan, History theirs, Entry[] leader, SnapshotInfo? snapshot)
    {
        switch (plan.Mode)
        {
            case SyncMode.Diverged: return false;
            case SyncMode.Diff when plan.Common != theirs.Last: return false;
            case SyncMode.Trunc when !theirs.Contains(plan.Common): return false;
            case SyncMode.Trunc: theirs.TruncateAfter(plan.Common.Zxid); break;
            case SyncMode.Snap: theirs.Reset(snapshot!.Point); break;
        }

        foreach (Entry entry in leader.Where(entry => entry.Zxid > theirs.Last.Zxid))
        {
            if (!entry.Follows(theirs.Last)) return false;
            theirs.Append(entry.Point);
        }

        return true;
    }

    private static readonly Ensemble Members = new(Zxid.None, [new Member(new ServerId(1), true, default)]);

    private static IEnumerable<Entry[]> Histories()
    {
        for (uint one = 0; one <= 4; one++)
            for (uint two = 0; one + two <= 4; two++)
                for (uint three = 0; one + two + three <= 4; three++)
                    yield return Build(one, two, three);
    }

    private static Entry[] Build(params uint[] counts)
    {
        var entries = new List<Entry>();
        for (uint epoch = 1; epoch <= counts.Length; epoch++)
            for (uint k = 1; k <= counts[epoch - 1]; k++)
                entries.Add(Entry.After(entries.Count > 0 ? entries[^1].Point : default, new Zxid(epoch, k), 1, EntryType.Request, new byte[] { 7 }));
        return [.. entries];
    }

    private static History HistoryOf(Entry[] entries, int compacted)
    {
        var history = new History(default);
        foreach (Entry entry in entries) history.Append(entry.Point);
        if (compacted > 0) history.CompactThrough(entries[compacted - 1].Zxid);
        return history;
    }

    private static Message.AckEpoch Summary(Entry[] entries, int compacted)
    {
        History history = HistoryOf(entries, compacted);
        return new Message.AckEpoch(9, true, 1, history.Base, history.Last, history.EpochEnds(), RepairFloor: null);
    }

    private static string Text(Entry[] entries, int compacted) => $"[{string.Join(" ", entries.Select(static entry => entry.Zxid))}] from {compacted}";
}
