using System.Runtime.InteropServices;
using Zab.Core;

namespace Zab.Tests.Checks;

/// <summary>A real peer with a disk in memory, and a driver that keeps to the rules, but for one where a test wants it to.</summary>
internal sealed class RealServer(RealRun run, StartList startList)
{
    private readonly Queue<Output.Write> _writes = [];
    private readonly List<Output> _held = [];
    private readonly Outputs _outputs = new();
    private readonly List<Entry> _log = [];
    private HistoryPoint _base;
    private Ensemble? _baseConfig;
    private SnapshotInfo? _snapshot;
    private HardState _hard = new();
    private WriteId _done;

    internal ServerId Id => startList.Self;

    internal Peer? Peer { get; private set; }

    internal bool IsUp => Peer is not null;

    internal bool HasWrites => _writes.Count > 0;

    internal Zxid Applied { get; private set; }

    internal Incarnation Incarnation => _hard.Incarnation;

    /// <summary>An empty directory, as the first start makes it.</summary>
    internal void Format(ulong incarnation)
    {
        _hard = new HardState { ServerId = Id, Incarnation = new Incarnation(incarnation) };
        _log.Clear();
        (_base, _baseConfig, _snapshot) = (default, null, null);
    }

    internal void Start()
    {
        _hard = _hard with { Generation = _hard.Generation + 1 };
        var history = new History(_base);
        foreach (Entry entry in _log) history.Append(entry.Point);
        List<Ensemble> configs = (_baseConfig ?? _hard.Founding) is { } first ? [first] : [];
        configs.AddRange(_log.Where(static entry => entry.Type == EntryType.Config).Select(static entry => Ensemble.Decode(entry.Payload.Span).At(entry.Zxid)));
        long lastUtcTicks = _log.Count > 0 ? _log[^1].UtcTicks : _snapshot?.UtcTicks ?? 0;
        var recovered = new RecoveredState(_hard, history, [.. configs], _snapshot, lastUtcTicks, Damage: null);
        run.Watch.Started(Id, recovered);
        Applied = Zxid.None;
        if (_snapshot is { } snapshot) Replace(snapshot);
        _done = WriteId.None;
        Peer = new Peer(new PeerOptions(), startList, recovered, run.Random.NextUInt64(), static _ => null);
        Step(Input.Tick.Instance);
    }

    /// <summary>The power goes: of the writes under way, some were done, in order.</summary>
    internal void Crash()
    {
        Peer = null;
        run.Watch.Crashed(Id);
        for (int done = run.Random.Next(_writes.Count + 1); done > 0; done--) Do(_writes.Dequeue());
        if (run.Lie == Lie.LosesWhatIsDurable && _log.Count > 0) _log.RemoveAt(_log.Count - 1);
        _writes.Clear();
        _held.Clear();
        run.Down(this);
    }

    internal void Step(Input input)
    {
        if (Peer is null) return;
        Peer.Step(run.Now, input, _outputs);
        run.Watch.Stepped(Id, Peer, input, _outputs);
        Output[] outputs = [.. Enumerable.Range(0, _outputs.Count).Select(i => _outputs[i])];
        _outputs.Clear();
        foreach (Output output in outputs) Carry(output);
    }

    /// <summary>One fsync for some of what is waiting.</summary>
    internal void Write()
    {
        var batch = new List<Output.Write>();
        for (int count = 1 + run.Random.Next(_writes.Count); count > 0; count--)
        {
            batch.Add(_writes.Dequeue());
            Do(batch[^1]);
        }

        _done = batch[^1].Id;
        run.Watch.Durable(Id, CollectionsMarshal.AsSpan(batch), installRejected: false);
        if (batch.OfType<Output.InstallSnapshot>().LastOrDefault() is { } install) Replace(install.Snapshot);
        foreach (Output held in _held.Where(held => AfterOf(held) <= _done).ToArray())
        {
            _held.Remove(held);
            Send(held);
        }

        Step(new Input.WritesDone(_done));
    }

    internal void TakeSnapshot()
    {
        if (_log.Find(entry => entry.Zxid == Applied) is not { } at) return;
        _snapshot = new SnapshotInfo(at.Point, ConfigAt(at.Zxid), at.UtcTicks, Length: 1000, Checksum: 1);
        run.Watch.SnapshotMade(Id, at.Point);
        Step(new Input.SnapshotTaken(_snapshot, at.Zxid));
    }

    private void Carry(Output output)
    {
        if (output is Output.SendPeer newer)
            _held.RemoveAll(held => held is Output.SendPeer older && older.To == newer.To && older.Message.GetType() == newer.Message.GetType());
        switch (output)
        {
            case Output.SendPeer or Output.Send:
                if (AfterOf(output) <= _done || run.Lie == Lie.DoesNotWaitForTheDisk) Send(output);
                else _held.Add(output);
                break;
            case Output.OpenChannel o: run.Open(this, o.Peer, o.Channel); break;
            case Output.CloseChannel o:
                _held.RemoveAll(held => held is Output.Send send && send.Channel == o.Channel);
                run.Close(this, o.Channel);
                break;
            case Output.Write o: _writes.Enqueue(o); break;
            case Output.ReadLog o: run.Soon(this, new Input.LogRead(o.Channel, o.After, Read(o.After, o.Through))); break;
            case Output.ReadSnapshot o:
                run.Soon(this, new Input.SnapshotRead(o.Channel, o.Offset, o.Snapshot == _snapshot ? new byte[o.BytesMax] : default));
                break;
            case Output.Commit o: Apply(run.Lie == Lie.AppliesWhatIsLogged ? Peer!.LastLogged : o.Through); break;
        }
    }

    private Entry[] Read(Zxid after, Zxid through) => after < _base.Zxid ? [] : [.. _log.Where(entry => entry.Zxid > after && entry.Zxid <= through).Take(3)];

    private void Send(Output output)
    {
        if (output is Output.Send send) run.Send(this, send.Channel, send.Message);
        else if (output is Output.SendPeer peer) run.SendPeer(this, peer.To, peer.Message);
    }

    private static WriteId AfterOf(Output output) => output is Output.Send send ? send.After : ((Output.SendPeer)output).After;

    private void Apply(Zxid through)
    {
        foreach (Entry entry in _log.Where(entry => entry.Zxid > Applied && entry.Zxid <= through).ToArray())
        {
            run.Watch.Applied(Id, entry);
            Applied = entry.Zxid;
        }
    }

    private void Replace(SnapshotInfo snapshot)
    {
        run.Watch.StateReplaced(Id, snapshot.Point);
        Applied = snapshot.Point.Zxid;
    }

    private Ensemble ConfigAt(Zxid zxid) =>
        _log.FindLast(entry => entry.Zxid <= zxid && entry.Type == EntryType.Config) is { } entry
            ? Ensemble.Decode(entry.Payload.Span).At(entry.Zxid)
            : _baseConfig ?? _hard.Founding!;

    private void Do(Output.Write write)
    {
        switch (write)
        {
            case Output.SaveHardState w: _hard = w.State; break;
            case Output.Append w: _log.AddRange(w.Entries); break;
            case Output.Truncate w: _log.RemoveAll(entry => entry.Zxid > w.Target.Zxid); break;
            case Output.InstallSnapshot w:
                (_snapshot, _base, _baseConfig) = (w.Snapshot, w.Snapshot.Point, w.Snapshot.Config);
                _log.Clear();
                break;
            case Output.CompactLog w when w.Through > _base.Zxid:
                (_baseConfig, _base) = (ConfigAt(w.Through), _log.Find(entry => entry.Zxid == w.Through)!.Point);
                _log.RemoveAll(entry => entry.Zxid <= w.Through);
                break;
        }
    }
}
