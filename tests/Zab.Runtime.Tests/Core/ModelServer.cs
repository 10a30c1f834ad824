using Xunit;
using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>One server of a model ensemble: a real peer, and a driver that keeps to the rules of the outputs.</summary>
internal sealed class ModelServer(ModelNet net, ServerId id, StartList startList)
{
    private readonly Queue<Output.Write> _writes = [];
    private readonly List<Output> _held = [];
    private readonly Outputs _outputs = new();
    private readonly Dictionary<ulong, Zxid> _readsAsked = [];      // With what was applied anywhere when each was asked.
    private WriteId _done;
    private int _life;
    private long _lastAnswer;

    internal ServerId Id { get; } = id;

    internal ModelDisk Disk { get; set; } = new(id, 100 + id.Value);

    internal Peer? Peer { get; private set; }

    internal bool IsUp => Peer is not null;

    internal bool IsDiskStalled { get; set; }

    /// <summary>What arrives next as a snapshot is found to be damaged.</summary>
    internal bool RejectsNextSnapshot { get; set; }

    internal Zxid Applied { get; set; }

    internal List<string> Ignored { get; } = [];

    internal List<(ulong Tag, string Reason)> Refused { get; } = [];

    internal List<Output.ReadReady> Reads { get; } = [];

    internal string? Fatal { get; private set; }

    internal void Start()
    {
        RecoveredState recovered = Disk.Recover();
        Applied = recovered.Snapshot?.Point.Zxid ?? Zxid.None;
        _done = WriteId.None;
        _life++;
        Fatal = null;
        Peer = new Peer(net.Options, startList, recovered, net.Random.NextUInt64(), static payload => payload.IndexOf((byte)'!') >= 0 ? "no server could apply it" : null);
        net.ServerStarted(this);
        Step(Input.Tick.Instance);
        ScheduleTick(_life);
    }

    /// <summary>The power goes: of the writes under way, some were done, in order.</summary>
    internal void Crash(bool keepsWrites = false)
    {
        long done = keepsWrites ? _writes.Count : net.Random.NextInt64(_writes.Count + 1);
        for (; done > 0; done--) Disk.Do(_writes.Dequeue());
        _writes.Clear();
        _held.Clear();
        Peer = null;
        _life++;
        net.ServerDown(Id);
    }

    internal void Step(Input input)
    {
        if (Peer is null) return;
        if (input is Input.Read read) _readsAsked[read.Id] = net.LastApplied;
        Peer.Step(net.Instant, input, _outputs);
        Output[] outputs = new Output[_outputs.Count];
        for (int i = 0; i < outputs.Length; i++) outputs[i] = _outputs[i];
        _outputs.Clear();
        foreach (Output output in outputs) Carry(output);
    }

    private void ScheduleTick(int life) => net.After(net.Options.Tick.Ticks, () =>
    {
        if (life != _life) return;
        Step(Input.Tick.Instance);
        ScheduleTick(life);
    });

    private void Carry(Output output)
    {
        net.Observe(this, output);
        if (output is Output.SendPeer newer) _held.RemoveAll(held => held is Output.SendPeer older && older.To == newer.To && older.Message.GetType() == newer.Message.GetType());
        switch (output)
        {
            case Output.SendPeer o when o.After > _done: _held.Add(o); break;
            case Output.Send o when o.After > _done: _held.Add(o); break;
            case Output.SendPeer o: net.SendPeer(Id, o.To, o.Message); break;
            case Output.Send o: net.Send(Id, o.Channel, o.Message); break;
            case Output.OpenChannel o: net.Open(Id, o.Peer, o.Channel); break;
            case Output.CloseChannel o:
                _held.RemoveAll(held => held is Output.Send send && send.Channel == o.Channel);
                net.Close(Id, o.Channel, o.Reason);
                break;
            case Output.Write o:
                _writes.Enqueue(o);
                if (_writes.Count == 1) ScheduleWrite(_life);
                break;
            case Output.ReadLog o:
                Answer(new Input.LogRead(o.Channel, o.After, Disk.Read(o.After, o.Through, 3)));
                break;
            case Output.ReadSnapshot o:
                Answer(new Input.SnapshotRead(o.Channel, o.Offset, Disk.Snapshot == o.Snapshot ? new byte[(int)Math.Min(o.BytesMax, o.Snapshot.Length - o.Offset)] : default));
                break;
            case Output.Commit o: net.Committed(this, o.Through); break;
            case Output.Ignored o: Ignored.Add(o.Reason); break;
            case Output.Refused o: Refused.AddRange(o.Tags.Select(tag => (tag, o.Reason))); break;
            case Output.ReadReady o:
                Assert.True(o.Zxid is not { } at || at >= _readsAsked[o.Id], $"I22: {Id} reads at {o.Zxid}, and {_readsAsked[o.Id]} was applied somewhere before the read was asked for\n{net.Describe()}");
                Reads.Add(o);
                break;
            case Output.Fatal o: Fatal = o.Reason; break;
        }
    }

    private void Answer(Input input)
    {
        int life = _life;
        _lastAnswer = Math.Max(_lastAnswer, net.Instant.MonotonicTicks + net.Random.NextInt64(5_000));        // One reader, in order.
        net.After(_lastAnswer - net.Instant.MonotonicTicks, () => { if (life == _life) Step(input); });
    }

    /// <summary>One fsync takes all that is waiting when it begins.</summary>
    private void ScheduleWrite(int life)
    {
        net.After(net.DiskTime(), () =>
        {
            if (life != _life) return;
            if (IsDiskStalled)
            {
                ScheduleWrite(life);
                return;
            }

            bool isRejected = false;
            while (_writes.TryDequeue(out Output.Write? write))
            {
                _done = write.Id;
                if (write is Output.InstallSnapshot && RejectsNextSnapshot) isRejected = true;
                else Disk.Do(write);
                if (write is Output.InstallSnapshot installed && !isRejected) Applied = installed.Snapshot.Point.Zxid;
            }

            if (isRejected) RejectsNextSnapshot = false;

            foreach (Output held in _held.ToArray())
            {
                if (held is Output.Send send && send.After <= _done) net.Send(Id, send.Channel, send.Message);
                else if (held is Output.SendPeer peer && peer.After <= _done) net.SendPeer(Id, peer.To, peer.Message);
                else continue;
                _held.Remove(held);
            }

            WriteId done = _done;
            if (isRejected) Step(new Input.SnapshotRejected("checksum"));       // First: it must not be taken for installed.
            Step(new Input.WritesDone(done));
        });
    }
}
