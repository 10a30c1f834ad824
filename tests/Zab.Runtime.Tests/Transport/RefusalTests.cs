using Xunit;
using Zab.Core;
using Zab.Wire;

namespace Zab.Tests.Transport;

/// <summary>The table of refused hellos of FORMAT.md, by its labels.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private readonly TestNet _net = new();
    private TestServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await _net.StartAsync(1);
        _server.Transport.SetCluster(new ClusterId(5));
        _net.AddNobody(3);
    }

    public async Task DisposeAsync() => await _net.DisposeAsync();

    [Theory]
    [InlineData("A", 2, 3, 1, 5, "protocol version 2 is not known here; this server speaks version 1")]
    [InlineData("B", 1, 3, 2, 5, "this is server 1, not 2; correct the address of server 2 in the start list of server 3")]
    [InlineData("C", 1, 1, 1, 5, "server 1 is this server itself; two servers were started with one id")]
    [InlineData("C", 1, 9, 1, 5, "server 9 is not in the start list of server 1")]
    [InlineData("D", 1, 3, 1, 6, "server 3 belongs to cluster 0000000000000006, this server to 0000000000000005; one of the two has the data directory of another")]
    [InlineData("welcome", 1, 3, 1, 5, null)]
    [InlineData("welcome, because fresh", 1, 3, 1, 0, null)]
    public async Task A_hello_is_refused_with_its_reason(string label, int version, uint from, uint to, ulong cluster, string? reason)
    {
        foreach (ConnectionKind kind in Enum.GetValues<ConnectionKind>())
        {
            using RawConnection connection = await RawConnection.DialAsync(_server);
            var hello = new Hello(version, new ServerId(from), new ServerId(to), kind, new ChannelId(300));
            await connection.SendAsync(RawConnection.BytesOf(hello.Encode(), new ClusterId(cluster)));
            Assert.Equal((label, reason), (label, (await connection.ReplyAsync()).Refusal));
            if (reason is not null) Assert.Equal(0, await connection.ClosedAsync());
        }
    }

    [Fact]
    public async Task E_a_learner_with_too_many_channels_is_refused_and_another_is_not()
    {
        var open = new List<RawConnection>();
        for (int i = 0; i < Limits.ChannelsFromOnePeerMax; i++)
        {
            open.Add(await RawConnection.DialAsync(_server, 3, ConnectionKind.Channel, 100 + (ulong)i));
            await open[i].SendAsync(Sample.Info);
            await _server.Inbox.NextAsync<Input.ChannelUp>(up => up.Channel == new ChannelId(100 + (ulong)i));
        }

        IOException refused = await Assert.ThrowsAsync<IOException>(() => RawConnection.DialAsync(_server, 3, ConnectionKind.Channel, 300));
        Assert.Equal("server 3 has 8 channels open to this server, 8 are allowed", refused.Message);

        TestServer other = await _net.StartAsync(2);
        await _net.ConnectAsync(other, _server);
        foreach (RawConnection connection in open) connection.Dispose();
    }

    [Fact]
    public async Task The_learner_is_told_why()
    {
        TestServer stranger = await _net.StartAsync(2);
        stranger.Transport.SetCluster(new ClusterId(6));
        stranger.Transport.Open(new ChannelId(1), _server.Id);
        string reason = (await stranger.Inbox.NextAsync<Input.ChannelDown>()).Reason;
        Assert.Contains("refused: server 2 belongs to cluster 0000000000000006, this server to 0000000000000005", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_turns_out_to_be_of_another_cluster_is_cut_off()
    {
        TestServer two = await _net.StartAsync(2);
        ChannelId channel = await _net.ConnectAsync(two, _server);   // Fresh, so let in.
        two.Transport.SetCluster(new ClusterId(6));
        two.Transport.Send(channel, Sample.Ack(1));
        Assert.Contains("frame Ack is of cluster 0000000000000006", (await _server.Inbox.NextAsync<Input.ChannelDown>()).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Inbox.All(), input => input is Input.Received);
    }
}
