using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>
/// What a start finds must be what the last life left: I7, nothing that was durable is missing; I10, nothing is there that was not appended;
/// I3 and I30, promises.
/// </summary>
/// <remarks>
/// Writes that were asked for and not reported may have been done, in their order: each of the states that they lead through is right.
/// <code>
/// what was done to the directory   what a start may find
/// nothing                          one of those states
/// wiped                            an empty history under a new incarnation; nothing is expected of it any more
/// restored from an old copy        any history that once was; its promises may be older
/// copied from another server       the same as nothing: a start on it must have been refused
/// damaged                          one of those states; or the beginning of one, with a repair floor set
/// </code>
/// </remarks>
internal sealed class Directories(Run run)
{
    internal void Started(ServerRecord server, RecoveredState recovered)
    {
        CheckOwner(server, recovered.HardState);
        if (!server.IsKnown) TakeAsGiven(recovered);
        else if (server.IsWiped) CheckEmpty(server, recovered);
        else if (!server.IsRestored) CheckLeft(server, recovered);
        CheckKnown(server, recovered);
        if (server.IsWiped || server.IsRestored || !server.IsKnown) server.Promised = recovered.HardState.AcceptedEpoch;
        if (server.IsWiped) server.IsDamaged = false;
        if (recovered.HardState.Founding is { } record) run.Configs.Found(server, record);
        server.BeginLife(recovered);
    }

    internal static void Disturbed(ServerRecord server, DirectoryFault fault)
    {
        switch (fault)
        {
            case DirectoryFault.Wiped: server.IsWiped = true; break;
            case DirectoryFault.RestoredOld: server.IsRestored = true; break;
            case DirectoryFault.Damaged: server.IsDamaged = true; break;
            case DirectoryFault.CopiedFromOther: break;
            default: throw new ArgumentOutOfRangeException(nameof(fault));
        }
    }

    private void CheckOwner(ServerRecord server, HardState found)
    {
        Rule.Require("I7", found.ServerId == server.Id, $"server {server.Id} has started on the directory of server {found.ServerId}");
        foreach (ServerRecord other in run.Servers)
            Rule.Require("I7", other == server || !other.IsKnown || other.Hard.Incarnation != found.Incarnation,
                $"server {server.Id} has started on a directory with the incarnation {found.Incarnation} of server {other.Id}");
    }

    /// <summary>The first start of a server: a directory may have been prepared for it, with a history that no leader of this run proposed.</summary>
    private void TakeAsGiven(RecoveredState recovered)
    {
        History history = recovered.History;
        Note(history.Base, previous: null);
        for (Zxid previous = history.Base.Zxid; history.TryNext(previous, out Zxid next); previous = next)
        {
            history.TryGet(next, out HistoryPoint point);
            Note(point, previous);
        }

        foreach (Ensemble config in recovered.Configs)
            if (config.Version != Zxid.None) run.Configs.Add(config);
        Zxid state = recovered.Snapshot?.Point.Zxid ?? history.Base.Zxid;
        Rule.Require("I13", run.Histories.IsOneOrder(run.Committed, state),
            $"a server begins with a snapshot at {state}, and {run.Committed}, which is committed, is of another history");
        run.Commit(state);
    }

    private void Note(HistoryPoint point, Zxid? previous)
    {
        if (point.Zxid == Zxid.None) return;
        bool isKnown = run.Histories.TryChain(point.Zxid, out ulong chain);
        Rule.Require("I11", !isKnown || chain == point.Chain,
            $"{new HistoryPoint(point.Zxid, chain)} stands on one server, and {point} on another");
        run.Histories.Add(point, previous);
    }

    private static void CheckEmpty(ServerRecord server, RecoveredState recovered)
    {
        Rule.Require("I7", recovered.HardState.Incarnation != server.Hard.Incarnation,
            $"the directory of server {server.Id} was lost, and the new one has the same incarnation {server.Hard.Incarnation}");
        Rule.Require("I10", recovered.History.Last.Zxid == Zxid.None,
            $"the directory of server {server.Id} was lost, and the new one holds a history up to {recovered.History.Last}");
    }

    private void CheckLeft(ServerRecord server, RecoveredState recovered)
    {
        var judgement = new Judgement(run.Histories, server, recovered);
        if (judgement.IsRight) return;
        HardState found = recovered.HardState, durable = server.Hard;
        Zxid last = recovered.History.Last.Zxid;
        Rule.Require("I7", found.Incarnation == durable.Incarnation,
            $"server {server.Id} comes back with the incarnation {found.Incarnation}, and nothing was done to its directory, whose incarnation was "
            + $"{durable.Incarnation}");
        bool goesBack = found.AcceptedEpoch < durable.AcceptedEpoch || found.CurrentEpoch < durable.CurrentEpoch || found.Generation < durable.Generation;
        Rule.Require("I30", !goesBack,
            $"server {server.Id} comes back with accepted epoch {found.AcceptedEpoch}, current epoch {found.CurrentEpoch}, generation {found.Generation}, "
            + $"and {durable.AcceptedEpoch}, {durable.CurrentEpoch}, {durable.Generation} were durable");
        Rule.Require("I7", judgement.IsLastRight || !run.Histories.Contains(server.Durable, last),
            $"server {server.Id} comes back with a history up to {last}{Floor(found)}, and it was reported durable up to {server.Durable}");
        Rule.Require("I10", judgement.IsLastRight,
            $"server {server.Id} comes back with a history up to {last}, which no write of it leads to; {server.Durable} was reported durable");
        Rule.Require("I7", found.RepairFloor is null || durable.RepairFloor is not null,
            $"server {server.Id} comes back with a repair floor at {found.RepairFloor}, and nothing damaged its directory");
        Rule.Require("I7", found.RepairFloor == durable.RepairFloor || judgement.ArePromisesRight,
            $"server {server.Id} comes back with {(found.RepairFloor is { } floor ? $"a repair floor at {floor}" : "no repair floor")}, and the one "
            + $"at {durable.RepairFloor} was durable");
        Rule.Require("I3", !judgement.ArePromisesRight,
            $"server {server.Id} comes back with current epoch {found.CurrentEpoch} and a history up to {last}: the epoch became durable before the "
            + $"history that was asked to be written before it, or the other way round");
        Rule.Require("I30", false,
            $"server {server.Id} comes back with promises (accepted {found.AcceptedEpoch}, current {found.CurrentEpoch}, cluster {found.ClusterId}) "
            + $"that it was never asked to write; {durable.AcceptedEpoch}, {durable.CurrentEpoch}, {durable.ClusterId} were durable");
    }

    private static string Floor(HardState state) => state.RepairFloor is { } floor ? $" and a repair floor at {floor}" : "";

    /// <summary>What was found is one history of the tree, and its snapshot holds what is committed.</summary>
    private void CheckKnown(ServerRecord server, RecoveredState recovered)
    {
        CheckPoint(server, recovered.History.Last);
        CheckPoint(server, recovered.History.Base);
        foreach (EpochEnd end in recovered.History.EpochEnds())
        {
            recovered.History.TryGet(end.Last, out HistoryPoint point);
            CheckPoint(server, point);
            Rule.Require("I17", run.Histories.Contains(recovered.History.Last.Zxid, end.Last),
                $"the history of server {server.Id} holds {end.Last} before {recovered.History.Last.Zxid}, which does not follow it");
        }

        if (recovered.Snapshot is not { } snapshot) return;
        CheckPoint(server, snapshot.Point);
        Rule.Require("I27", run.IsCommitted(snapshot.Point.Zxid),
            $"server {server.Id} starts with a snapshot at {snapshot.Point.Zxid}, and {run.Committed} is the last committed");
    }

    private void CheckPoint(ServerRecord server, HistoryPoint point)
    {
        if (point.Zxid == Zxid.None) return;
        Rule.Require("I10", run.Histories.TryChain(point.Zxid, out ulong chain), $"server {server.Id} starts with {point.Zxid}, which nobody has proposed");
        Rule.Require("I11", chain == point.Chain, $"server {server.Id} starts with {point}, and {new HistoryPoint(point.Zxid, chain)} was proposed");
    }
}

/// <summary>Compares what a start found with every state that the writes of the last life lead through.</summary>
internal sealed class Judgement
{
    private readonly Histories _histories;
    private readonly ServerRecord _server;
    private readonly HardState _found;
    private readonly Zxid _last;

    internal Judgement(Histories histories, ServerRecord server, RecoveredState recovered)
    {
        (_histories, _server, _found, _last) = (histories, server, recovered.HardState, recovered.History.Last.Zxid);
        Walk(installs: true);
        Walk(installs: false);          // A snapshot may have been rejected, too, and what was written after it not.
    }

    /// <summary>Whether history and promises are those of one moment.</summary>
    internal bool IsRight { get; private set; }

    internal bool IsLastRight { get; private set; }

    internal bool ArePromisesRight { get; private set; }

    private void Walk(bool installs)
    {
        Zxid last = _server.Durable;
        HardState promises = _server.Hard;
        Compare(last, promises);
        foreach (PendingWrite pending in _server.Pending)
        {
            switch (pending.Write)
            {
                case Output.Append append:
                    foreach (Entry entry in append.Entries) Compare(last = entry.Zxid, promises);
                    break;
                case Output.Truncate truncate: Compare(last = truncate.Target.Zxid, promises); break;
                case Output.InstallSnapshot install when installs: Compare(last = install.Snapshot.Point.Zxid, promises); break;
                case Output.SaveHardState save: Compare(last, promises = save.State); break;
            }
        }
    }

    private void Compare(Zxid last, HardState promises)
    {
        bool isLast = last == _last || (_server.IsDamaged && _found.RepairFloor is not null && _histories.Contains(last, _last));
        bool arePromises = promises.AcceptedEpoch == _found.AcceptedEpoch && promises.CurrentEpoch == _found.CurrentEpoch
            && promises.ClusterId == _found.ClusterId && promises.Founded == _found.Founded
            && promises.Incarnation == _found.Incarnation && _found.Generation >= _server.Hard.Generation
            && (promises.RepairFloor == _found.RepairFloor || (_server.IsDamaged && _found.RepairFloor is not null));
        IsLastRight |= isLast;
        ArePromisesRight |= arePromises;
        IsRight |= isLast && arePromises;
    }
}
