using Microsoft.Extensions.Logging;
using Zab.Core;
using Zab.Diagnostics;
using Zab.Transport;

namespace Zab.Replica;

/// <summary>Carries out what the core asks for, in order, on the loop's thread. Nothing in here waits.</summary>
/// <remarks>Invariant: a message that depends on a write leaves only after the write is durable; a commit never reaches beyond what is durable here.</remarks>
internal sealed class OutputExecutor(
    Zxid recovered, ITransport transport, LogWriter writer, LogReader reader, Applier applier, Snapshotter snapshotter, EntryWindow window,
    PendingReads reads, LeaderDuties duties, StatusBoard board, IReplicaListener listener, FailureSwitch failure, ILogger logger)
{
    private readonly HeldSends _held = new(transport);
    private readonly DurableMark _log = new(recovered);
    private readonly List<Output.Write> _writes = [];           // Of this turn; handed over together, so that they share an fsync.
    private readonly Queue<Output.InstallSnapshot> _installs = new();
    private WriteId _lastWrite;
    private WriteId _durable;
    private Zxid _committed;
    private bool _isSilent;

    /// <summary>Whether every write that was asked for is durable.</summary>
    internal bool IsQuiet => _durable == _lastWrite;

    internal void Execute(Output output)
    {
        if (_isSilent && output is not (Output.CloseChannel or Output.Fatal)) return;
        switch (output)
        {
            case Output.Send send: Send(send); break;
            case Output.SendPeer send: SendPeer(send); break;
            case Output.OpenChannel open: transport.Open(open.Channel, open.Peer); break;
            case Output.CloseChannel close: Close(close); break;
            case Output.Write write: Write(write); break;
            case Output.ReadLog read: reader.Post(read); break;
            case Output.ReadSnapshot read: reader.Post(read); break;
            case Output.Commit commit: Commit(commit.Through); break;
            case Output.RoleChanged changed: ChangeRole(changed); break;
            case Output.Refused refused: Refuse(refused); break;
            case Output.ReadReady ready: reads.Complete(ready); break;
            case Output.Touched touched: duties.Touched(touched.Sessions); break;
            case Output.ConfigChanged changed: Configure(changed); break;
            case Output.Ignored ignored: ReplicaLog.Ignored(logger, ignored.Reason); break;
            case Output.Fatal fatal: failure.Fail(new ReplicaStoppedException(fatal.Reason)); break;
            default: throw new InvariantException($"the driver does not know the output {output.GetType().Name}");
        }
    }

    /// <summary>Hands the writes of this turn to the log writer.</summary>
    internal void EndTurn()
    {
        if (_writes.Count == 0) return;
        writer.Post(_writes);
        _writes.Clear();
    }

    /// <summary>Before the core hears that writes are durable: what waited for them leaves first.</summary>
    internal void Durable(WriteId through)
    {
        Invariant.Require(through > _durable && through <= _lastWrite, $"write {through.Value} was reported durable, after {_durable.Value} and before {_lastWrite.Value} was asked for");
        _durable = through;
        _log.Advance(through);
        _held.Release(through);
        while (_installs.TryPeek(out Output.InstallSnapshot? install) && install.Id <= through) applier.Post(new ApplierWork.Install(_installs.Dequeue().Snapshot));
    }

    /// <summary>Before the core hears it: the install that is under way changed nothing.</summary>
    internal void Reject(string reason)
    {
        Invariant.Require(_installs.Count == 1, $"a snapshot was rejected while {_installs.Count} were being installed: {reason}");
        Output.InstallSnapshot install = _installs.Dequeue();
        _log.Reject(install.Id);
        applier.ExpectNoInstall();
        ReplicaLog.SnapshotRejected(logger, install.Snapshot.Point.Zxid, reason);
    }

    /// <summary>The channel is gone: what it held is never sent.</summary>
    internal void Forget(ChannelId channel) => _held.Drop(channel);

    /// <summary>From here on nothing is said, written, applied or answered any more; channels are closed.</summary>
    internal void Silence()
    {
        _isSilent = true;
        _held.Clear();
    }

    private void Send(Output.Send send)
    {
        if (send.After <= _durable) transport.Send(send.Channel, send.Message);
        else _held.Hold(send);
    }

    private void SendPeer(Output.SendPeer send)
    {
        _held.Replace(send);
        if (send.After <= _durable) transport.SendPeer(send.To, send.Message);
        else _held.Hold(send);
    }

    private void Close(Output.CloseChannel close)
    {
        ReplicaLog.ChannelClosed(logger, close.Channel, close.Reason);
        _held.Drop(close.Channel);
        transport.Close(close.Channel, close.Reason);
    }

    private void Write(Output.Write write)
    {
        Invariant.Require(write.Id > _lastWrite, $"write {write.Id.Value} was asked for after {_lastWrite.Value}");
        _lastWrite = write.Id;
        _log.Note(write);
        switch (write)
        {
            case Output.Append append:
                window.Append(append.Entries);
                break;
            case Output.Truncate truncate:
                Invariant.Require(truncate.Target.Zxid >= _committed, $"the log cannot be truncated to {truncate.Target}: {_committed} is committed");
                window.TruncateAfter(truncate.Target.Zxid);
                snapshotter.Cancel();
                break;
            case Output.InstallSnapshot install:
                window.Clear();
                snapshotter.Cancel();
                applier.ExpectInstall();
                _installs.Enqueue(install);
                break;
        }

        _writes.Add(write);
    }

    private void Commit(Zxid through)
    {
        Invariant.Require(through <= _log.Last, $"{through} cannot be applied: only {_log.Last} is durable here");
        Invariant.Require(through >= _committed, $"the commit would go back from {_committed} to {through}");
        _committed = through;
        applier.Post(new ApplierWork.Commit(through));
    }

    private void ChangeRole(Output.RoleChanged changed)
    {
        var view = new ReplicaView(changed.Role, changed.Leader, changed.Epoch, changed.Reason);
        ReplicaLog.RoleChanged(logger, changed.Role, changed.Leader, changed.Epoch, changed.Reason);
        board.Show(view);
        if (duties.IsNewLeader(changed.Role, changed.Epoch)) applier.Post(new ApplierWork.Lead(changed.Epoch));
        if (changed.Role != Role.Stopped) listener.OnRoleChanged(view);     // The last word comes when everything is applied.
    }

    private void Refuse(Output.Refused refused)
    {
        foreach (ulong tag in refused.Tags)
        {
            if (tag == LeaderDuties.Tag) duties.Refused();
            else listener.OnRefused(tag, refused.Reason);
        }
    }

    private void Configure(Output.ConfigChanged changed)
    {
        if (!changed.ClusterId.IsNone) transport.SetCluster(changed.ClusterId);
        applier.Post(new ApplierWork.Configured(changed.Ensemble, changed.ClusterId));
    }
}
