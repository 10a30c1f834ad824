using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Zab.Acceptance;

/// <summary>What went over connections of an epoch that is over is played again: to the servers that accepted, and to a learner that dials its leader. Both close, and nothing else happens.</summary>
internal sealed class ReplayedBytes(Action<string> report)
{
    /// <summary>The largest answer to a hello: docs/FORMAT.md.</summary>
    private const int AnswerBytesMax = 1061;

    internal async Task RunAsync()
    {
        await using var ensemble = new EnsembleOfProcesses(new() { IsProxied = true });
        ServerOfEnsemble leader = ensemble[3], learner = ensemble[1];
        ensemble.Network.Record();
        ensemble.StartAll();
        await ensemble.LedByAsync(leader);
        await using var load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], clients: 4);
        await load.AdvanceAsync(50);
        ServerStatus old = await leader.StatusAsync("to lead", static s => s.IsLeader, EnsembleOfProcesses.Patience);

        // The same server leads a later epoch.
        await leader.KillAsync();
        await ensemble.LeaderAfterAsync(old.Epoch, EnsembleOfProcesses.Patience);
        Recording[] recordings = [.. ensemble.Network.Recordings];
        leader.Start();
        await ensemble.LedByAsync(leader);
        await load.AdvanceAsync(20);
        ServerStatus present = await leader.StatusAsync("to lead", static s => s.IsLeader, EnsembleOfProcesses.Patience);

        int played = 0;
        foreach (Recording recording in recordings.Where(static r => r.FromDialer.Length > 0))
        {
            await PlayToAcceptorAsync(ensemble[recording.Dialed].PeerPort, recording.FromDialer.ToArray(), afterAnswer: false);
            await PlayToAcceptorAsync(ensemble[recording.Dialed].PeerPort, recording.FromDialer.ToArray(), afterAnswer: true);
            played++;
        }

        Recording channel = recordings.Where(r => (r.Dialer, r.Dialed) == (learner.Id, leader.Id)).MaxBy(static r => r.FromDialed.Length) ?? throw new AcceptanceException("No channel was recorded.");
        int dials = await PlayToLearnerAsync(ensemble, learner, leader, channel.FromDialed.ToArray());

        await ensemble.ServingAsync();
        await load.AdvanceAsync(20);
        await load.StopAsync();
        ServerStatus after = await Verifier.VerifyAsync(ensemble, load.Records);
        if ((after.Leader, after.Epoch) != (leader.Id, present.Epoch)) throw new AcceptanceException($"What was played again has changed who leads: server {leader.Id} in epoch {present.Epoch} before, and then {after}");
        report($"{played} connections of epoch {old.Epoch} and before played to those that had accepted them, one {dials} times to the learner that had dialed; epoch {present.Epoch} went on");
    }

    /// <summary>Either at once, or as the one who dialed did: hello, and the rest behind the answer. The server closes, and has said no more than that answer.</summary>
    private static async Task PlayToAcceptorAsync(int port, byte[] bytes, bool afterAnswer)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var limit = new CancellationTokenSource(EnsembleOfProcesses.Patience);
        await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
        byte[] answer = new byte[2 * AnswerBytesMax];
        int received = 0;
        try
        {
            int hello = Math.Min(BinaryPrimitives.ReadInt32LittleEndian(bytes), bytes.Length);
            if (afterAnswer)
            {
                await socket.SendAsync(bytes.AsMemory(0, hello), limit.Token);
                received = await socket.ReceiveAsync(answer, limit.Token);
                bytes = bytes[hello..];
            }

            await socket.SendAsync(bytes, limit.Token);
            for (int count = 1; count > 0 && received < answer.Length; received += count) count = await socket.ReceiveAsync(answer.AsMemory(received), limit.Token);
        }
        catch (SocketException)
        {
            // Closed while it was still being told: so it should be.
        }

        if (received > AnswerBytesMax) throw new AcceptanceException($"A server answered a recording with {received} bytes.");
    }

    /// <summary>Answers the learner with the recording, each time that it dials its leader, until it has refused that often enough. Gives how often.</summary>
    private static async Task<int> PlayToLearnerAsync(EnsembleOfProcesses ensemble, ServerOfEnsemble learner, ServerOfEnsemble leader, byte[] bytes)
    {
        const int Enough = 3;
        int dials = 0;
        bool left = false;                  // Until it has noticed that its connections broke, it says whom it followed over them.
        ensemble.Network.Impersonate(learner.Id, leader.Id, async socket =>
        {
            try
            {
                await socket.ReceiveAsync(new byte[AnswerBytesMax]);
                await socket.SendAsync(bytes);
                while (await socket.ReceiveAsync(new byte[AnswerBytesMax]) > 0)
                {
                    // What it says to a leader that is none does not matter; it ends.
                }
            }
            catch (SocketException)
            {
                // Closed with bytes that it had not read: a reset, which is an end, too.
            }

            Interlocked.Increment(ref dials);
        });
        ensemble.Network.BreakConnectionsOf(learner.Id);
        await Until.TrueAsync("the learner to dial its leader, and to close", EnsembleOfProcesses.Patience, async () =>
        {
            ServerStatus? status = await learner.TryStatusAsync();
            bool follows = status is { HasLeader: true } && status.Leader == leader.Id;
            if (left && follows) throw new AcceptanceException("The learner follows a recording.");
            left |= status is not null && !follows;
            return Volatile.Read(ref dials) >= Enough;
        }, ensemble.Describe);
        ensemble.Network.Impersonate(learner.Id, leader.Id, null);
        return dials;
    }
}
