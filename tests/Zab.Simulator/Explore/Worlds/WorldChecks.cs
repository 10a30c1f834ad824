using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>What must hold in the whole after each step of one server. Rules go by their numbers in the list of invariants.</summary>
/// <remarks>
/// <code>
/// I1   one leader completes discovery of an epoch, and one is established in it
/// I2   a quorum of voters has promised an epoch on disk before its discovery is complete
/// I3   an epoch is adopted on disk behind its initial history
/// I5   what is committed is on the disks of a quorum
/// I7   ... and stays there; nobody ever knows anything else to be committed in its place
/// I8   a leader that is established holds everything committed of older epochs
/// I9   what is not in the initial history of an established epoch never becomes committed later with an older epoch
/// I10  only the leader that completed discovery of an epoch, once established, makes entries of it
/// I11  no two logs hold different entries under one zxid
/// I12  what servers know to be committed are beginnings of one history: so what they apply is, too (I13, I14, I15)
/// </code>
/// What one server does wrong by itself (I2, I3, I4, I10, I17, I30 and the invariants of the core) is checked where it takes its step.
/// </remarks>
internal sealed class WorldChecks(Tables tables)
{
    private readonly Setting _setting = tables.Setting;

    internal string? Check(World world, int server, Summary before, Summary after)
    {
        Ghost old = tables.Ghosts[world.GhostId];
        Ghost ghost = old;
        string? broken =
            CheckLeader(world, server, before, after, ref ghost)
            ?? CheckCommitted(world, after.Committed!, ref ghost)
            ?? (before.Durable != after.Durable && CountHolders(world, ghost.Committed) < _setting.QuorumSize ? $"I7: {Setting.IdOf(server)} drops {ghost.Committed.Last}, which is committed and now on too few disks" : null)
            ?? CheckAdopted(server, before, after, ghost)
            ?? (before.Logged != after.Logged ? CheckLogged(world, server, before, after, ghost) : null);
        if (!ReferenceEquals(ghost, old)) world.GhostId = tables.Ghosts.IdOf(ghost);
        return broken;
    }

    private string? CheckLeader(World world, int server, Summary before, Summary after, ref Ghost ghost)
    {
        if (after.Leading is not (LeaderPhase.Sync or LeaderPhase.Broadcast)) return null;
        EpochFact? fact = ghost.Of(after.LeaderEpoch);
        if (fact is null)
        {
            // A server alone tells nobody of its promise, so that may still be under way to the disk, before the epoch.
            int promises = CountVoters(world, summary => summary.AcceptedOnDisk >= after.LeaderEpoch);
            if (promises < _setting.QuorumSize && _setting.QuorumSize > 1) return $"I2: {Setting.IdOf(server)} completes discovery of epoch {after.LeaderEpoch}, which {promises} voters have promised on disk";
            fact = new EpochFact(after.LeaderEpoch, server, IsEstablished: false, after.Logged);
            ghost = ghost.With(fact);
        }

        if (fact.Leader != server) return $"I1: {Setting.IdOf(server)} completes discovery of epoch {after.LeaderEpoch}, as {Setting.IdOf(fact.Leader)} did";
        if (after.Leading != LeaderPhase.Broadcast || before.Leading == LeaderPhase.Broadcast) return null;
        HistoryPath older = ghost.Committed;
        while (older.Zxid.Epoch >= after.LeaderEpoch) older = older.Before!;       // One that is late to be established may have a successor already.
        if (!after.Logged.StartsWith(older)) return $"I8: {Setting.IdOf(server)} leads epoch {after.LeaderEpoch} with {after.Logged}, and {older} is committed";
        ghost = ghost.With(fact with { IsEstablished = true });
        return null;
    }

    private string? CheckCommitted(World world, HistoryPath committed, ref Ghost ghost)
    {
        if (ghost.Committed.StartsWith(committed)) return null;
        if (!committed.StartsWith(ghost.Committed)) return $"I7, I12: {committed} is known to be committed, and {ghost.Committed} was";
        int holders = CountHolders(world, committed);
        if (holders < _setting.QuorumSize) return $"I5: {committed.Last} is committed and on the disks of {holders} voters";
        for (HistoryPath at = committed; at != ghost.Committed; at = at.Before!)
        {
            foreach (EpochFact fact in ghost.Epochs)
                if (fact.IsEstablished && fact.Epoch > at.Zxid.Epoch && !fact.Initial.StartsWith(at)) return $"I9: {at.Last} is committed, and epoch {fact.Epoch} was established without it";
        }

        ghost = ghost with { Committed = committed };
        return null;
    }

    private static string? CheckAdopted(int server, Summary before, Summary after, Ghost ghost) =>
        after.CurrentOnDisk > before.CurrentOnDisk && ghost.Of(after.CurrentOnDisk) is { } fact && !after.Durable.StartsWith(fact.Initial)
            ? $"I3: {Setting.IdOf(server)} adopts epoch {fact.Epoch} on disk with {after.Durable}, and its initial history is {fact.Initial}"
            : null;

    private string? CheckLogged(World world, int server, Summary before, Summary after, Ghost ghost)
    {
        if (before.IsUp && after.Leading is not null && after.Logged != before.Logged)
        {
            if (after.Leading != LeaderPhase.Broadcast || before.Leading != LeaderPhase.Broadcast || after.Logged.Zxid.Epoch != after.LeaderEpoch || ghost.Of(after.LeaderEpoch)?.Leader != server)
                return $"I10: {Setting.IdOf(server)} makes {after.Logged.Last}, and is not the established leader of its epoch";
        }

        for (int other = 0; other < _setting.Count; other++)
        {
            Summary summary = world.Local(other).Summary;
            if ((after.Logged.Conflict(summary.Logged) ?? after.Logged.Conflict(summary.Durable)) is { } zxid && other != server)
                return $"I11: {Setting.IdOf(server)} and {Setting.IdOf(other)} hold different entries {zxid}";
        }

        return null;
    }

    private int CountHolders(World world, HistoryPath path) => CountVoters(world, summary => summary.Durable.StartsWith(path));

    private int CountVoters(World world, Func<Summary, bool> condition)
    {
        int count = 0;
        for (int i = 0; i < _setting.Voters; i++)
            if (condition(world.Local(i).Summary)) count++;
        return count;
    }
}
