using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Tests.Replica;

namespace Zab.Tests.Calls;

/// <summary>Random faults on the way: whatever is refused, lost, repeated, or applied unseen, what callers were told is what happened.</summary>
public sealed class ExactlyOnceFaultTests
{
    [Fact] // C01, C13, C14
    public async Task Under_random_faults_every_caller_is_told_the_truth()
    {
        for (ulong seed = 1; seed <= 150; seed++) await RunAsync(seed);
    }

    private static async Task RunAsync(ulong seed)
    {
        using Server server = Server.WithSession();
        var random = new DeterministicRandom(seed);
        var calls = new List<(long By, Task<long> Task)>();
        var lost = new List<byte[]>();
        for (int step = 0; step < 300; step++) Step(server, random, calls, lost);

        // The faults end: everything comes to an end, too.
        server.Replica.IsFull = false;
        if (!server.Replica.View.IsServing) server.Replica.FindLeader();
        for (int i = 0; i < 60; i++)
        {
            server.PassTime(TimeSpan.FromMilliseconds(500));
            server.Replica.ApplyAll();
        }

        Assert.Equal(0, server.Calls.Count);
        await CheckAsync(server, seed, calls);
    }

    /// <summary>Each call adds its own power of two, so the sum tells which of them ran, and how often.</summary>
    private static async Task CheckAsync(Server server, ulong seed, List<(long By, Task<long> Task)> calls)
    {
        long sum = server.Value, acknowledged = 0, maybe = 0;
        foreach ((long by, Task<long> task) in calls)
        {
            try
            {
                long result = await task.Soon();
                Assert.True((result & by) != 0, $"seed {seed}: the answer {result:x} to the call {by:x} is another call's");
                acknowledged |= by;
            }
            catch (NotExecutedException)
            {
                Assert.True((sum & by) == 0, $"seed {seed}: the call {by:x} was told not executed, and ran");
            }
            catch (OutcomeUnknownException)
            {
                maybe |= by;
            }
        }

        Assert.True((sum & acknowledged) == acknowledged, $"seed {seed}: acknowledged {acknowledged:x}, and only {sum:x} is there");
        Assert.True((sum & ~(acknowledged | maybe)) == 0, $"seed {seed}: {sum:x} holds more than {acknowledged | maybe:x}");
    }

    private static void Step(Server server, DeterministicRandom random, List<(long By, Task<long> Task)> calls, List<byte[]> lost)
    {
        FakeReplica replica = server.Replica;
        int what = random.Next(100);
        if (what < 25)
        {
            if (calls.Count < 60) calls.Add((1L << calls.Count, server.AddAsync(1L << calls.Count)));
        }
        else if (what < 60)
        {
            if (replica.Pending.Count > 0) replica.ApplyNext();
        }
        else if (what < 70)
        {
            if (replica.Pending.Count > 0) replica.RefuseNext();
        }
        else if (what < 78)
        {
            // Everything on its way is in doubt: some of it comes with the new leader's history, some of it never.
            foreach (ProposalRequest request in replica.Pending) lost.Add(request.Payload.ToArray());
            replica.Pending.Clear();
            if (replica.View.IsServing) replica.LoseLeader();
            replica.FindLeader();
            foreach (byte[] payload in lost.Where(_ => random.Next(2) == 0)) replica.Apply(payload);
            lost.Clear();
        }
        else if (what < 80)
        {
            if (replica.View.IsServing) replica.LoseLeader();
            foreach (ProposalRequest request in replica.Pending) lost.Add(request.Payload.ToArray());
            replica.Pending.Clear();
        }
        else if (what < 84)
        {
            // A snapshot: some of what was on its way is in it, in order.
            while (replica.Pending.Count > 0 && random.Next(2) == 0) replica.ApplyUnheard(replica.LoseNext().Payload.ToArray());
            replica.InstallSnapshot();
        }
        else if (what < 88)
        {
            replica.IsFull = !replica.IsFull;
        }
        else if (what < 90)
        {
            if (replica.Machine.Sessions() is [{ Id: var id }, ..]) replica.Apply(RequestCodec.ExpireSession(id));
        }
        else
        {
            server.PassTime(TimeSpan.FromMilliseconds(random.Next(4000)));
        }
    }
}
