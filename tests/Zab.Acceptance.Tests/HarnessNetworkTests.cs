using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Zab.Acceptance;

/// <summary>The network that servers are given does to their bytes what it is told to, and nothing else.</summary>
public sealed class HarnessNetworkTests : IAsyncLifetime
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private Network _network = null!;
    private Socket _one = null!, _two = null!;

    /// <summary>Server 1 has dialed server 2.</summary>
    public async Task InitializeAsync()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _network = new Network(new Dictionary<uint, int> { [1] = Ports.Free(1)[0], [2] = ((IPEndPoint)_listener.LocalEndPoint!).Port });
        _network.Record();
        (_one, _two) = await ConnectAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (Socket socket in new[] { _one, _two, _listener }) socket.Dispose();
        await _network.DisposeAsync();
    }

    [Fact]
    public async Task Bytes_go_both_ways_and_are_recorded()
    {
        await _one.SendAsync(new byte[] { 1, 2, 3 });
        Assert.Equal([1, 2, 3], await ReceiveAsync(_two, 3));
        await _two.SendAsync(new byte[] { 4, 5 });
        Assert.Equal([4, 5], await ReceiveAsync(_one, 2));
        Recording recording = Assert.Single(_network.Recordings);
        Assert.Equal((1u, 2u), (recording.Dialer, recording.Dialed));
        Assert.Equal([1, 2, 3], recording.FromDialer.ToArray());
        Assert.Equal([4, 5], recording.FromDialed.ToArray());
    }

    [Fact]
    public async Task A_way_that_is_cut_carries_nothing_the_other_way_goes_on_and_what_was_sent_comes_later()
    {
        _network[1, 2].Cut();
        await _one.SendAsync(new byte[] { 1 });
        await _two.SendAsync(new byte[] { 2 });
        Assert.Equal([2], await ReceiveAsync(_one, 1));
        Assert.False(_two.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead));

        _one.Shutdown(SocketShutdown.Send);
        _network.RestoreAll();
        Assert.Equal([1], await ReceiveAsync(_two, 1));
        Assert.Equal(0, await _two.ReceiveAsync(new byte[1]));
    }

    [Fact]
    public void Only_the_ways_that_were_meant_are_cut()
    {
        _network.CutBetween(static (a, b) => (a, b) == (2, 1));
        Assert.True(_network[1, 2].IsCut && _network[2, 1].IsCut);
        _network.RestoreAll();
        Assert.False(_network[1, 2].IsCut || _network[2, 1].IsCut);
    }

    [Fact]
    public async Task A_connection_that_breaks_ends_for_both_and_loses_what_was_underway()
    {
        await Bytes_go_both_ways_and_are_recorded();
        _network[1, 2].Cut();
        await _one.SendAsync(new byte[] { 1 });
        _network.BreakConnectionsOf(2);
        _network.RestoreAll();
        Assert.Equal(0, await EndAsync(_two));
        Assert.Equal(0, await EndAsync(_one));
    }

    [Fact]
    public async Task Bits_are_flipped_one_in_a_byte_and_counted()
    {
        _network[1, 2].FlipsPerMillion = 500_000;
        byte[] sent = new byte[1000];
        await _one.SendAsync(sent);
        byte[] received = await ReceiveAsync(_two, sent.Length);
        Assert.InRange(received.Count(static b => b != 0), 300, 700);
        Assert.All(received, static b => Assert.True(b == 0 || byte.IsPow2(b)));
        Assert.Equal(received.Count(static b => b != 0), _network[1, 2].Flipped);
    }

    [Fact]
    public async Task Who_dials_an_impostor_never_reaches_the_server()
    {
        _network.Impersonate(1, 2, static async socket => await socket.SendAsync(new byte[] { 9 }));
        using Socket dialer = await DialAsync();
        Assert.Equal([9], await ReceiveAsync(dialer, 1));
        Assert.False(_listener.Poll(TimeSpan.FromMilliseconds(100), SelectMode.SelectRead));
    }

    private async Task<(Socket One, Socket Two)> ConnectAsync()
    {
        Socket one = await DialAsync();
        return (one, await _listener.AcceptAsync());
    }

    private async Task<Socket> DialAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _network.PortFor(1, 2));
        return socket;
    }

    private static async Task<byte[]> ReceiveAsync(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        using var limit = new CancellationTokenSource(EnsembleOfProcesses.Patience);
        for (int received = 0; received < count;)
        {
            int read = await socket.ReceiveAsync(bytes.AsMemory(received), limit.Token);
            if (read == 0) throw new AcceptanceException($"The connection ended after {received} of {count} bytes.");
            received += read;
        }

        return bytes;
    }

    /// <summary>0: it has ended, with an error or without.</summary>
    private static async Task<int> EndAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1]);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
