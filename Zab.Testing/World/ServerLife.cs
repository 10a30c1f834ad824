using Microsoft.Extensions.Logging.Abstractions;
using Zab.Core;
using Zab.Replica;
using Zab.Storage;

namespace Zab.Testing;

/// <summary>One life of one server process, from its start to its end: a real replica on this machine's disk, clock and network.</summary>
internal sealed class ServerLife : IReplicaListener
{
    private readonly World _world;
    private readonly Peer _peer;
    private readonly WatchedStore _store;
    private readonly SimulatedStage _stage;

    /// <summary>Opens the directory and starts.</summary>
    /// <exception cref="StorageException">The directory cannot be used.</exception>
    internal ServerLife(World world, SimulatedServer server)
    {
        (_world, Server) = (world, server);
        server.Clock.Life = this;
        IStore opened = DiskStore.Open(server.Disk, server.StoreOptions);
        if (server.Disk.HasLostPower) throw new PowerLossException();
        _store = new WatchedStore(world, this, opened);
        RecoveryCase found = ((DiskStore)opened).Case;
        world.Rarities.Recovered(server.Id, found, opened.Recovered.HardState.RepairFloor is not null);
        world.Watch.Started(server.Id, opened.Recovered);
        _peer = new Peer(world.Options.Peer, new StartList(server.Id, world.Members), opened.Recovered, world.Entropy(), world.Classes.ValidateRequest);
        Calls = new CallTable(world.Classes, world.Options.Calls, server.Clock, world.Entropy);
        Transport = null!;
        _stage = new SimulatedStage(world, this);
        ReplicaParts parts = new()
        {
            Store = _store,
            Peer = PeerPart.Of(_peer) with { Step = Step },
            Transport = post => Transport = new SimulatedTransport(world, this, post),
            Sessions = new SessionClock(server.Clock),
            Time = server.Clock,
            Stage = _stage,
        };
        Replica = Zab.Replica.Replica.Start(parts, server.ReplicaOptions, world.Classes, this, NullLogger.Instance);
        if (opened.Recovered.Snapshot is { } snapshot) world.Watch.StateReplaced(server.Id, snapshot.Point);
        Calls.Attach(Replica);
        Reads = new LocalReads(world.Options.Calls, server.Clock, _stage.Continuations);
        Reads.Attach(Replica);
        Connection = new LocalConnection(Calls, Reads, world.Options.Calls, server.Clock);
    }

    internal SimulatedServer Server { get; }

    internal Zab.Replica.Replica Replica { get; }

    internal CallTable Calls { get; }

    internal LocalReads Reads { get; }

    internal SimulatedTransport Transport { get; private set; }

    /// <summary>How clients in this process call.</summary>
    internal LocalConnection Connection { get; }

    /// <summary>The process is gone; nothing that it began goes on.</summary>
    internal bool IsOver { get; private set; }

    internal Peer Peer => _peer;

    internal ReplicaView View => Replica.View;

    /// <summary>Counts turns in which callers may have been answered.</summary>
    internal long Turns { get; private set; }

    internal void TookTurn(PartKind kind)
    {
        if (kind is PartKind.Apply or PartKind.Loop)
        {
            Turns++;
            _world.Answered(this);
        }

        if (kind == PartKind.Apply) _world.OfferDigest(this);
    }

    /// <summary>The last part to end completes the replica.</summary>
    internal void LookForEnd()
    {
        if (!IsOver && Replica.Completion.IsCompleted) Server.Ended(this);
    }

    internal string DescribeStage() => $"{_stage.Describe()} {Replica.Completion.Status}";

    internal void JumpedAhead() => _stage.WakeAll();

    /// <summary>Whether the disk is being written, or about to be.</summary>
    internal bool IsWriting => _stage.IsBusy(PartKind.Log) || _stage.IsBusy(PartKind.Snapshot);

    /// <summary>Begins what the disk is to do next, so that the power can go in the middle of it.</summary>
    internal void BeginWriting() => _stage.TakeTurn(_stage.IsBusy(PartKind.Log) ? PartKind.Log : PartKind.Snapshot);

    internal void End()
    {
        IsOver = true;
        Server.Clock.Forget(this);
    }

    private void Step(Instant now, Input input, Outputs outputs)
    {
        _world.Trace.Stepped(Server.Id, input);
        _peer.Step(now, input, outputs);
        _world.Steps++;
        _world.Trace.Answered(Server.Id, outputs);
        _world.Rarities.Stepped(Server.Id, input, outputs);
        _world.Watch.Stepped(Server.Id, _peer, input, outputs);
        _world.OnStep?.Invoke(Server, input, outputs);
    }

    void IReplicaListener.OnEntry(Entry entry)
    {
        _world.Trace.Applied(Server.Id, entry.Point);
        _world.Watch.Applied(Server.Id, entry);
        _world.OnEntry?.Invoke(entry);
        if (entry.Type == EntryType.Config) _world.Rarities.Configured(entry.Zxid);
    }

    void IReplicaListener.OnApplied(in AppliedRequest applied)
    {
        _world.Watch.AppliedRequest(Server.Id, applied);
        _world.Rarities.Applied(Server.Id, applied);
        if (applied is { Request: > 0, Outcome: RequestOutcome.Result or RequestOutcome.Failed } && applied.Entry == applied.Zxid) _world.OnExecuted?.Invoke(applied.Session, applied.Request, applied.Zxid);
        ((IReplicaListener)Calls).OnApplied(applied);
    }

    void IReplicaListener.OnSnapshotInstalled(Zxid zxid)
    {
        _world.Watch.StateReplaced(Server.Id, _store.Loaded!.Value);
        ((IReplicaListener)Calls).OnSnapshotInstalled(zxid);
    }

    void IReplicaListener.OnRefused(ulong tag, string reason) => ((IReplicaListener)Calls).OnRefused(tag, reason);

    void IReplicaListener.OnRoleChanged(ReplicaView view) => ((IReplicaListener)Calls).OnRoleChanged(view);
}
