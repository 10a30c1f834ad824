using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>
/// The one order of what is applied.
/// <code>
/// an entry that a server applies                                        else
/// was proposed, and is what was proposed                                I10, I11
/// was not applied in this life, and is of no older epoch                I10, I15
/// follows what was applied: the next of its leader; or of the next      I14, I12
/// is committed: not beside what others applied; in the initial          I12, I9
///   history of every later leader; not beside what is committed;        I13
///   not after it                                                        I17
/// was given to the state machine; is durable there                      I17
/// </code>
/// </summary>
internal sealed class Order(Run run, Entries entries)
{
    internal void Applied(ServerRecord server, Entry entry)
    {
        Zxid zxid = entry.Zxid;
        entries.CheckGenuine(server, entry, "applies");
        Rule.Require("I15", zxid.Epoch >= server.Applied.Epoch, $"server {server.Id} applies {zxid} after {server.Applied}");
        Rule.Require("I10", zxid > server.Applied, $"server {server.Id} applies {zxid} again, after {server.Applied}");
        if (entry.PrevZxid != server.Applied) Gap(server, entry);
        if (!run.IsCommitted(zxid)) Uncommitted(server, zxid);
        Rule.Require("I17", zxid <= server.CommitGiven, $"server {server.Id} applies {zxid}, and was told to apply up to {server.CommitGiven}");
        Rule.Require("I17", run.HoldsCommitted(server, zxid), $"server {server.Id} applies {zxid}, and holds {server.Durable}");
        Advance(server, zxid);
    }

    /// <summary>The state is that of a snapshot from here on.</summary>
    internal void Replaced(ServerRecord server, HistoryPoint point)
    {
        entries.CheckKnown(server, point, "takes over a snapshot at");
        Rule.Require("I27", point.Zxid >= server.Applied, $"server {server.Id} takes over a snapshot at {point.Zxid}, and has applied {server.Applied}");
        Rule.Require("I27", run.IsCommitted(point.Zxid),
            $"server {server.Id} takes over a snapshot at {point.Zxid}, and {run.Committed} is the last committed");
        Rule.Require("I27", run.Histories.Contains(server.Durable, point.Zxid),
            $"server {server.Id} takes over a snapshot at {point.Zxid}, and holds {server.Durable}");
        server.StateBase = point.Zxid;
        if (point.Zxid > server.CommitGiven) server.CommitGiven = point.Zxid;
        Advance(server, point.Zxid);
    }

    /// <summary>A snapshot was made of what this server has applied.</summary>
    internal void Made(ServerRecord server, HistoryPoint point)
    {
        entries.CheckKnown(server, point, "makes a snapshot at");
        Rule.Require("I27", run.Histories.Contains(server.Applied, point.Zxid),
            $"server {server.Id} makes a snapshot at {point.Zxid}, and has applied {server.Applied}");
        Rule.Require("I27", run.Histories.Contains(server.Durable, point.Zxid),
            $"server {server.Id} makes a snapshot at {point.Zxid}, and holds {server.Durable}");
        if (point.Zxid > server.Snapshot) server.Snapshot = point.Zxid;
    }

    /// <summary>The state machine is told how far to apply.</summary>
    internal void Given(ServerRecord server, Zxid through)
    {
        Rule.Require("I17", through >= server.CommitGiven, $"server {server.Id} is told to apply up to {through}, after {server.CommitGiven}");
        Rule.Require("I17", through <= server.Committed, $"server {server.Id} is told to apply up to {through}, and knows {server.Committed} to be committed");
        Rule.Require("I17", run.HoldsCommitted(server, through), $"server {server.Id} is told to apply up to {through}, and holds {server.Durable}");
        server.CommitGiven = through;
    }

    private void Advance(ServerRecord server, Zxid zxid)
    {
        server.Applied = zxid;
        if (zxid > run.Applied) run.Applied = zxid;
    }

    /// <summary>What is committed is one order, and every later leader began with it. So this breaks at least one rule; the first of them is told.</summary>
    private void Uncommitted(ServerRecord server, Zxid zxid)
    {
        Rule.Require("I12", run.Histories.IsOneOrder(zxid, run.Applied),
            $"server {server.Id} applies {zxid}, and others applied up to {run.Applied}, which is of another history");
        if (run.Histories.EstablishedAfter(zxid.Epoch) is { } later)
            Rule.Require("I9", run.Histories.Contains(later.InitialEnd, zxid),
                $"server {server.Id} applies {zxid}, which the leader of epoch {later.Epoch} did not have: it was established with {later.InitialEnd}");
        Rule.Require("I13", run.Histories.IsOneOrder(zxid, run.Committed),
            $"server {server.Id} applies {zxid}, and {run.Committed}, which is committed, is of another history");
        Rule.Require("I17", false, $"server {server.Id} applies {zxid}, and {run.Committed} is the last committed");
    }

    private static void Gap(ServerRecord server, Entry entry)
    {
        bool isOfOneLeader = entry.PrevZxid.Epoch == entry.Zxid.Epoch;
        Rule.Require(isOfOneLeader ? "I14" : "I12", false,
            $"server {server.Id} applies {entry.Zxid} after {server.Applied}, and {entry.PrevZxid} comes before it");
    }
}
