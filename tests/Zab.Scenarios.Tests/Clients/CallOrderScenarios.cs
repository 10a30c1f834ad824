using Xunit;
using Zab.Core;
using Zab.Replica;
using Zab.Testing.Linearizability;

namespace Zab.Scenarios.Clients;

/// <summary>B.6 of the fault catalogue: what a client sees, in which order, and what it is told when there is too much of it.</summary>
public sealed class CallOrderScenarios
{
    [Fact]
    public void C04_a_client_that_moves_to_a_server_that_lags_never_sees_an_older_state()
    {
        Story story = Story.Running(voters: 3);
        uint leader = story.LeadingId(), lagging = story.FollowingIds()[0], other = story.FollowingIds()[1];
        story.Written(leader, "k", "old");
        story.UntilAllEqual();
        story.Network.Block(story[leader].Id, story[lagging].Id);
        story.Network.Block(story[other].Id, story[lagging].Id);
        Zxid seen = story.Written(other, "k", "new");           // What the client saw at the server that it comes from.
        Assert.Equal("old", story.Local(lagging, "k"));

        // A read of at least what it saw waits. A linearizable one is refused, for nobody confirms it.
        ValueTask caughtUp = story[lagging].Life!.Replica.WaitAppliedAsync(seen, CancellationToken.None);
        Task<Zxid> confirmed = story[lagging].Life!.Replica.Reads.Ask(out _);
        story.Run(5);
        Assert.False(caughtUp.IsCompleted);
        Assert.True(story[lagging].Life!.Replica.Status.LastApplied < seen);
        Assert.IsType<NotExecutedException>(confirmed.Exception!.InnerException);

        story.Network.HealAll();
        story.UntilAllEqual();
        Assert.True(story[lagging].Life!.Replica.Status.LastApplied >= seen);
        Assert.Equal("new", story.Local(lagging, "k"));
    }

    /// <summary>Four clients at three servers, each with three calls under way, and reads between them.</summary>
    [Fact]
    public void C09_calls_and_reads_of_one_session_keep_their_order_among_those_of_others()
    {
        Story story = Story.Running(voters: 3);
        (Caller Caller, uint Server, string Key)[] clients = [.. Enumerable.Range(0, 4).Select(i => (Caller.Open(story, 1 + (uint)(i % 3)), 1 + (uint)(i % 3), $"client {i}"))];
        ulong number = 0;
        for (int round = 0; round < 10; round++, number += 3)
        {
            (Call Call, int Client, ulong Number)[] calls =
            [
                .. from offset in (ulong[])[1, 2, 3]
                   from client in Enumerable.Range(0, clients.Length)
                   select (clients[client].Caller.Send(clients[client].Server, number + offset, Caller.Increment(clients[client].Key)), client, number + offset),
            ];
            int answered = 0;
            while (calls.Any(static call => !call.Call.Answer.IsCompleted))
            {
                story.Until(() => calls.Count(static call => call.Call.Answer.IsCompleted) > answered, "a call is answered");
                answered = calls.Count(static call => call.Call.Answer.IsCompleted);
                foreach (IGrouping<int, (Call Call, int Client, ulong Number)> own in calls.GroupBy(static call => call.Client))
                {
                    bool[] done = [.. own.Select(static call => call.Call.Answer.IsCompleted)];
                    Assert.Equal(done.OrderDescending(), done);             // Answers come in the order of the calls,
                    (Caller _, uint server, string key) = clients[own.Key];
                    long least = (long)number + done.Count(static isDone => isDone);
                    Assert.True(long.Parse(story.Local(server, key) ?? "0", System.Globalization.CultureInfo.InvariantCulture) >= least);      // and a read behind an answer sees what it told.
                }
            }

            foreach ((Call call, int _, ulong expected) in calls) Assert.Equal((long)expected, Caller.Number(call));
        }

        foreach ((Caller _, uint server, string key) in clients) Assert.Equal("30", story.Read(server, key));
        story.UntilAllEqual();
    }

    [Fact]
    public void C10_more_calls_than_a_server_may_hold_are_refused_at_once_and_disturb_no_heartbeat()
    {
        Story story = Story.Running(voters: 3, with: static options => options with { SnapshotEveryBytes = 1024 * 1024, Store = options.Store with { SegmentBytes = 1024 * 1024, PreallocateBytes = 256 * 1024 } });
        uint server = story.FollowingIds()[0], leader = story.LeadingId(), epoch = story.Leader.Life!.Peer.Epoch;
        story.Written(server, "before", "1");
        int refused = 0;
        var taken = new List<Call>();
        Invocation increment = Caller.Increment("n");
        for (int i = 0; i < CallLimits.CallsMax + 2000; i++)
        {
            try
            {
                taken.Add(Caller.Send(story, server, increment));
            }
            catch (NotExecutedException)
            {
                refused++;
            }

            Assert.True(story[server].Life!.Calls.Count <= CallLimits.CallsMax);
        }

        Assert.Equal((CallLimits.CallsMax, 2000), (taken.Count, refused));
        story.Until(() => taken.TrueForAll(static call => call.Answer.IsCompleted), "all that was taken is answered");
        for (int i = 0; i < taken.Count; i++) Assert.Equal(i + 1, Caller.Number(taken[i]));
        Assert.Equal(0, story[server].Life!.Calls.Count);
        Assert.Equal((leader, epoch), (story.LeadingId(), story.Leader.Life!.Peer.Epoch));
        Assert.Equal(CallLimits.CallsMax.ToString(System.Globalization.CultureInfo.InvariantCulture), story.Read(leader, "n"));
    }
}
