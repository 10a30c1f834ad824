using Xunit;
using Zab.Core;
using static Zab.Tests.Peers.Stories;

namespace Zab.Tests.Peers;

/// <summary>How long an ensemble is without a leader when the one it has is killed, with the default times.</summary>
public class FailoverTests
{
    /// <summary>Whoever is connected notices at once, and refused connections end the waiting for votes: so it takes messages and fsyncs, and no timer.</summary>
    [Theory]
    [InlineData(3, 0)]
    [InlineData(5, 0)]
    [InlineData(5, 1)]
    public void A_killed_leader_is_replaced_well_within_a_second(int voters, int alreadyDown)
    {
        for (ulong seed = 1; seed <= 25; seed++)
        {
            ModelNet net = Founded(voters, seed);
            net.StartAll();
            net.RunUntil(() => IsWhole(net), Bound);
            ModelServer leader = net.Leader!;
            foreach (ModelServer down in net.Servers.Values.Where(server => server != leader).Take(alreadyDown)) down.Crash();
            for (int i = 0; i < 20; i++)
            {
                foreach (ModelServer server in net.Servers.Values) server.Step(new Input.Submit([new ProposalRequest(1, new byte[100])]));
                net.Run(TimeSpan.FromTicks(net.Random.NextInt64(30_000)));
            }

            leader.Crash();
            TimeSpan killed = net.Now;
            net.RunUntil(() => net.Leader is not null && IsWhole(net), Bound);
            TimeSpan took = net.Now - killed;
            Assert.True(took < TimeSpan.FromMilliseconds(100), $"seed {seed}: it took {took.TotalMilliseconds:F0} ms\n{net.Describe()}");
        }
    }

    /// <summary>E09. A voter whose host swallows everything refuses no connection: then the election waits for its vote, once, and no longer than it has to.</summary>
    [Fact]
    public void A_silent_host_delays_the_next_leader_by_the_finalize_wait_only()
    {
        for (ulong seed = 1; seed <= 25; seed++)
        {
            ModelNet net = Founded(5, seed);
            net.StartAll();
            net.RunUntil(() => IsWhole(net), Bound);
            ModelServer leader = net.Leader!;
            ModelServer silent = Others(net, leader)[^1];
            foreach (ModelServer other in Others(net, silent)) net.Cut(silent.Id, other.Id);
            net.Run(TimeSpan.FromSeconds(2));
            leader.Crash();
            TimeSpan killed = net.Now;
            net.RunUntil(() => net.Leader is not null, Bound);
            TimeSpan took = net.Now - killed;
            Assert.True(took < net.Options.FinalizeWait + net.Options.Tick + TimeSpan.FromMilliseconds(20), $"seed {seed}: it took {took.TotalMilliseconds:F0} ms\n{net.Describe()}");
        }
    }

    private static bool IsWhole(ModelNet net) => net.Servers.Values.All(static server => !server.IsUp || server.Peer!.Role is Role.Leading or Role.Following);
}
