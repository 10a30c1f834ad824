using Xunit;
using Zab.Core;

namespace Zab.Tests.Transport;

public sealed class PeerTests : IAsyncLifetime
{
    private readonly TestNet _net = new();
    private TestServer _one = null!;

    public async Task InitializeAsync() => _one = await _net.StartAsync(1);

    public async Task DisposeAsync() => await _net.DisposeAsync();

    [Fact]
    public async Task Votes_arrive_with_the_sender_and_its_cluster()
    {
        TestServer two = await _net.StartAsync(2);
        _one.Transport.SetCluster(new ClusterId(9));
        _one.Transport.SendPeer(two.Id, Sample.Vote(1));
        Assert.Equal(new Input.PeerMessage(_one.Id, new ClusterId(9), Sample.Vote(1)), await two.Inbox.NextAsync<Input.PeerMessage>());

        two.Transport.SendPeer(_one.Id, Sample.Founding(3));
        Assert.Equal(new Input.PeerMessage(two.Id, default, Sample.Founding(3)), await _one.Inbox.NextAsync<Input.PeerMessage>());
    }

    [Fact]
    public async Task A_peer_that_refuses_the_connection_is_unreachable_at_once()
    {
        var two = new ServerId(2);
        _net.Addresses[two] = TestNet.Nobody();
        long started = Environment.TickCount64;
        _one.Transport.SendPeer(two, Sample.Vote(1));
        Assert.Equal(new Input.PeerUnreachable(two), await _one.Inbox.NextAsync<Input.PeerUnreachable>());
        Assert.InRange(Environment.TickCount64 - started, 0, 1000);
    }
}
