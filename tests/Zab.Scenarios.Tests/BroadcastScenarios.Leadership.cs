using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Testing;

namespace Zab.Scenarios;

/// <summary>Leaders that stop, hang, break, or are cut off, and do not know it.</summary>
public sealed partial class BroadcastScenarios
{
    private static readonly PeerOptions Options = new();

    [Fact]
    public void B04_a_leader_that_was_stopped_for_long_serves_nothing_old_when_it_goes_on() => StopTheLeaderForLong(Story.Running(voters: 3));

    /// <summary>There are no leases: a read is confirmed by messages alone, so clocks that run apart change nothing.</summary>
    [Fact]
    public void B17_clocks_that_run_apart_make_no_read_of_a_stopped_leader_stale()
    {
        Story story = Story.Running(voters: 3);
        foreach (SimulatedServer server in story.World.Servers) server.Clock.Drift(server == story.Leader ? 950_000 : 1_050_000);
        StopTheLeaderForLong(story);
    }

    [Fact]
    public void B05_a_leader_cut_off_from_its_quorum_leaves_in_time_and_answers_nothing_meanwhile()
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer old = story.Leader;
        story.CutOff(old);
        Zxid committed = old.Life!.Peer.LastCommitted;
        Call call = story.Write(old.Id.Value, "k", "unknown");
        Task<Zxid> read = old.Life.Replica.Reads.Ask(out _);
        double seconds = story.SecondsUntil(() => old.Life.Peer.Role != Role.Leading, "the leader has left");
        Assert.True(seconds <= (Options.SyncLimit + (2 * Options.Tick)).TotalSeconds, $"it took {seconds} s");
        Assert.Equal(committed, old.Life.Peer.LastCommitted);
        Assert.Null(story.IndexOf(read));
        Assert.Null(story.IndexOf(old.Life.Replica.Reads.Ask(out _)));
        Assert.False(call.Answer.IsCompleted);

        story.UntilOneLeads(story.AllBut(old));
        story.Heal();
        story.UntilAllEqual();
        Assert.True(story.AnswerOf(call).Zxid.Epoch > 1);       // Handed on to the new leader, once.
    }

    [Fact]
    public void B06_a_leader_whose_fsync_fails_ends_at_once_and_another_one_leads()
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer old = story.Leader;
        story.Written(old.Id.Value, "before", "1");
        old.Fail(static (call, _) => call == DiskCall.Flush ? "EIO" : null);
        Call call = story.Write(old.Id.Value, "k", "unknown");
        Assert.True(story.SecondsUntil(() => !old.IsUp, "the leader has ended") <= 1);
        Assert.Contains("EIO", old.Stopped, StringComparison.Ordinal);
        Assert.False(call.IsOk());
        Assert.True(story.SecondsUntil(() => story.World.Leader is not null, "another one leads") <= 2);
        Assert.Equal("1", story.Read(story.LeaderId(), "before"));

        Assert.NotNull(old.Start());                            // The disk is still bad: it does not come back.
        old.HealDisk();
        story.Start(old.Id.Value);
        story.UntilAllEqual();
    }

    [Fact]
    public void B07_a_leader_whose_disk_hangs_is_replaced_and_commits_nothing_when_it_goes_on()
    {
        Story story = Story.Running(voters: 3);
        SimulatedServer old = story.Leader;
        old.StallDisk(TimeSpan.FromSeconds(30).Ticks);
        Call call = Caller.Send(story, old.Id.Value, Caller.Increment("n"));
        Assert.True(story.SecondsUntil(() => old.Life!.Peer.Role != Role.Leading, "the leader has left") <= (Options.SyncLimit + (2 * Options.Tick)).TotalSeconds);
        Assert.False(call.Answer.IsCompleted);
        Zxid committed = old.Life!.Peer.LastCommitted;
        story.UntilOneLeads(story.AllBut(old));
        Zxid newer = story.Written(story.LeaderId(), "k", "new");
        story.Run(seconds: 25);
        Assert.Equal(committed, old.Life.Peer.LastCommitted);

        story.UntilAllEqual();
        Assert.NotEqual(old, story.Leader);
        Assert.Equal(2, story.Elections());
        Assert.True(old.Life.Replica.Status.LastApplied >= newer);
        Assert.Equal(1, Caller.Number(story.AnswerOf(call)));
        Assert.Equal("1", story.Read(old.Id.Value, "n"));
    }

    /// <summary>The part that applies entries breaks; those that send pings are well. Half a server would keep the leadership, and do nothing with it.</summary>
    [Fact]
    public void B08_a_leader_of_which_one_part_breaks_ends_as_a_whole()
    {
        Story story = Acts.Settled(voters: 3);
        SimulatedServer old = story.Leader;
        story.World.OnEntry = _ =>
        {
            story.World.OnEntry = null;                         // The leader is the first to apply.
            throw new ReplicaStoppedException("the applier broke");
        };
        Call call = story.Write(old.Id.Value, "k", "v");
        Assert.True(story.SecondsUntil(() => !old.IsUp, "the leader has ended") <= 0.1);
        Assert.Equal("the applier broke", old.Stopped);
        Assert.False(call.IsOk());
        Assert.True(story.SecondsUntil(() => story.World.Leader is not null, "another one leads") <= 2);
        Assert.Equal("v", story.Read(story.LeaderId(), "k"));   // It was committed, and nobody was told.
    }

    private static void StopTheLeaderForLong(Story story)
    {
        SimulatedServer old = story.Leader;
        story.Written(old.Id.Value, "k", "old");
        story.UntilAllEqual();
        old.Pause();
        Call late = Caller.Send(story, old.Id.Value, Caller.Increment("n"));
        Task<Zxid> asked = old.Life!.Replica.Reads.Ask(out _);
        story.Run(3 * Options.SyncLimit.TotalSeconds);
        story.UntilOneLeads(story.AllBut(old));
        SimulatedServer leader = story.World.Servers.Single(server => server != old && server.Life!.Peer.Role == Role.Leading);
        Zxid newer = story.Written(leader.Id.Value, "k", "new");
        Zxid committed = old.Life.Peer.LastCommitted;

        old.Resume();
        story.Until(() => old.Life.Peer.Role != Role.Leading, "the old leader has left");
        Assert.Equal(committed, old.Life.Peer.LastCommitted);
        if (story.IndexOf(asked) is { } index) Assert.True(index >= newer, $"a read was confirmed at {index}, and {newer} was acknowledged before");
        story.UntilAllEqual();
        Assert.Equal((leader, Role.Following), (story.Leader, old.Life.Peer.Role));
        Answer answer = story.AnswerOf(late);
        Assert.True(answer.Zxid > newer, $"a write of the stopped leader was committed at {answer.Zxid}");
        Assert.Equal(1, Caller.Number(answer));
        Assert.Equal("new", story.Read(old.Id.Value, "k"));
    }
}
