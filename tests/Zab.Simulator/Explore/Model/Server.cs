using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>One server: a real peer, the disk under it, and a driver that keeps to the rules of the outputs. Frozen after every step, and built again for the next.</summary>
internal sealed class Server
{
    private readonly List<Output.Write> _writes = [];       // Under way, in order; their ids are 1, 2, 3 …
    private readonly List<Output> _held = [];               // Sends that wait for a write, in the order they were asked for.
    private readonly Queue<Input> _answers = [];            // What was read for learners, in the order it was asked for.

    internal Server(Disk disk) => Disk = disk;

    internal Peer? Peer { get; private set; }

    internal Disk Disk { get; }

    /// <summary>The last entry that the state machine was given in this life.</summary>
    internal Zxid Applied { get; private set; }

    internal IReadOnlyList<Output.Write> Writes => _writes;

    internal int AnswerCount => _answers.Count;

    private ServerId Id => Disk.HardState.ServerId;

    /// <summary>Channels that waiting sends and answers name.</summary>
    internal uint ChannelsMet()
    {
        uint met = 0;
        foreach (Output held in _held)
            if (held is Output.Send send) met |= ChannelName.Bit(send.Channel.Value);
        foreach (Input answer in _answers) met |= ChannelName.Bit(answer is Input.LogRead read ? read.Channel.Value : ((Input.SnapshotRead)answer).Channel.Value);
        return met;
    }

    internal void Do(LocalAction action, Stage stage)
    {
        switch (action.Kind)
        {
            case LocalKind.Start: Start(stage); break;
            case LocalKind.Crash: Crash(action.A, action.B, stage); break;
            case LocalKind.Write: CompleteWrites(action.A, stage); break;
            case LocalKind.Answer: Step(_answers.Dequeue(), stage); break;
            case LocalKind.Receive: Step(new Input.Received(Channel(action.A), (Message)stage.Shared[action.B]), stage); break;
            case LocalKind.ChannelUp: Step(new Input.ChannelUp(Channel(action.A), new ServerId((uint)action.B), IsOutgoing: stage.Self == ChannelName.Learner((uint)action.A)), stage); break;
            case LocalKind.ChannelDown:
                DropHeld(Channel(action.A));
                Step(new Input.ChannelDown(Channel(action.A), "closed"), stage);
                break;
            case LocalKind.PeerMessage: Step((Input)stage.Shared[action.B], stage); break;
            case LocalKind.Unreachable: Step(new Input.PeerUnreachable(new ServerId((uint)action.A)), stage); break;
            case LocalKind.FinalizeWait: Step(Input.Tick.Instance, stage, Clock.Finalize); break;
            case LocalKind.Resend: Step(Input.Tick.Instance, stage, Clock.Resend); break;
            case LocalKind.Silence: Step(Input.Tick.Instance, stage, Clock.Silence); break;
            case LocalKind.Ping: Step(Input.Tick.Instance, stage); break;
            case LocalKind.Submit: Step(new Input.Submit([new ProposalRequest(1, new[] { (byte)action.B })]), stage); break;
            case LocalKind.Read: Step(new Input.Read(1), stage); break;
            case LocalKind.Snapshot:
                SnapshotInfo snapshot = Disk.TakeSnapshot(Applied);
                Step(new Input.SnapshotTaken(snapshot, snapshot.Point.Zxid), stage);
                break;
            default: throw new InvalidOperationException(action.ToString());
        }
    }

    private static ChannelId Channel(int name) => new((ulong)name);

    private void Start(Stage stage)
    {
        RecoveredState recovered = Disk.Recover();
        Applied = recovered.Snapshot?.Point.Zxid ?? Zxid.None;
        Peer = new Peer(Clock.Options, stage.Setting.StartListOf(Id), recovered, seed: 0, stage.Setting.Validator);
        Step(Input.Tick.Instance, stage);
    }

    /// <summary>Of the writes under way some are done, in order, and the next one perhaps in part.</summary>
    private void Crash(int writes, int entries, Stage stage)
    {
        for (int i = 0; i < writes; i++) stage.Require(Disk.Do(_writes[i]));
        if (entries > 0) stage.Require(Disk.Tear((Output.Append)_writes[writes], entries));
        _writes.Clear();
        _held.Clear();
        _answers.Clear();
        Applied = Zxid.None;
        Peer = null;
    }

    /// <summary>One fsync takes what was waiting when it began. What waited for it leaves before the core hears of it.</summary>
    private void CompleteWrites(int count, Stage stage)
    {
        for (int i = 0; i < count; i++)
        {
            stage.Tell($"the disk of {Id} has done: {Words.Of(_writes[i])}");
            stage.Require(Disk.Do(_writes[i]));
            if (_writes[i] is Output.InstallSnapshot install) Applied = install.Snapshot.Point.Zxid;
        }

        WriteId done = _writes[count - 1].Id;
        _writes.RemoveRange(0, count);
        foreach (Output held in _held.ToArray())
        {
            if (After(held) > done) continue;
            _held.Remove(held);
            Release(held, stage);
        }

        Step(new Input.WritesDone(done), stage);
        stage.Names.WritesDone = done.Value;
        CountFrom(done);
    }

    /// <summary>Ids of writes are counted from the last durable one, here as in the peer.</summary>
    private void CountFrom(WriteId done)
    {
        for (int i = 0; i < _writes.Count; i++) _writes[i] = _writes[i] with { Id = Less(_writes[i].Id, done) };
        for (int i = 0; i < _held.Count; i++)
        {
            _held[i] = _held[i] switch
            {
                Output.Send send => send with { After = Less(send.After, done) },
                Output.SendPeer send => send with { After = Less(send.After, done) },
                Output other => throw new InvalidOperationException(other.ToString()),
            };
        }
    }

    private static WriteId Less(WriteId id, WriteId done) => new(id.Value - done.Value);

    private static WriteId After(Output held) => held is Output.Send send ? send.After : ((Output.SendPeer)held).After;

    private void Step(Input input, Stage stage, long now = 0)
    {
        stage.Names.Now = now;
        stage.Outputs.Clear();
        Peer!.Step(Clock.At(now), input, stage.Outputs);
        for (int i = 0; i < stage.Outputs.Count; i++) Carry(stage.Outputs[i], stage);
    }

    private void Carry(Output output, Stage stage)
    {
        switch (output)
        {
            case Output.Send send:
                if (_writes.Count > 0 && send.After >= _writes[0].Id) _held.Add(send);
                else Release(send, stage);
                break;
            case Output.SendPeer send:
                _held.RemoveAll(held => held is Output.SendPeer older && older.To == send.To && older.Message.GetType() == send.Message.GetType());
                if (_writes.Count > 0 && send.After >= _writes[0].Id) _held.Add(send);
                else Release(send, stage);
                break;
            case Output.OpenChannel open:
                stage.Names.NewChannel = open.Channel.Value;
                stage.Add(new Effect(EffectKind.Open, (int)open.Peer.Value, (int)stage.Names.NewName));
                break;
            case Output.CloseChannel close:
                stage.RequireHonest(Id, close.Reason);
                DropHeld(close.Channel);
                stage.Add(new Effect(EffectKind.Close, stage.NameOf(close.Channel), 0));
                break;
            case Output.Write write:
                _writes.Add(write);
                stage.Tell($"{Id} asks its disk for: {Words.Of(write)}");
                break;
            case Output.ReadLog read: _answers.Enqueue(new Input.LogRead(read.Channel, read.After, Disk.Read(read.After, read.Through))); break;
            case Output.ReadSnapshot read: _answers.Enqueue(new Input.SnapshotRead(read.Channel, read.Offset, Disk.Snapshot == read.Snapshot ? new byte[] { 1 } : default)); break;
            case Output.Commit commit: Apply(commit.Through, stage); break;
            case Output.ReadReady ready: stage.Add(new Effect(EffectKind.ReadReady, (int?)ready.Zxid?.Epoch ?? -1, (int?)ready.Zxid?.Counter ?? 0)); break;
            case Output.RoleChanged role: stage.Tell($"{Id} is {role.Role}{(role.Leader is { } leader ? $" with leader {leader} in epoch {role.Epoch}" : "")}: {role.Reason}"); break;
            case Output.Ignored ignored: stage.Tell($"{Id} ignores it: {ignored.Reason}"); break;
            case Output.Fatal fatal: stage.Require($"H2: an honest server with a healthy disk stops: {fatal.Reason}"); break;
        }
    }

    private void DropHeld(ChannelId channel) => _held.RemoveAll(held => held is Output.Send send && send.Channel == channel);

    private void Release(Output held, Stage stage)
    {
        stage.Require(Claims.Broken(held, Disk));
        if (held is Output.Send send)
        {
            if (send.Message is Message.SyncRefused refused) stage.RequireHonest(Id, $"is refused: {refused.Reason}");
            stage.Tell($"{Id} sends on channel {ChannelWords(send.Channel, stage)}: {Words.Of(send.Message)}");
            stage.Add(new Effect(EffectKind.Send, stage.NameOf(send.Channel), stage.Shared.IdOf(send.Message)));
        }
        else if (held is Output.SendPeer peer)
        {
            stage.Tell($"{Id} sends to {peer.To}: {Words.Of(peer.Message)}");
            stage.Add(new Effect(EffectKind.SendPeer, (int)peer.To.Value, stage.Shared.IdOf(new Input.PeerMessage(Id, Disk.HardState.ClusterId, peer.Message))));
        }
    }

    private static string ChannelWords(ChannelId channel, Stage stage) => Words.Channel((uint)stage.NameOf(channel));

    private void Apply(Zxid through, Stage stage)
    {
        stage.Tell($"{Id} applies up to {through}");
        if (through <= Applied) stage.Require($"I10: {Id} applies {through} after {Applied}");
        if (through > Disk.Last.Zxid || !Disk.Holds(through)) stage.Require($"I17: {Id} applies {through}, and its disk ends at {Disk.Last.Zxid}");
        Applied = through;
    }
}
