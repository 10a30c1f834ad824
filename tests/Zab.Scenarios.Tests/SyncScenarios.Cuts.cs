using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Storage;
using Zab.Testing;
using Zab.Tests.Peers;
using Zab.Tests.Storage;

namespace Zab.Scenarios;

/// <summary>Histories that have to be cut, and cuts that fail.</summary>
public sealed partial class SyncScenarios
{
    /// <summary>A tail of an epoch that nobody else ever saw: it is cut to the end of the epoch before, which both have, and no snapshot is needed.</summary>
    [Fact]
    public void S15_a_tail_of_an_epoch_that_the_leader_never_saw_is_cut_across_epochs()
    {
        Story story = Story.Running(voters: 3);
        story.Written(3, "shared", "1");
        story[3].Kill();
        story.UntilOneLeads(story[2]);
        story.CutOff(story[2]);
        story.Write(2, "foreign", "2");
        story.Until(() => story[2].Life!.Peer is { LastDurable.Epoch: 2 }, "epoch 2 has an entry, at its leader only");
        story[2].Kill();
        story.Start(3);
        story.UntilAllServe();
        story.Written(story.Leader.Id.Value, "kept", "3");

        story.Heal();
        story.Start(2);
        story.UntilAllEqual();
        Assert.DoesNotContain(story[2].OnDisk().Entries, static zxid => zxid.Epoch == 2);
        Assert.Equal(story.Leader.OnDisk().Entries, story[2].OnDisk().Entries);
        Assert.Equal((null, "3"), (story.Local(2, "foreign"), story.Local(2, "kept")));
        Assert.Equal((1, 0), (story.World.Rarities[Rare.Truncated], story.World.Rarities[Rare.SnapshotSent]));
    }

    /// <summary>The row itself: the leader's last entry before the learner's end is 3/9, which the learner does not have.</summary>
    [Fact]
    public void S15_the_target_of_a_cut_is_never_an_entry_that_the_learner_lacks()
    {
        Entry[] ours = LonePeer.Log((3, 9), (5, 1)), theirs = LonePeer.Log((3, 5), (4, 1));
        LonePeer leader = LonePeer.Leading(6, out _, ours);
        ChannelId channel = leader.Connect(2, 4);
        leader.Receive(channel, LonePeer.AckEpoch(6, 4, isPromise: true, theirs));
        leader.Step(new Input.LogRead(channel, new Zxid(3, 5), ours[5..]));
        Message[] sent = [.. leader.SentOn(channel).SkipWhile(static message => message is not (Message.Trunc or Message.Diff or Message.Snap))];
        Assert.Equal(new Message.Trunc(6, theirs[4].Point), sent[0]);

        var learner = new LonePeer(1, 4, theirs);
        learner.FindLeader();
        learner.Promise(6);
        learner.Receive(sent);
        learner.Durable();
        Assert.Equal(ours[^1].Point, learner.Peer.LastPoint);
        Assert.Contains(learner.Sent, static message => message is Message.AckNewLeader);
    }

    /// <summary>The history of server 1 holds neither 1/2 in that form nor 1/9: nothing is cut at "the next one".</summary>
    [Theory]
    [InlineData(9, 0)]
    [InlineData(2, 1)]
    public void S16_a_cut_at_an_entry_that_is_not_held_is_refused_and_nothing_is_cut(uint counter, ulong offBy)
    {
        var peer = new LonePeer(1, 1, Log);
        peer.FindLeader();
        peer.Promise(2);
        peer.Receive(new Message.Trunc(2, new HistoryPoint(new Zxid(1, counter), Log[1].Chain + offBy)));
        Assert.Contains(peer.Sent, static message => message is Message.SyncRefused);
        Assert.True(peer.HasClosed(peer.Channel));
        Assert.DoesNotContain(peer.Last, static output => output is Output.Truncate);
        Assert.Equal(Log[^1].Point, peer.Peer.LastPoint);
        Assert.Equal(offBy != 0, peer.Peer.Role == Role.Stopped);        // Two entries under one zxid are an alarm, never repaired silently.
    }

    /// <summary>What such a learner gets instead: a snapshot, where its log is known to be damaged, and else nothing at all.</summary>
    [Theory]
    [InlineData(true, (int)SyncMode.Snap)]
    [InlineData(false, (int)SyncMode.Diverged)]
    public void S16_a_learner_whose_log_begins_behind_the_common_point_is_never_cut(bool isDamaged, int mode)
    {
        Entry[] log = LonePeer.Log((1, 8));
        var ours = new History(default);
        foreach (Entry entry in log) ours.Append(entry.Point);
        var summary = new Message.AckEpoch(3, true, 1, new HistoryPoint(new Zxid(2, 4), 7), new HistoryPoint(new Zxid(2, 6), 8), [new EpochEnd(2, new Zxid(2, 6))], isDamaged ? new RepairFloor(1, new Zxid(1, 8)) : null);
        SyncPlan plan = SyncPlan.For(summary, ours, log[^1].Zxid, new SnapshotInfo(log[5].Point, StoreRun.Three, 1, 1, 1));
        Assert.Equal((SyncMode)mode, plan.Mode);
    }

    [Theory]
    [InlineData((int)DiskCall.Create, "ENOSPC")]
    [InlineData((int)DiskCall.Write, "ENOSPC")]
    [InlineData((int)DiskCall.Flush, "EIO")]
    [InlineData((int)DiskCall.SetLength, "EIO")]
    [InlineData((int)DiskCall.FlushDirectory, "EIO")]
    public void S17_a_server_that_cannot_cut_its_log_stops_and_does_not_come_back_with_it(int failing, string error)
    {
        Story story = WithTail(out SimulatedServer behind, out Zxid tail, out _);
        story.World.OnStep = (server, input, _) =>
        {
            if (server == behind && input is Input.Received { Message: Message.Trunc }) behind.Fail((call, _) => call == (DiskCall)failing ? error : null);
        };
        bool hasJoined = false;
        story.Network.OnArrival = (from, _, message) =>
        {
            hasJoined |= from == behind.Id && message is Message.AckNewLeader or Message.Ack;
            return Arrival.Delivered;
        };
        story.Network.HealAll();
        story.Until(() => !behind.IsUp, $"server {behind.Id} has stopped");
        Assert.Contains(error, behind.Stopped, StringComparison.Ordinal);
        story.Run(seconds: 3);
        Assert.False(hasJoined);

        story.World.OnStep = null;
        behind.HealDisk();
        story.Start(behind.Id.Value);
        story.UntilAllEqual();
        Assert.DoesNotContain(tail, behind.OnDisk().Entries);
        Assert.Null(story.Local(behind.Id.Value, "tail"));
    }

    /// <summary>The cut spans segments: shrinking one file and deleting others are many steps, of which each may be the last.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void S18_a_crash_anywhere_in_a_cut_leaves_the_old_log_or_exactly_the_cut_one(bool losesPower)
    {
        int olds = 0, cuts = 0;
        for (int operation = 0; ; operation++)
        {
            var disk = new SimulatedDisk((ulong)operation);
            using var run = new StoreRun(disk);
            run.Adopt(1);
            Entry[] entries = [.. Enumerable.Range(0, 20).SelectMany(_ => run.Append(1, new string('x', 700)))];
            HistoryPoint target = entries[2].Point;
            disk.PowerLossAt = disk.Operations + operation;
            Exception? death = Record.Exception(() => run.Truncate(target));
            if (!disk.HasLostPower) break;
            Assert.IsType<StorageException>(death);
            if (losesPower) disk.LosePower();
            else disk.KillProcess();

            using var again = new StoreRun(disk);
            bool isCut = again.Last == target;
            Assert.Equal(isCut ? target : entries[^1].Point, again.Last);
            if (isCut) cuts++;
            else olds++;
            again.Truncate(target);
            again.Append(1, "after");
            Assert.Equal([.. entries[..3].Select(static entry => entry.Zxid), new Zxid(1, 4)], again.ReadAll().Select(static entry => entry.Zxid));
            Assert.Equal("after", StoreRun.Texts(again.ReadAll())[^1]);
        }

        Assert.True(olds > 3 && cuts > 3, $"{olds} crashes left the old log, {cuts} the cut one");
    }

    /// <summary>No restart in between: the process goes from leading through looking to following with what it has applied and logged, and keeps only what is committed.</summary>
    [Fact]
    public void S20_a_server_that_changes_its_role_in_place_keeps_of_its_state_what_is_committed()
    {
        Story story = WithTail(out SimulatedServer behind, out Zxid tail, out Call call);
        ServerLife life = behind.Life!;
        Assert.True(life.Replica.Status.LastApplied < tail);
        behind.ApplyTicks = 200 * TimeSpan.TicksPerMillisecond;              // It is behind its log, too.
        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.Same(life, behind.Life);
        Assert.DoesNotContain(tail, behind.OnDisk().Entries);
        Assert.Equal(2u, story.AnswerOf(call).Zxid.Epoch);                   // Its process handed it on again.
        Assert.Equal("2", story.Local(behind.Id.Value, "kept"));
        Assert.Equal(1, story.World.Rarities[Rare.Truncated]);
    }

    /// <summary>Entries of the old role wait for a disk that hangs while the new role is told to cut them: one writer does one after the other, and what is done late is acknowledged to nobody.</summary>
    [Fact]
    public void S23_writes_of_the_old_role_that_end_in_the_new_one_are_cut_and_not_acknowledged()
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer old = story.Leader;
        story.CutOff(old);
        old.StallDisk(TimeSpan.FromSeconds(4).Ticks);
        for (int i = 0; i < 5; i++) story.Write(old.Id.Value, "tail", $"{i}");
        story.Until(() => old.Life!.Peer.LastLogged > old.Life.Peer.LastDurable, "the tail waits for the disk");
        Zxid tail = old.Life!.Peer.LastLogged;
        story.UntilOneLeads(story.AllBut(old));
        story.Written(story.Leader.Id.Value, "kept", "2");
        story.Network.HealAll();
        story.Until(() => story.World.Rarities[Rare.Truncated] == 1, "the old leader is told to cut");
        Assert.True(old.Life.Peer.LastDurable < tail);
        story.UntilAllEqual();
        Assert.Equal(story.Leader.OnDisk().Entries, old.OnDisk().Entries);
        Assert.DoesNotContain(tail, old.OnDisk().Entries);
    }

    /// <summary>A commit point overtakes TRUNC: it reaches no further than what is verified on this channel, and that is nothing yet.</summary>
    [Fact]
    public void S26_a_commit_point_before_the_cut_commits_nothing_of_the_tail()
    {
        Entry[] tail = LonePeer.Log((4, 11)), common = tail[..9];
        var peer = new LonePeer(1, 4, tail);
        peer.FindLeader();
        peer.Promise(5);
        peer.Receive(new Message.Ping(5, 1, new Zxid(5, 2)));
        peer.Receive(new Message.Trunc(5, common[^1].Point), new Message.Ping(5, 2, new Zxid(5, 2)));
        Assert.Empty(peer.Committed);

        peer.Durable();
        Assert.Equal([new Zxid(4, 9)], peer.Committed);
        Entry[] next = [LonePeer.Next(common, 5, 1)];
        next = [next[0], LonePeer.Next(next, 5, 2)];
        peer.Receive(new Message.Proposal(5, next, new Zxid(5, 2)), new Message.NewLeader(5, new Zxid(5, 2)));
        Assert.Equal([new Zxid(4, 9)], peer.Committed);                      // Known to be committed, and not durable here.
        peer.Durable();
        Assert.Equal(new Zxid(5, 2), peer.Committed.Last());
    }

    /// <summary>A leader that was cut off holds an entry "tail" that nobody else has; the others have elected another one, and written "kept".</summary>
    private static Story WithTail(out SimulatedServer behind, out Zxid tail, out Call call)
    {
        Story story = Acts.Settled(voters: 3);
        SimulatedServer old = story.Leader;
        story.CutOff(old);
        call = story.Write(old.Id.Value, "tail", "never acknowledged");
        Zxid before = old.Life!.Peer.LastLogged;
        story.Until(() => old.Life!.Peer.LastDurable > before, "the tail is durable at its leader");
        (behind, tail) = (old, old.Life.Peer.LastDurable);
        story.UntilOneLeads(story.AllBut(old));
        story.Until(() => old.Life.Peer.Role == Role.Looking, "the old leader has left");
        story.Written(story.Leader.Id.Value, "kept", "2");
        return story;
    }
}
