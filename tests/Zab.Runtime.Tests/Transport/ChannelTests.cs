using Xunit;
using Zab.Core;
using Zab.Wire;

namespace Zab.Tests.Transport;

public sealed class ChannelTests : IAsyncLifetime
{
    private readonly TestNet _net = new();
    private TestServer _leader = null!;
    private TestServer _learner = null!;

    public async Task InitializeAsync()
    {
        _leader = await _net.StartAsync(1);
        _learner = await _net.StartAsync(2);
    }

    public async Task DisposeAsync() => await _net.DisposeAsync();

    [Fact]
    public async Task Both_sides_are_told_that_a_channel_is_open_and_who_is_there()
    {
        var channel = new ChannelId(7);
        _learner.Transport.Open(channel, _leader.Id);
        Assert.Equal(new Input.ChannelUp(channel, _leader.Id, IsOutgoing: true), await _learner.Inbox.NextAsync<Input.ChannelUp>());
        Assert.Empty(_leader.Inbox.All());   // A hello alone opens nothing: it could be a recording.

        _learner.Transport.Send(channel, Sample.Info);
        Assert.Equal(new Input.ChannelUp(channel, _learner.Id, IsOutgoing: false), await _leader.Inbox.NextAsync<Input.ChannelUp>());
        Assert.Equal(new Input.Received(channel, Sample.Info), await _leader.Inbox.NextAsync<Input.Received>());
    }

    [Fact]
    public async Task Messages_arrive_in_order_both_ways_at_once()
    {
        const int Count = 5000;
        ChannelId channel = await _net.ConnectAsync(_learner, _leader);
        Task up = Task.Run(() => Sending(_learner, channel, Sample.Ack, Count));
        Task down = Task.Run(() => Sending(_leader, channel, Sample.Commit, Count));

        await ReceivingAsync(_leader, channel, Sample.Ack, Count);
        await ReceivingAsync(_learner, channel, Sample.Commit, Count);
        await Task.WhenAll(up, down);
    }

    [Fact]
    public async Task Channels_of_several_learners_keep_their_messages_apart()
    {
        TestServer other = await _net.StartAsync(3);
        ChannelId first = await _net.ConnectAsync(_learner, _leader);
        ChannelId second = await _net.ConnectAsync(other, _leader);
        for (int i = 1; i <= 500; i++)
        {
            Message commit = Sample.Commit(i);
            _leader.Transport.Send(first, commit);
            _leader.Transport.Send(second, commit);
            _learner.Transport.Send(first, Sample.Ack(i));
            other.Transport.Send(second, Sample.Ack(1000 + i));
        }

        await ReceivingAsync(_learner, first, Sample.Commit, 500);
        await ReceivingAsync(other, second, Sample.Commit, 500);
        await ReceivingAsync(_leader, first, Sample.Ack, 500);
        await ReceivingAsync(_leader, second, number => Sample.Ack(1000 + number), 500);
    }

    [Fact]
    public async Task What_is_sent_while_the_channel_is_being_opened_is_sent_when_it_is()
    {
        var channel = new ChannelId(8);
        _learner.Transport.Open(channel, _leader.Id);
        _learner.Transport.Send(channel, Sample.Info);
        _learner.Transport.Send(channel, Sample.Ack(1));

        Assert.Equal(Sample.Info, (await _leader.Inbox.NextAsync<Input.Received>()).Message);
        Assert.Equal(Sample.Ack(1), (await _leader.Inbox.NextAsync<Input.Received>()).Message);
    }

    [Fact]
    public async Task The_largest_payload_arrives_whole_both_ways()
    {
        byte[] payload = Sample.Bytes(Limits.PayloadBytesMax);
        ChannelId channel = await _net.ConnectAsync(_learner, _leader);
        for (int i = 0; i < 3; i++)
        {
            _learner.Transport.Send(channel, Sample.Request(payload));
            _leader.Transport.Send(channel, Sample.Proposal(payload));
        }

        for (int i = 0; i < 3; i++)
        {
            var request = (Message.Request)(await _leader.Inbox.NextAsync<Input.Received>()).Message;
            var proposal = (Message.Proposal)(await _learner.Inbox.NextAsync<Input.Received>()).Message;
            Assert.True(request.Requests[0].Payload.Span.SequenceEqual(payload));
            Assert.True(proposal.Entries[0].Payload.Span.SequenceEqual(payload));
        }
    }

    [Fact]
    public async Task A_message_that_does_not_fit_a_frame_is_its_makers_error_and_the_channel_goes_on()
    {
        ChannelId channel = await _net.ConnectAsync(_learner, _leader);
        Assert.Throws<WireException>(() => _learner.Transport.Send(channel, Sample.Request(new byte[Limits.FrameBytesMax])));
        _learner.Transport.Send(channel, Sample.Ack(1));
        await ReceivingAsync(_leader, channel, Sample.Ack, 1);
    }

    [Fact]
    public async Task A_message_in_the_wrong_direction_is_a_bug_of_the_sender()
    {
        ChannelId channel = await _net.ConnectAsync(_learner, _leader);
        Assert.Throws<InvariantException>(() => _learner.Transport.Send(channel, Sample.Commit(1)));
        Assert.Throws<InvariantException>(() => _leader.Transport.Send(channel, Sample.Ack(1)));
        Assert.Throws<InvariantException>(() => _leader.Transport.SendPeer(_learner.Id, Sample.Ack(1)));
        Assert.Throws<InvariantException>(() => _leader.Transport.SendPeer(_leader.Id, Sample.Vote(1)));
    }

    private static void Sending(TestServer from, ChannelId channel, Func<int, Message> message, int count)
    {
        for (int i = 1; i <= count; i++) from.Transport.Send(channel, message(i));
    }

    private static async Task ReceivingAsync(TestServer at, ChannelId channel, Func<int, Message> message, int count)
    {
        for (int i = 1; i <= count; i++) Assert.Equal(message(i), (await at.Inbox.NextAsync<Input.Received>(received => received.Channel == channel)).Message);
    }
}
