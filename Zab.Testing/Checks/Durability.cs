using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>
/// I3, history before epoch before the ACK of NEWLEADER; I4, durable before it is acknowledged or claimed; I7, what is committed is never taken off a disk.
/// </summary>
internal sealed class Durability(Run run)
{
    /// <summary>The store says that these writes are durable. They must be the next ones that were asked for.</summary>
    internal void Durable(ServerRecord server, ReadOnlySpan<Output.Write> writes, bool installRejected)
    {
        foreach (Output.Write write in writes)
        {
            Rule.Require("I4", server.Pending.TryDequeue(out PendingWrite next) && next.Write.Id == write.Id,
                $"write {write.Id.Value} of server {server.Id} is reported durable, and {next.Write?.Id.Value ?? 0} is the next that was asked for");
            switch (write)
            {
                case Output.Append append: server.Durable = append.Entries[^1].Zxid; break;
                case Output.SaveHardState save: Saved(server, save.State, next.After); break;
                case Output.Truncate truncate: Cut(server, truncate.Target.Zxid); break;
                case Output.InstallSnapshot install when !installRejected: Installed(server, install); break;
                case Output.CompactLog compact: Compacted(server, compact.Through); break;
            }
        }
    }

    /// <summary>I3: what must be durable before an epoch is adopted. For a learner the sync point that it was told, for a leader all that it holds.</summary>
    internal static Zxid BeforeAdopting(ServerRecord server, HardState state) =>
        state.CurrentEpoch == server.Asked.CurrentEpoch && (state.RepairFloor is not null || server.Asked.RepairFloor is null) ? Zxid.None
        : server.NewLeader.Epoch == state.CurrentEpoch ? server.NewLeader.SyncPoint
        : server.Logged;

    internal void Sent(ServerRecord server, Message.AckNewLeader ack)
    {
        Rule.Require("I3", server.Hard.CurrentEpoch == ack.Epoch && server.Hard.AcceptedEpoch == ack.Epoch,
            $"server {server.Id} acknowledges NEWLEADER of epoch {ack.Epoch}, and accepted {server.Hard.AcceptedEpoch}, "
            + $"current {server.Hard.CurrentEpoch} are durable");
        Rule.Require("I3", run.Histories.Contains(server.Durable, ack.SyncPoint),
            $"server {server.Id} acknowledges NEWLEADER of epoch {ack.Epoch} at {ack.SyncPoint}, and holds {server.Durable}");
        run.Histories.At(ack.Epoch).Acked(server, ack.SyncPoint, isNewLeader: true);
    }

    internal void Sent(ServerRecord server, Message.Ack ack)
    {
        Rule.Require("I4", run.Histories.Contains(server.Durable, ack.Zxid),
            $"server {server.Id} acknowledges {ack.Zxid} in epoch {ack.Epoch}, and holds {server.Durable}");
        Rule.Require("I4", server.Hard.CurrentEpoch == ack.Epoch && server.Hard.AcceptedEpoch == ack.Epoch,
            $"server {server.Id} acknowledges {ack.Zxid} in epoch {ack.Epoch}, and accepted {server.Hard.AcceptedEpoch}, "
            + $"current {server.Hard.CurrentEpoch} are durable");
        run.Histories.At(ack.Epoch).Acked(server, ack.Zxid, isNewLeader: false);
    }

    internal void Sent(ServerRecord server, Message.SyncProgress progress) => RequireHeld(server, progress.Zxid, "reports");

    internal void Sent(ServerRecord server, Message.LearnerInfo info) => RequireHeld(server, info.LastDurable, "follows with");

    internal void Sent(ServerRecord server, Message.AckEpoch ack) => RequireHeld(server, ack.Last.Zxid, "answers LEADERINFO with");

    /// <summary>A vote that waited for a disk may speak of what was cut meanwhile: that can only make others wait.</summary>
    internal void Sent(ServerRecord server, Message.Vote vote)
    {
        RequireHeldOnce(server, vote.LastDurable, "votes with");
        if (vote.State == VoteState.Looking && vote.Candidate.Id == server.Id) RequireHeldOnce(server, vote.Candidate.LastZxid, "stands for election with");
    }

    private void RequireHeldOnce(ServerRecord server, Zxid zxid, string what)
    {
        if (!run.Histories.Contains(server.Replaced, zxid)) RequireHeld(server, zxid, what);
    }

    private void RequireHeld(ServerRecord server, Zxid zxid, string what) =>
        Rule.Require("I4", run.Histories.Contains(server.Durable, zxid), $"server {server.Id} {what} a history up to {zxid}, and holds {server.Durable}");

    private void Saved(ServerRecord server, HardState state, Zxid before)
    {
        Rule.Require("I3", run.Histories.Contains(server.Durable, before),
            $"server {server.Id} adopts epoch {state.CurrentEpoch} before {before} is durable; it holds {server.Durable}");
        if (state.Founding is { } record) run.Configs.Found(server, record);
        server.Hard = state;
    }

    private void Cut(ServerRecord server, Zxid target)
    {
        Rule.Require("I17", run.Histories.Contains(server.Durable, target), $"server {server.Id} cuts its log at {target}, and holds {server.Durable}");
        RequireKept(server, target, "cuts its log at");
        server.Replaced = server.Durable;
        server.Durable = target;
    }

    private void Installed(ServerRecord server, Output.InstallSnapshot install)
    {
        HistoryPoint point = install.Snapshot.Point;
        Rule.Require("I11", run.Histories.TryChain(point.Zxid, out ulong chain) && chain == point.Chain,
            $"server {server.Id} installs a snapshot at {point}, and {new HistoryPoint(point.Zxid, chain)} was proposed");
        Rule.Require("I27", run.IsCommitted(point.Zxid), $"server {server.Id} installs a snapshot at {point.Zxid}, and {run.Committed} is the last committed");
        RequireKept(server, point.Zxid, "installs a snapshot at");
        server.Replaced = server.Durable;
        server.Durable = server.Logged = server.Snapshot = point.Zxid;
        server.Installed = install.Id;
    }

    /// <summary>I7. A damaged server may go back: what it lacks, it does not count for.</summary>
    private void RequireKept(ServerRecord server, Zxid end, string what)
    {
        Zxid committed = run.Histories.Common(server.Durable, run.Committed);
        if (run.Histories.Contains(end, committed) || server.Hard.RepairFloor is { } floor && floor.LastZxid >= committed) return;
        Rule.Require("I7", false, $"server {server.Id} {what} {end}, and holds {committed}, which is committed");
    }

    private static void Compacted(ServerRecord server, Zxid through) =>
        Rule.Require("I7", through <= server.Snapshot, $"server {server.Id} drops its log up to {through}, and its newest snapshot is at {server.Snapshot}");
}
