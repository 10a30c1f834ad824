using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>What the checks of one run have in common: who there is, every history, and the one order of what is committed and applied.</summary>
internal sealed class Run
{
    private readonly Dictionary<ServerId, ServerRecord> _servers = [];

    internal Run(Ensemble startList)
    {
        Servers = [.. startList.Members.Select(static (member, index) => new ServerRecord(member.Id, index, member.IsVoter))];
        foreach (ServerRecord server in Servers) _servers.Add(server.Id, server);
        Configs = new Configs(startList, Histories);
    }

    /// <summary>Ascending by id.</summary>
    internal ServerRecord[] Servers { get; }

    internal Histories Histories { get; } = new();

    internal Configs Configs { get; }

    /// <summary>The one committed sequence, by its last entry. Only ever prolonged.</summary>
    internal Zxid Committed { get; private set; }

    /// <summary>The longest sequence that any server has applied. Only ever prolonged.</summary>
    internal Zxid Applied { get; set; }

    internal ServerRecord this[ServerId server] => _servers[server];

    /// <summary>Prolongs the committed sequence, of which what it was is the beginning.</summary>
    internal void Commit(Zxid zxid)
    {
        for (Zxid? end = zxid; end is { } at && at > Committed; end = Histories.At(at.Epoch).Parent) Histories.At(at.Epoch).CommittedEnd = at.Counter;
        if (zxid > Committed) Committed = zxid;
    }

    internal bool IsCommitted(Zxid zxid) => zxid.Counter <= Histories.At(zxid.Epoch).CommittedEnd || Histories.Contains(Committed, zxid);

    /// <summary>Whether this server's disk holds <paramref name="zxid"/>, which is committed. Quick for old ones, too.</summary>
    internal bool HoldsCommitted(ServerRecord server, Zxid zxid) => zxid <= Histories.Common(server.Durable, Committed);
}
