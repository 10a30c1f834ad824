using Xunit;
using Zab.Core;

namespace Zab.Tests.Replica.Driver;

/// <summary>What must be durable before which message (P1 to P8) is data in the outputs; the driver must not be able to reorder it.</summary>
public class SendOrderTests
{
    private static readonly ServerId _two = new(2);
    private static readonly ChannelId _five = new(5), _six = new(6);

    [Fact]
    public async Task A_message_leaves_when_its_write_is_durable_and_before_the_core_hears_of_it()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal);
        server.Store.Gate.Reset();
        server.Do(Save(1), Send(_five, "after 1", 1), Send(_five, "free"), Save(2), Send(_five, "after 2", 2), Send(_six, "after 1 too", 1));
        server.Fence("held");
        Assert.Equal(["send 5 free"], journal.Of("send"));

        server.Store.Gate.Set();
        journal.Until("step WritesDone 2");

        Assert.Equal(["durable 2", "send 5 after 1", "send 5 after 2", "send 6 after 1 too", "step WritesDone 2"], journal.Lines.SkipWhile(line => line != "durable 2"));
    }

    [Fact]
    public async Task A_message_for_a_later_write_stays_when_an_earlier_one_is_durable()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal);
        server.Store.Gate.Reset();
        server.Do(Save(1), Send(_five, "after 2", 2), Send(_five, "after 1", 1));
        journal.Until("write 1");
        server.Do(Save(2));
        server.Store.Gate.Set();
        journal.Until("step WritesDone 2");

        Assert.Equal(["durable 1", "send 5 after 1", "step WritesDone 1", "send 5 after 2", "step WritesDone 2"], journal.Of("durable 1", "send", "step WritesDone"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_closed_channel_held_is_never_sent(bool isClosedByUs)
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal);
        server.Store.Gate.Reset();
        server.Do(Save(1), Send(_five, "lost", 1), Send(_six, "kept", 1));
        if (isClosedByUs) server.Do(new Output.CloseChannel(_five, "test"));
        else server.Post(new Input.ChannelDown(_five, "test"));
        server.Store.Gate.Set();
        journal.Until("step WritesDone 1");

        Assert.Equal(["send 6 kept"], journal.Of("send"));
    }

    [Fact]
    public async Task A_newer_vote_replaces_one_that_is_held()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal);
        server.Store.Gate.Reset();
        server.Do(Save(1), Vote(round: 1, after: 1), Vote(round: 2, after: 1), Vote(round: 3, after: 0));
        server.Store.Gate.Set();
        journal.Until("step WritesDone 1");

        Assert.Equal(["tell 2 vote 3"], journal.Of("tell"));
    }

    [Fact]
    public async Task Writes_that_gather_during_an_fsync_share_the_next()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal);
        server.Store.Gate.Reset();
        server.Do(Save(1));
        journal.Until("write 1");
        server.Do(Save(2), Save(3));
        server.Do(Save(4));
        server.Fence("posted");
        server.Fence("handed over");        // The turn of the first fence has ended.
        server.Store.Gate.Set();
        journal.Until("step WritesDone 4");

        Assert.Equal(["write 1", "write 2,3,4"], journal.Of("write"));
        Assert.Equal(["step WritesDone 1", "step WritesDone 4"], journal.Of("step WritesDone"));
    }

    [Fact]
    public async Task The_network_does_not_wait_for_the_disk()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal);
        server.Store.Gate.Reset();
        server.Do(Save(1));
        journal.Until("write 1");
        server.Do(Save(2), Send(_five, "proposal"));

        journal.Until("send 5 proposal");       // While the fsync of the first write is still running.
        Assert.DoesNotContain("durable 1", journal.Lines);
    }

    [Fact]
    public async Task The_watermark_is_written_once_when_nothing_was_written_for_a_tick()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal, tick: TimeSpan.FromMilliseconds(5));
        server.Do(Save(1));
        journal.Until("idle");
        server.Do(Save(2));
        journal.Until(lines => lines.Count(line => line == "idle") == 2, "idle again");

        Assert.Equal(["write 1", "idle", "write 2", "idle"], journal.Of("write", "idle"));
    }

    [Fact]
    public async Task Learners_are_served_from_the_log_and_from_a_snapshot()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal, log: Entries.Counting(3));
        var snapshot = new SnapshotInfo(HistoryPoint.Empty, Server.Ensemble, 0, 3, 0);
        server.Do(new Output.ReadLog(_five, Zxid.None, new Zxid(1, 3), 1000), new Output.ReadSnapshot(_six, snapshot, 0, 1000));

        journal.Until("step LogRead 3");
        journal.Until("step SnapshotRead 3");
    }

    private static Output.SaveHardState Save(ulong id) => new(new WriteId(id), new HardState());

    private static Output.Send Send(ChannelId channel, string text, ulong after = 0) => new(channel, new Message.Goodbye(text), new WriteId(after));

    private static Output.SendPeer Vote(ulong round, ulong after) =>
        new(_two, new Message.Vote(VoteState.Looking, round, Candidate.None, Counts: true, default, 0, Zxid.None, Zxid.None), new WriteId(after));
}
