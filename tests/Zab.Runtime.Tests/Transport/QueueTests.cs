using Xunit;
using Zab.Core;
using Zab.Transport;
using Zab.Wire;

namespace Zab.Tests.Transport;

/// <summary>What waits inside the transport: for a channel all of it in order and bounded, for a peer the newest.</summary>
public class QueueTests
{
    [Fact]
    public async Task A_queue_frees_its_room_when_a_batch_was_sent_not_when_it_was_taken()
    {
        EncodedMessage message = EncodedMessage.Of(Sample.Ack(1));
        int cost = message.FrameBytes + Limits.SendQueueFrameBytes;
        var queue = new SendQueue(2 * cost);
        Assert.True(queue.TryAdd(message));
        Assert.True(queue.TryAdd(message));
        Assert.False(queue.TryAdd(message));

        var batch = new List<EncodedMessage>();
        Assert.True(await queue.TakeAsync(batch, default));
        Assert.Equal(2, batch.Count);
        Assert.False(queue.TryAdd(message));

        queue.Sent(batch);
        Assert.Empty(batch);
        Assert.True(queue.TryAdd(message));
    }

    [Fact]
    public async Task A_batch_ends_with_the_frame_that_fills_a_flush()
    {
        var queue = new SendQueue(Limits.SendQueueBytesMax);
        EncodedMessage third = EncodedMessage.Of(Sample.Proposal(new byte[Limits.FlushBytes / 3]));
        for (int i = 0; i < 5; i++) queue.TryAdd(third);

        var batch = new List<EncodedMessage>();
        await queue.TakeAsync(batch, default);
        Assert.Equal(3, batch.Count);
        queue.Sent(batch);
        await queue.TakeAsync(batch, default);
        Assert.Equal(2, batch.Count);
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 2)]
    public async Task A_closed_queue_keeps_what_ends_in_a_Goodbye_and_takes_no_more(bool endsInGoodbye, int left)
    {
        var queue = new SendQueue(Limits.SendQueueBytesMax);
        queue.TryAdd(EncodedMessage.Of(Sample.Commit(1)));
        queue.TryAdd(EncodedMessage.Of(endsInGoodbye ? new Message.Goodbye("enough") : Sample.Commit(2)));
        Assert.Equal(endsInGoodbye, queue.Close());
        Assert.True(queue.TryAdd(EncodedMessage.Of(Sample.Commit(3))));

        var batch = new List<EncodedMessage>();
        Assert.Equal(left > 0, await queue.TakeAsync(batch, default));
        Assert.Equal(left, batch.Count);
        queue.Sent(batch);
        Assert.False(await queue.TakeAsync(batch, default));
    }

    [Fact]
    public void An_outbox_keeps_the_newest_of_each_type_until_its_receipt()
    {
        var outbox = new PeerOutbox();
        EncodedMessage[] votes = [.. Enumerable.Range(1, 3).Select(i => EncodedMessage.Of(Sample.Vote(i)))];
        EncodedMessage founding = EncodedMessage.Of(Sample.Founding(1));
        outbox.Put(votes[0]);
        outbox.Put(founding);
        outbox.Put(votes[1]);
        Assert.Equal([founding, votes[1]], Taken(outbox));

        outbox.Receipt();                                  // Of the founding message.
        outbox.ConnectionLost();
        Assert.Equal([votes[1]], Taken(outbox));           // Again, for want of a receipt.

        outbox.Put(votes[2]);
        outbox.ConnectionLost();
        Assert.Equal([votes[2]], Taken(outbox));           // The older one was replaced while it was on its way.

        outbox.Receipt();
        outbox.ConnectionLost();
        Assert.Empty(Taken(outbox));
        Assert.Throws<WireException>(outbox.Receipt);
    }

    [Fact]
    public async Task An_outbox_waits_for_receipts_when_enough_is_on_its_way()
    {
        var outbox = new PeerOutbox();
        for (int i = 0; i < Limits.PeerMessagesInFlightMax; i++)
        {
            outbox.Put(EncodedMessage.Of(Sample.Vote(i)));
            Assert.Single(Taken(outbox));
        }

        outbox.Put(EncodedMessage.Of(Sample.Vote(100)));
        Assert.Empty(Taken(outbox));
        ValueTask waiting = outbox.WaitAsync(default);
        Assert.False(waiting.IsCompleted);
        outbox.Receipt();
        await waiting;
        Assert.Single(Taken(outbox));
    }

    [Fact]
    public void A_gate_counts_the_warnings_that_it_leaves_out()
    {
        var closed = new WarningGate(TimeSpan.FromDays(1));
        Assert.True(closed.TryPass(out int leftOut));
        Assert.Equal(0, leftOut);
        for (int i = 1; i <= 3; i++) Assert.False(closed.TryPass(out _));

        var open = new WarningGate(TimeSpan.Zero);
        Assert.True(open.TryPass(out _));
        Assert.True(open.TryPass(out leftOut));
        Assert.Equal(0, leftOut);
    }

    private static EncodedMessage[] Taken(PeerOutbox outbox)
    {
        var batch = new List<EncodedMessage>();
        outbox.Take(batch);
        return [.. batch];
    }
}
