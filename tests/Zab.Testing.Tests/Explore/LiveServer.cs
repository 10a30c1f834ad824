using Xunit;
using Zab.Core;
using Zab.Simulator.Explore;

namespace Zab.Tests.Explore;

/// <summary>A server as it is in the field: its peer lives on from step to step, nothing is renamed, its clock runs, its channels have other ids in another order, and its own random numbers.</summary>
/// <remarks>Written apart from the server of the search, by the rules of the outputs alone: what both do must be the same.</remarks>
internal sealed class LiveServer(Setting setting, SharedTable shared, int place, bool isFounded)
{
    private readonly Disk _disk = setting.NewDisk(place, isFounded);
    private readonly SortedDictionary<ulong, uint> _names = [];
    private readonly List<Output.Write> _writes = [];
    private readonly List<Output> _held = [];
    private readonly Queue<Input> _answers = [];
    private readonly Outputs _outputs = new();
    private readonly DeterministicRandom _random = new((ulong)place + 77);
    private WriteId _done;
    private long _now;

    internal Peer? Peer { get; private set; }

    internal List<(string Where, int What)> Effects { get; } = [];

    internal HistoryPoint LastOnDisk => _disk.Last;

    /// <param name="action">What happens to it, in the words of the search.</param>
    /// <param name="opened">The name that the search gives to a channel that this step opens.</param>
    internal void Do(LocalAction action, uint opened)
    {
        Effects.Clear();
        switch (action.Kind)
        {
            case LocalKind.Start:
                Peer = new Peer(new PeerOptions(), setting.StartListOf(Setting.IdOf(place)), _disk.Recover(), _random.NextUInt64(), static _ => null);
                Step(Input.Tick.Instance, opened);
                break;
            case LocalKind.Crash:
                for (int i = 0; i < action.A; i++) Assert.Null(_disk.Do(_writes[i]));
                if (action.B > 0) Assert.Null(_disk.Tear((Output.Append)_writes[action.A], action.B));
                (Peer, _done, _now) = (null, default, 0);
                _writes.Clear();
                _held.Clear();
                _answers.Clear();
                break;
            case LocalKind.Write:
                _done = _writes[action.A - 1].Id;
                foreach (Output.Write write in _writes[..action.A]) Assert.Null(_disk.Do(write));
                _writes.RemoveRange(0, action.A);
                foreach (Output held in _held.ToArray())
                    if (After(held) <= _done && _held.Remove(held)) Leave(held);
                Step(new Input.WritesDone(_done), opened);
                break;
            case LocalKind.Answer: Step(_answers.Dequeue(), opened); break;
            case LocalKind.Receive: Step(new Input.Received(Id(action.A), (Message)shared[action.B]), opened); break;
            case LocalKind.ChannelUp:
                bool isOutgoing = ChannelName.Learner((uint)action.A) == place;
                if (!isOutgoing) _names[0xFFFF_0000_0000_0000 - ((ulong)action.A << 32) - _random.NextUInt64() % 1000] = (uint)action.A;
                Step(new Input.ChannelUp(Id(action.A), new ServerId((uint)action.B), isOutgoing), opened);
                break;
            case LocalKind.ChannelDown:
                _held.RemoveAll(held => held is Output.Send send && send.Channel == Id(action.A));
                Step(new Input.ChannelDown(Id(action.A), "gone"), opened);
                break;
            case LocalKind.PeerMessage: Step((Input)shared[action.B], opened); break;
            case LocalKind.Unreachable: Step(new Input.PeerUnreachable(new ServerId((uint)action.A)), opened); break;
            case LocalKind.FinalizeWait: Tick(TimeSpan.FromMilliseconds(50), opened); break;
            case LocalKind.Resend: Tick(TimeSpan.FromSeconds(2.5), opened); break;        // The longest that chance makes of two seconds.
            case LocalKind.Silence: Tick(TimeSpan.FromSeconds(1), opened); break;
            case LocalKind.Ping: Tick(TimeSpan.Zero, opened); break;
            case LocalKind.Submit: Step(new Input.Submit([new ProposalRequest(1, new[] { (byte)action.B })]), opened); break;
            case LocalKind.Read: Step(new Input.Read(1), opened); break;
            case LocalKind.Snapshot:
                SnapshotInfo snapshot = _disk.TakeSnapshot(Peer!.LastCommitted);
                Step(new Input.SnapshotTaken(snapshot, snapshot.Point.Zxid), opened);
                break;
            default: throw new InvalidOperationException(action.ToString());
        }
    }

    private static WriteId After(Output held) => held is Output.Send send ? send.After : ((Output.SendPeer)held).After;

    /// <summary>The newest channel of that name; one that broke before its other end heard of it has no id there.</summary>
    private ChannelId Id(int name) => new(_names.LastOrDefault(pair => pair.Value == (uint)name).Key);

    private void Tick(TimeSpan passed, uint opened)
    {
        _now += passed.Ticks;
        Step(Input.Tick.Instance, opened);
    }

    private void Step(Input input, uint opened)
    {
        _outputs.Clear();
        Peer!.Step(new Instant(_now, 1), input, _outputs);
        for (int i = 0; i < _outputs.Count; i++) Carry(_outputs[i], opened);
    }

    private void Carry(Output output, uint opened)
    {
        switch (output)
        {
            case Output.Send or Output.SendPeer:
                if (output is Output.SendPeer newer) _held.RemoveAll(held => held is Output.SendPeer older && older.To == newer.To && older.Message.GetType() == newer.Message.GetType());
                if (After(output) <= _done) Leave(output);
                else _held.Add(output);
                break;
            case Output.OpenChannel open:
                foreach (ulong old in _names.Where(pair => pair.Value == opened).Select(static pair => pair.Key).ToArray()) _names.Remove(old);
                _names[open.Channel.Value] = opened;
                Effects.Add(($"open {opened}", (int)open.Peer.Value));
                break;
            case Output.CloseChannel close:
                _held.RemoveAll(held => held is Output.Send send && send.Channel == close.Channel);
                Effects.Add(($"channel {_names[close.Channel.Value]}", -1));
                break;
            case Output.Write write: _writes.Add(write); break;
            case Output.ReadLog read: _answers.Enqueue(new Input.LogRead(read.Channel, read.After, _disk.Read(read.After, read.Through))); break;
            case Output.ReadSnapshot read: _answers.Enqueue(new Input.SnapshotRead(read.Channel, read.Offset, _disk.Snapshot == read.Snapshot ? new byte[] { 1 } : default)); break;
        }
    }

    private void Leave(Output output)
    {
        if (output is Output.Send send) Effects.Add(($"channel {_names[send.Channel.Value]}", shared.IdOf(send.Message)));
        else if (output is Output.SendPeer peer) Effects.Add(($"peer {peer.To}", shared.IdOf(new Input.PeerMessage(Setting.IdOf(place), _disk.HardState.ClusterId, peer.Message))));
    }
}
