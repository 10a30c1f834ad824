using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>
/// I1, one leader per epoch; I5, a quorum before anything is committed; I6, and of acks that count; I8, a leader holds all that was committed;
/// I25, a configuration begins in it and in the one before.
/// </summary>
internal sealed class Commitment(Run run)
{
    /// <summary>The peer leads this epoch, established, and did not before this step. What it logged so far is the initial history.</summary>
    internal void Led(ServerRecord server, uint number)
    {
        EpochRecord epoch = run.Histories.At(number);
        Rule.Require("I1", epoch.Leader is null,
            $"server {server.Id} (life {server.Life}) leads epoch {number}, and server {epoch.Leader?.Id} (life {epoch.LeaderLife}) has led it");
        Rule.Require("I3", server.Hard.CurrentEpoch == number,
            $"server {server.Id} leads epoch {number}, and current epoch {server.Hard.CurrentEpoch} is durable");
        Rule.Require("I3", server.Durable == server.Logged,
            $"server {server.Id} leads epoch {number} with the initial history {server.Logged}, and holds {server.Durable}");
        RequireQuorum(server, epoch, server.Logged, "is established");
        if (run.Histories.EstablishedBefore(number) is { } before)
            Rule.Require("I8", run.Histories.Contains(server.Logged, before.CommittedThrough),
                $"server {server.Id} leads epoch {number} with the history {server.Logged}, and {before.CommittedThrough} was committed in "
                + $"epoch {before.Epoch}");
        run.Histories.Establish(epoch, server, server.Logged);
        server.Leading = number;
    }

    /// <summary>The leader has moved its commit point.</summary>
    internal void Decided(ServerRecord server, uint number, Zxid zxid)
    {
        EpochRecord epoch = run.Histories.At(number);
        Rule.Require("I17", zxid >= server.Committed, $"the commit point of leader {server.Id} goes back from {server.Committed} to {zxid}");
        Rule.Require("I17", run.Histories.Contains(server.Logged, zxid), $"leader {server.Id} commits {zxid}, and its log ends at {server.Logged}");
        RequireQuorum(server, epoch, zxid, "commits");
        Rule.Require("I8", run.Histories.IsOneOrder(zxid, run.Committed),
            $"leader {server.Id} of epoch {number} commits {zxid}, and {run.Committed}, which is committed, is of another history");
        if (run.Histories.EstablishedAfter(number) is { } later)
            Rule.Require("I8", run.Histories.Contains(later.InitialEnd, zxid),
                $"leader {server.Id} of epoch {number} commits {zxid}, and the leader of epoch {later.Epoch} was established with {later.InitialEnd}");
        server.Committed = epoch.CommittedThrough = zxid;
        run.Commit(zxid);
    }

    /// <summary>A server that does not lead has heard of a commit point.</summary>
    internal void Heard(ServerRecord server, Zxid zxid)
    {
        Rule.Require("I17", zxid >= server.Committed, $"the commit point of server {server.Id} goes back from {server.Committed} to {zxid}");
        Rule.Require("I17", run.IsCommitted(zxid),
            $"server {server.Id} takes {zxid} for committed, and {run.Committed} is the last that a leader has committed");
        Rule.Require("I17", run.Histories.Contains(server.Logged, zxid), $"server {server.Id} takes {zxid} for committed, and its log ends at {server.Logged}");
        server.Committed = zxid;
    }

    /// <summary>I5: nobody is told of a commit point that its sender has not reached.</summary>
    internal static void Told(ServerRecord server, Zxid committed) =>
        Rule.Require("I5", committed <= server.Committed, $"server {server.Id} says that {committed} is committed, and has committed {server.Committed}");

    internal void Sent(ServerRecord server, Message.UpToDate message)
    {
        Rule.Require("I5", run.Histories.At(message.Epoch).IsLedBy(server),
            $"server {server.Id} sends UPTODATE of epoch {message.Epoch}, in which it was not established");
        Told(server, message.Committed);
    }

    /// <summary>I5: an observer is sent only what is committed.</summary>
    internal static void Sent(ServerRecord server, ServerRecord to, Message.Proposal proposal)
    {
        Told(server, proposal.Committed);
        Rule.Require("I5", to.IsVoter || proposal.Entries[^1].Zxid <= server.Committed,
            $"server {server.Id} sends observer {to.Id} {proposal.Entries[^1].Zxid}, and has committed {server.Committed}");
    }

    // ---- Acks, as they arrive ----

    internal void Received(ServerRecord server, ChannelId id, Message message)
    {
        switch (message)
        {
            case Message.NewLeader m: server.NewLeader = (m.Epoch, m.SyncPoint); break;
            case Message.AckNewLeader m: server.Channel(id)?.Adopt(m.Epoch, m.SyncPoint); break;
            case Message.Ack m: server.Channel(id)?.Ack(m.Epoch, m.Zxid); break;
        }
    }

    /// <summary>
    /// Everything up to <paramref name="zxid"/> is on the disks of a quorum: as they said themselves, and as the leader can know from the channels that
    /// it has now. So it is in the configuration there, and in each before it back to one that is committed.
    /// </summary>
    private void RequireQuorum(ServerRecord leader, EpochRecord epoch, Zxid zxid, string what)
    {
        Ensemble config = run.Configs.At(zxid);
        RequireQuorum(leader, epoch, zxid, config, "I5", what);
        while (!run.IsCommitted(config.Version))
        {
            config = run.Configs.Before(config);
            RequireQuorum(leader, epoch, zxid, config, "I25", what);
        }
    }

    private void RequireQuorum(ServerRecord leader, EpochRecord epoch, Zxid zxid, Ensemble config, string invariant, string what)
    {
        int said = 0, heard = 0;
        foreach (Member voter in config.Voters)
        {
            ServerRecord server = run[voter.Id];
            if (server == leader)
            {
                bool counts = Configs.Names(voter, leader.Hard.Incarnation, leader.Hard.Founded) && leader.Hard.CurrentEpoch == epoch.Epoch;
                if (!counts || !run.Histories.Contains(leader.Durable, zxid)) continue;
                said++;
                heard++;
                continue;
            }

            SentAck ack = epoch.AckOf(server);
            if (!ack.HasAdopted || !Configs.Names(voter, ack.Incarnation, ack.IsFounded) || !run.Histories.Contains(ack.Through, zxid)) continue;
            said++;
            if (HasHeard(leader, server, epoch.Epoch, zxid)) heard++;
        }

        Rule.Require(invariant, said >= config.QuorumSize,
            $"server {leader.Id} {what} in epoch {epoch.Epoch} up to {zxid}: {said} of {config.Voters.Length} voters of the configuration of "
            + $"{config.Version} have that durable, and it takes {config.QuorumSize}");
        Rule.Require("I6", heard >= config.QuorumSize,
            $"server {leader.Id} {what} in epoch {epoch.Epoch} up to {zxid}: with the acks on channels that are open it has {heard}, and it takes "
            + $"{config.QuorumSize}");
    }

    private bool HasHeard(ServerRecord leader, ServerRecord learner, uint epoch, Zxid zxid)
    {
        foreach (OpenChannel channel in leader.Channels)
            if (channel.Learner == learner && channel.Epoch == epoch && run.Histories.Contains(channel.Acked, zxid)) return true;
        return false;
    }
}
