using Xunit;
using Zab.Core;
using Zab.Testing;

namespace Zab.Scenarios.Storage;

/// <summary>B.4 of the fault catalogue: a member that lost all that it knew, or a part of it, and may not count until it has it again.</summary>
public sealed class LostMemberScenarios
{
    [Fact]
    public void T24_a_wiped_member_and_one_that_was_down_are_no_quorum()
    {
        Story story = Story.Running(voters: 3);
        var acknowledged = new Acknowledged(story);
        uint holds = story.LeadingId(), wiped = story.FollowingIds()[0], behind = story.FollowingIds()[1];
        acknowledged.Write(holds, 2);
        story.UntilAllEqual();
        story.Kill(behind);
        acknowledged.Write(holds, 5);
        story.Kill(holds, wiped);
        story.Wipe(wiped);
        story.Start(wiped, behind);

        story.AssertNobodyLeads(seconds: 20);

        story.Start(holds);
        story.UntilAllEqual();                                  // A leader that was elected without the wiped one has brought it up, and admitted it.
        Assert.Equal(holds, story.LeadingId());
        foreach (uint server in (uint[])[1, 2, 3]) acknowledged.AssertReadable(server);

        // From here on it counts.
        story.Kill(behind);
        acknowledged.Write(wiped, 3);
        acknowledged.AssertReadable(wiped);
    }

    /// <summary>What it had promised with the directory that it lost may count elsewhere; only a quorum without it shows that it does not.</summary>
    [Fact]
    public void T24_a_wiped_member_that_only_its_leader_has_taken_in_elects_nobody()
    {
        Story story = Story.Running(voters: 3);
        var acknowledged = new Acknowledged(story);
        uint holds = story.LeadingId(), wiped = story.FollowingIds()[0], deaf = story.FollowingIds()[1];
        acknowledged.Write(holds, 3);
        story.UntilAllEqual();
        story.Kill(wiped);
        story.Wipe(wiped);
        story.Network.OnArrival = (_, to, message) => to == story[deaf].Id && message is Message.Proposal ? Arrival.Held : Arrival.Delivered;
        story.Start(wiped);
        story.Until(() => Names(story[wiped].Life!.Peer), "the wiped one holds the entry that names its new directory");
        story.Kill(holds, deaf);
        story.Start(holds);

        Assert.True(Names(story[holds].Life!.Peer));
        story.AssertNobodyLeads(seconds: 20);

        story.Network.OnArrival = null;
        story.Start(deaf);
        story.UntilAllEqual();
        story.Until(() => story[wiped].Life!.Peer.IsAdmitted, "it counts again");
        story.Kill(story.LeadingId());
        story.Until(() => story.World.Leader is not null, "two of them elect a leader, whichever they are");

        bool Names(Peer peer) => peer.Config.Find(story[wiped].Id)!.Incarnation == story[wiped].Life!.Peer.HardState.Incarnation;
    }

    /// <summary>The one that was down knows neither of the other two, and their quorum needs it.</summary>
    [Fact]
    public void T24_two_that_were_admitted_again_and_one_that_was_down_meanwhile_are_a_quorum()
    {
        Story story = Story.Running(voters: 5);
        var acknowledged = new Acknowledged(story);
        uint down = story.FollowingIds()[0], first = story.FollowingIds()[1], second = story.FollowingIds()[2];
        acknowledged.Write(first, 2);
        story.UntilAllEqual();
        story.Kill(down);
        foreach (uint wiped in (uint[])[first, second])
        {
            story.Kill(wiped);
            story.Wipe(wiped);
            story.Start(wiped);
            story.Until(() => story[wiped].Life!.Peer.IsAdmitted, "the wiped one counts again");
        }

        acknowledged.Write(second, 2);
        story.Kill([.. new uint[] { 1, 2, 3, 4, 5 }.Where(id => id != first && id != second && id != down)]);
        story.Start(down);
        story.Until(() => story.World.Leader is not null && story[down].Life!.Peer.Role == Role.Following, "the three have a leader");
        foreach (uint server in (uint[])[first, second, down]) acknowledged.AssertReadable(server);
    }

    /// <summary>Large entries: the repair needs several messages, and all but the first are held back.</summary>
    [Fact]
    public void T26_a_log_that_was_repaired_half_way_still_bars_its_owner()
    {
        Story story = Story.Running(voters: 3, with: static options => DirectoryFaults.WithoutSnapshots(options) with { Store = options.Store with { SegmentBytes = 8 * 1024 * 1024 } });
        var acknowledged = new Acknowledged(story);
        uint intact = story.LeadingId(), rotten = story.FollowingIds()[0], behind = story.FollowingIds()[1];
        story.Kill(behind);
        Zxid[] zxids = acknowledged.Write(intact, 5, bytes: 300 * 1024);
        story.UntilAllMarked();
        story.Kill(rotten);
        story.FlipEntry(rotten, zxids[0]);
        int proposals = 0;
        story.Network.OnArrival = (_, to, message) => to == story[rotten].Id && message is Message.Proposal && ++proposals > 1 ? Arrival.Held : Arrival.Delivered;
        story.Start(rotten);
        story.Until(() => proposals > 1 && story[rotten].Life!.Peer.LastDurable >= zxids[0], "a part of the log is repaired");

        AssertIsBarred(story, intact, rotten, behind, zxids[^1]);
        acknowledged.AssertReadable(behind);
    }

    /// <summary>A snapshot that ends below what the damaged log once held is installed, and what follows it is held back.</summary>
    [Fact]
    public void T26_a_snapshot_below_what_was_once_held_still_bars_its_owner()
    {
        Story story = Story.Running(voters: 3, with: static options => options with { SnapshotEveryBytes = 4 * 1024, Store = options.Store with { SegmentBytes = 4 * 1024, PreallocateBytes = 1024 } });
        var acknowledged = new Acknowledged(story);
        uint intact = story.LeadingId(), rotten = story.FollowingIds()[0], behind = story.FollowingIds()[1];
        story.Kill(behind);
        acknowledged.Write(intact, 80, bytes: 400);
        Zxid[] zxids = acknowledged.Write(intact, 3);
        story.UntilAllMarked();
        story.Kill(rotten);
        foreach (string name in LogRecord.Snapshots(story[rotten].Disk)) story[rotten].Disk.Remove(name);
        story.World.Watch.Disturbed(story[rotten].Id, Testing.Checks.DirectoryFault.Damaged);
        story.Network.OnArrival = (_, to, message) => to == story[rotten].Id && message is Message.Proposal ? Arrival.Held : Arrival.Delivered;
        story.Start(rotten);
        story.Until(() => story.World.Rarities[Rare.SnapshotInstalled] == 1 && story[rotten].Life!.Peer.LastDurable > Zxid.None, "the snapshot is installed");

        AssertIsBarred(story, intact, rotten, behind, zxids[^1]);
        acknowledged.AssertReadable(behind);
    }

    /// <summary>Half repaired, it crashes; with the third server, which never had the rest, it is no quorum. With the intact one, everything comes back.</summary>
    private static void AssertIsBarred(Story story, uint intact, uint rotten, uint behind, Zxid last)
    {
        Assert.True(story[rotten].Life!.Peer.LastDurable < last);
        story.AssertRecovering(rotten, last);
        story.Kill(rotten, intact);
        story.Network.OnArrival = null;
        story.Start(rotten, behind);
        story.AssertRecovering(rotten, last);
        story.AssertNobodyLeads(seconds: 20);
        story.AssertRecovering(rotten, last);

        story.Start(intact);
        story.UntilAllEqual();
        Assert.False(story[rotten].Life!.Peer.IsRecovering);
    }
}
