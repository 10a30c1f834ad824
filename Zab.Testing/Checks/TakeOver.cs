using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>What a server promised to the leader of one epoch, and what it said it holds.</summary>
/// <param name="To">The leader; null where nothing was promised.</param>
/// <param name="Incarnation">The directory that the promise is in.</param>
/// <param name="IsFounded">Whether that directory was founded.</param>
/// <param name="Held">Its history.</param>
/// <param name="Floor">What it once held, where it is damaged.</param>
internal readonly record struct SentPromise(ServerRecord? To, Incarnation Incarnation, bool IsFounded, (uint CurrentEpoch, Zxid Last) Held, RepairFloor? Floor);

/// <summary>
/// I1, whoever takes an epoch over as its leader was promised it by a quorum; I8, and none of that quorum held more than the leader does. Both follow in the
/// end from who commits what; here they are noticed when the mistake is made, not in the one run of a million in which it loses something.
/// </summary>
internal sealed class TakeOver(Run run)
{
    internal void Promised(ServerRecord server, ServerRecord to, Message.AckEpoch ack)
    {
        if (ack.IsPromise) run.Histories.At(ack.Epoch).Promised(server, new SentPromise(to, server.Hard.Incarnation, server.Hard.Founded, (ack.CurrentEpoch, ack.Last.Zxid), ack.RepairFloor));
    }

    /// <summary>A new current epoch is about to be written. A learner has NEWLEADER to show for it; everybody else leads.</summary>
    internal void Asked(ServerRecord server, HardState before, HardState state)
    {
        if (state.CurrentEpoch <= before.CurrentEpoch || server.NewLeader.Epoch == state.CurrentEpoch) return;
        Ensemble config = run.Configs.At(server.Logged);
        RequireQuorum(server, before, state.CurrentEpoch, config);
        while (!run.IsCommitted(config.Version))
        {
            config = run.Configs.Before(config);
            RequireQuorum(server, before, state.CurrentEpoch, config);
        }
    }

    private void RequireQuorum(ServerRecord leader, HardState before, uint number, Ensemble config)
    {
        EpochRecord epoch = run.Histories.At(number);
        (uint CurrentEpoch, Zxid Last) held = (before.CurrentEpoch, leader.Logged);
        int promised = 0, notBetter = 0;
        foreach (Member voter in config.Voters)
        {
            ServerRecord server = run[voter.Id];
            if (server == leader)
            {
                if (!Configs.Names(voter, before.Incarnation, before.Founded)) continue;
                promised++;
                notBetter++;
                continue;
            }

            SentPromise promise = epoch.PromiseOf(server);
            if (promise.To != leader || !Configs.Names(voter, promise.Incarnation, promise.IsFounded)) continue;
            promised++;
            if (promise.Held.CompareTo(held) <= 0 && (promise.Floor is not { } floor || (floor.CurrentEpoch, floor.LastZxid).CompareTo(held) <= 0)) notBetter++;
        }

        Rule.Require("I1", promised >= config.QuorumSize,
            $"server {leader.Id} takes epoch {number} over, and {promised} of {config.Voters.Length} voters of the configuration of {config.Version} have promised it; it takes {config.QuorumSize}");
        Rule.Require("I8", notBetter >= config.QuorumSize,
            $"server {leader.Id} takes epoch {number} over with epoch {held.CurrentEpoch}, {held.Last}, and of {promised} that have promised it only {notBetter} held no more; it takes {config.QuorumSize}");
    }
}
