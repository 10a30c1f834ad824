using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Zab.Acceptance;

/// <summary>Strangers at the peer port: each loses its own connection, and that is all that happens.</summary>
public sealed class PeerPortTests
{
    [Fact]
    public async Task Garbage_oversized_and_half_frames_change_nothing()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        ServerOfEnsemble leader = await ensemble.ServingAsync();
        uint epoch = (await leader.StatusAsync("to lead", static s => s.IsLeader, EnsembleOfProcesses.Patience)).Epoch;
        await using var load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], clients: 8);
        await load.AdvanceAsync(50);

        var random = new Random(1);
        for (int i = 0; i < 30; i++)
        {
            foreach (ServerOfEnsemble server in ensemble.Servers) await SendAsync(server.PeerPort, Nonsense(random, i % 3));
        }

        await load.AdvanceAsync(50);
        await load.StopAsync();
        ServerStatus after = await Verifier.VerifyAsync(ensemble, load.Records);
        Assert.Equal((leader.Id, epoch), (after.Leader, after.Epoch));
    }

    /// <summary>Random bytes; a frame that says it is 2 GiB long; the first bytes of one that never goes on.</summary>
    private static byte[] Nonsense(Random random, int kind)
    {
        byte[] bytes = new byte[kind == 2 ? 17 : random.Next(1, 5000)];
        random.NextBytes(bytes);
        if (kind > 0 && bytes.Length >= 4) BinaryPrimitives.WriteInt32LittleEndian(bytes, kind == 1 ? int.MaxValue : 64);
        return bytes;
    }

    private static async Task SendAsync(int port, byte[] bytes)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        try
        {
            await socket.SendAsync(bytes);
        }
        catch (SocketException)
        {
            // Closed before all of it was sent: so it should be.
        }
    }
}
