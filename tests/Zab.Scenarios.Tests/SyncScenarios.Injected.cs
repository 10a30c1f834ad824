using Xunit;
using Zab.Core;
using Zab.Storage;
using Zab.Testing.Checks;

namespace Zab.Scenarios;

/// <summary>The wrong order put in by hand: a test of the checks.</summary>
public sealed partial class SyncScenarios
{
    [Fact]
    public void S03_an_epoch_that_is_durable_before_its_history_is_flagged_at_the_next_start()
    {
        Story story = WithEpochBeforeHistory();
        ViolationException violation = Assert.Throws<ViolationException>(() => story[1].Start());
        Assert.Equal("I3", violation.Invariant);
    }

    /// <summary>Nobody looks at the directory this time: the epoch makes the shorter history win, and what was acknowledged is cut from the only other server that holds it.</summary>
    [Fact]
    public void S03_a_leader_made_by_an_epoch_without_its_history_is_flagged_before_it_serves()
    {
        Story story = WithEpochBeforeHistory();
        story[2].Kill();
        story.World.Watch.Disturbed(story[1].Id, DirectoryFault.RestoredOld);
        story.Start(1, 3);
        ViolationException violation = Assert.Throws<ViolationException>(() => story.Run(seconds: 10));
        Assert.Contains(violation.Invariant, (string[])["I7", "I8"]);
    }

    /// <summary>Server 1 was killed as history and epoch were asked for; its disk has only the epoch. Servers 2 and 3 hold an acknowledged write that it lacks; 3 is down, and in the epoch before.</summary>
    private static Story WithEpochBeforeHistory()
    {
        Story story = Story.Running(voters: 3);
        story.Written(3, "before", "1");
        story.Vanish(story[1]);
        story.Written(3, "acknowledged", "2");
        story.Vanish(story[3]);
        story.World.OnStep = (server, input, _) =>
        {
            if (server == story[1] && input is Input.Received { Message: Message.Diff }) server.StallDisk(TimeSpan.FromMinutes(1).Ticks);
        };
        story.Start(1);
        story.Until(() => story[1].Life!.Peer.HardState.CurrentEpoch == 2, "server 1 has asked for history and epoch");
        story.Vanish(story[1]);
        story[1].HealDisk();
        story.World.OnStep = null;
        Assert.Equal(1u, story[1].OnDisk().HardState.CurrentEpoch);

        using IStore store = DiskStore.Open(story[1].Disk, story[1].StoreOptions);
        store.Write([new Output.SaveHardState(new WriteId(1), store.Recovered.HardState with { CurrentEpoch = 2 })]);
        return story;
    }
}
