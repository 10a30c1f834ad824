using Xunit;
using Zab.Core;
using Zab.Replica;

namespace Zab.Tests.Replica.Driver;

/// <summary>The small parts alone: bounds of queues and memory, and when time counts.</summary>
public class BoundsTests
{
    [Fact]
    public void Requests_are_bounded_in_number_until_the_loop_takes_them()
    {
        var queue = new InputQueue();
        for (int i = 0; i < DriverLimits.QueuedRequestsMax; i++) Assert.True(queue.TrySubmit(new ProposalRequest(1, default)));
        Assert.False(queue.TrySubmit(new ProposalRequest(1, default)));

        var turn = new Turn();
        queue.Take(turn, TimeSpan.Zero);
        Assert.Equal(DriverLimits.QueuedRequestsMax, turn.Requests.Count);
        Assert.True(queue.TrySubmit(new ProposalRequest(1, default)));
    }

    [Fact]
    public void Requests_are_bounded_in_bytes_until_the_loop_takes_them()
    {
        var queue = new InputQueue();
        byte[] payload = new byte[Limits.PayloadBytesMax];
        int fit = DriverLimits.QueuedRequestBytesMax / payload.Length;
        for (int i = 0; i < fit; i++) Assert.True(queue.TrySubmit(new ProposalRequest(1, payload)));
        Assert.False(queue.TrySubmit(new ProposalRequest(1, payload)));

        queue.Take(new Turn(), TimeSpan.Zero);
        Assert.True(queue.TrySubmit(new ProposalRequest(1, payload)));
    }

    [Fact]
    public void A_closed_queue_gives_back_what_no_turn_took_and_takes_nothing()
    {
        var queue = new InputQueue();
        queue.TrySubmit(new ProposalRequest(7, default));
        Assert.Equal([7UL], queue.Close().Select(request => request.Tag));
        queue.Post(Input.Tick.Instance);
        Assert.False(queue.TrySubmit(new ProposalRequest(8, default)));

        var turn = new Turn();
        queue.Take(turn, TimeSpan.FromDays(1));         // Does not wait: the loop has to end.
        Assert.Empty(turn.Inputs);
    }

    [Fact]
    public async Task Requests_of_one_turn_are_one_input_as_far_as_they_fit_a_frame()
    {
        var journal = new Journal();
        await using Server server = await Server.ScriptedAsync(journal);
        using var gate = new ManualResetEventSlim();
        server.Script.Answer = input =>
        {
            if (input is Input.PeerUnreachable) gate.Wait();
            return [];
        };
        server.Post(new Input.PeerUnreachable(new ServerId(2)));
        journal.Until("step PeerUnreachable");          // The loop is held: what comes now is one turn.
        for (ulong tag = 1; tag <= 3; tag++) Assert.True(server.Replica.TrySubmit(new ProposalRequest(tag, new byte[10])));
        Assert.True(server.Replica.TrySubmit(new ProposalRequest(4, new byte[Limits.BatchBytes])));
        for (ulong tag = 5; tag <= 6; tag++) Assert.True(server.Replica.TrySubmit(new ProposalRequest(tag, new byte[10])));
        gate.Set();
        journal.Until("step Submit 2");

        Assert.Equal(["step Submit 4", "step Submit 2"], journal.Of("step Submit"));
    }

    [Fact]
    public async Task Linearizable_reads_are_bounded()
    {
        var reads = new PendingReads(static _ => { }, waitingMax: 3, ThreadStage.Instance);
        List<Task> waiting = [];
        for (int i = 0; i < 3; i++) waiting.Add(reads.AskAsync(CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<NotExecutedException>(() => reads.AskAsync(CancellationToken.None).AsTask());
        reads.End();
        await Assert.ThrowsAsync<NotExecutedException>(() => Task.WhenAll(waiting));
    }

    [Fact]
    public void The_window_keeps_the_newest_entries_and_gives_only_what_follows()
    {
        Entry[] log = Entries.Counting(8);
        var window = new EntryWindow(log.Skip(3).Sum(entry => (long)entry.SizeBytes));
        window.Append(log);

        Assert.Empty(Taken(window, Zxid.None));
        Assert.Empty(Taken(window, new Zxid(1, 2)));
        Assert.Equal(log[3..5], Taken(window, new Zxid(1, 3), through: 5));
        Assert.Equal(log[5..], Taken(window, new Zxid(1, 5)));
        Assert.Empty(Taken(window, new Zxid(1, 3)));            // Applied entries are gone.
    }

    [Fact]
    public void The_window_is_cut_with_the_log_and_begins_anew_where_the_log_does()
    {
        Entry[] log = Entries.Counting(8);
        var window = new EntryWindow(long.MaxValue);
        window.Append(log[..5]);
        window.TruncateAfter(new Zxid(1, 3));
        Assert.Equal(log[..3], Taken(window, Zxid.None));
        window.Append(log[3..4]);
        Assert.Equal(log[1..4], Taken(window, new Zxid(1, 1)));
        window.Append(log[6..]);                                // After a snapshot at 1/6.
        Assert.Empty(Taken(window, new Zxid(1, 4)));
        Assert.Equal(log[6..], Taken(window, new Zxid(1, 6)));
        window.Clear();
        Assert.Empty(Taken(window, new Zxid(1, 6)));
    }

    [Fact]
    public void A_window_that_is_used_for_long_stays_small()
    {
        Run run = Entries.CountingRun(500);
        var window = new EntryWindow(2000);
        Zxid applied = Zxid.None;
        foreach (Entry entry in run.Log)
        {
            window.Append([entry]);
            if (entry.Zxid.Counter % 3 != 0) continue;
            foreach (Entry taken in Taken(window, applied)) applied = taken.Zxid;
            Assert.Equal(entry.Zxid, applied);
        }
    }

    /// <summary>Cases A to D of the table at <see cref="Ticker.IsDue"/>; a period is 10.</summary>
    [Fact]
    public void After_a_pause_what_arrived_comes_before_one_tick()
    {
        var ticker = new Ticker(new TimeSpan(10));
        Assert.Equal((true, 0), Due(ticker, 1000));         // The first one is due at once, however late.
        Assert.Equal((false, 0), Due(ticker, 1009));        // A
        Assert.Equal(new TimeSpan(1), ticker.Until(1009));
        Assert.Equal((true, 0), Due(ticker, 1050));         // B
        Assert.Equal((false, 440), Due(ticker, 1500));      // C
        Assert.Equal((false, 0), Due(ticker, 1505));        // A
        Assert.Equal((true, 0), Due(ticker, 2000));         // D
        Assert.Equal((false, 490), Due(ticker, 2500));      // C
        Assert.Equal((true, 0), Due(ticker, 2510));         // B
    }

    private static (bool IsDue, long Paused) Due(Ticker ticker, long now)
    {
        bool isDue = ticker.IsDue(now, out TimeSpan paused);
        return (isDue, paused.Ticks);
    }

    private static List<Entry> Taken(EntryWindow window, Zxid after, uint through = uint.MaxValue)
    {
        var taken = new List<Entry>();
        window.Take(after, new Zxid(1, through), entriesMax: 100, taken);
        return taken;
    }
}
