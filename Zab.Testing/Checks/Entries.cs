using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>
/// I10, only leaders propose; I11, a zxid has one content for ever; I16, a leader begins with all that was applied; I17, a log has no gap;
/// I25, configurations come one at a time.
/// </summary>
internal sealed class Entries(Run run)
{
    private Message? _checked;      // The same message goes to many.

    /// <summary>A server asks for entries to be appended: as their leader it proposes them.</summary>
    internal void Appended(ServerRecord server, Entry[] entries)
    {
        foreach (Entry entry in entries)
        {
            Rule.Require("I17", entry.PrevZxid == server.Logged && Entry.IsNext(server.Logged, entry.Zxid),
                $"server {server.Id} appends {entry.Zxid}, which follows {entry.PrevZxid}, to a log that ends at {server.Logged}");
            if (server.Leading == entry.Zxid.Epoch && server.Leading != 0) Proposed(server, entry);
            CheckGenuine(server, entry, "appends");
            server.Logged = entry.Zxid;
        }
    }

    /// <summary>Whatever is sent of a history is part of one.</summary>
    internal void Sent(ServerRecord server, Message.Proposal proposal)
    {
        if (ReferenceEquals(_checked, proposal)) return;
        foreach (Entry entry in proposal.Entries) CheckKnown(server, entry.Point, "sends");
        _checked = proposal;
    }

    internal void CheckKnown(ServerRecord server, HistoryPoint point, string what)
    {
        if (point.Zxid == Zxid.None) return;
        Rule.Require("I10", run.Histories.TryChain(point.Zxid, out ulong chain), $"server {server.Id} {what} {point.Zxid}, which nobody has proposed");
        Rule.Require("I11", chain == point.Chain, $"server {server.Id} {what} {point}, and {new HistoryPoint(point.Zxid, chain)} was proposed");
    }

    /// <summary>The hash is the known one, and the content is what it stands for.</summary>
    internal void CheckGenuine(ServerRecord server, Entry entry, string what)
    {
        CheckKnown(server, entry.Point, what);
        if (entry.PrevZxid == Zxid.None || run.Histories.TryChain(entry.PrevZxid, out _))
            Rule.Require("I11", entry.Follows(PointAt(entry.PrevZxid)),
                $"server {server.Id} {what} {entry.Zxid} with a content that its chain hash does not stand for");
    }

    private HistoryPoint PointAt(Zxid zxid) => new(zxid, run.Histories.TryChain(zxid, out ulong chain) ? chain : 0);

    private void Proposed(ServerRecord server, Entry entry)
    {
        EpochRecord epoch = run.Histories.At(entry.Zxid.Epoch);
        Rule.Require("I11", !epoch.TryChain(entry.Zxid.Counter, out ulong chain),
            $"leader {server.Id} proposes {entry.Point}, and {new HistoryPoint(entry.Zxid, chain)} was proposed before");
        if (entry.Zxid.Counter == 1 && run.Applied.Epoch < epoch.Epoch)
            Rule.Require("I16", run.Histories.Contains(entry.PrevZxid, run.Applied),
                $"leader {server.Id} of epoch {epoch.Epoch} begins after {entry.PrevZxid}, and {run.Applied} was applied");
        run.Histories.Add(entry.Point, entry.PrevZxid);
        if (entry.Type == EntryType.Config) Configured(server, Ensemble.Decode(entry.Payload.Span).At(entry.Zxid));
    }

    private void Configured(ServerRecord server, Ensemble config)
    {
        Ensemble before = run.Configs.At(server.Logged);
        Rule.Require("I25", before.Version <= server.Committed,
            $"leader {server.Id} proposes a configuration at {config.Version}, and the one at {before.Version} is not committed");
        Rule.Require("I25", Configs.Meet(before, config),
            $"leader {server.Id} proposes the configuration ({config}) at {config.Version}, and a quorum of it need not meet one of ({before})");
        run.Configs.Add(config);
    }
}
