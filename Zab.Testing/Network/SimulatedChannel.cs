using Zab.Core;
using Zab.Transport;
using Zab.Wire;

namespace Zab.Testing;

/// <summary>One connection from a learner to a leader: two directions, each in order. What is on its way when a wire is blocked arrives after it was healed, or never.</summary>
internal sealed class SimulatedChannel
{
    private readonly World _world;
    private readonly SimulatedTransport _learnerEnd;
    private readonly Direction _up;
    private readonly Direction _down;
    private SimulatedTransport? _leaderEnd;
    private bool _isUpAtLearner;
    private bool _isUpAtLeader;
    private bool _isClosedAtLearner;
    private bool _isClosedAtLeader;

    internal SimulatedChannel(World world, ChannelId id, SimulatedTransport learner, ServerId leader)
    {
        (_world, Id, _learnerEnd, Learner, Leader) = (world, id, learner, learner.Local.Id, leader);
        _up = new Direction(this, Learner, leader);
        _down = new Direction(this, leader, Learner);
        world.Network.Add(this);
    }

    internal ChannelId Id { get; }

    internal ServerId Learner { get; }

    internal ServerId Leader { get; }

    internal long QueuedBytes(ServerId from) => (from == Learner ? _up : _down).Bytes;

    internal ServerId Other(ServerId one) => one == Learner ? Leader : Learner;

    internal bool Goes(ServerId from, ServerId to) => (from == Learner && to == Leader) || (from == Leader && to == Learner);

    /// <summary>Whether this end, of this life, has not been closed.</summary>
    internal bool IsUsable(SimulatedTransport end) => end == _learnerEnd ? !_isClosedAtLearner : end == _leaderEnd && !_isClosedAtLeader;

    // ---- Opening ----

    internal void Dial()
    {
        SimulatedNetwork network = _world.Network;
        bool isReached = network.IsOpen(Learner, Leader) && _world[Leader].HasPower;
        if (isReached) _world.Time.After(network.Delay(Learner, Leader) + network.Delay(Leader, Learner), Meet);
        else _world.Time.After(_learnerEnd.Local.Options.ConnectTimeout.Ticks, () => Fail(atLearner: true, "it did not answer"));
    }

    private void Meet()
    {
        if (_learnerEnd.Life.IsOver || _isClosedAtLearner) return;
        if (!_world.Network.IsOpen(Learner, Leader))
        {
            _world.Time.After(_learnerEnd.Local.Options.ConnectTimeout.Ticks, () => Fail(atLearner: true, "it did not answer"));
            return;
        }

        if (_world[Leader].Life is not { } life)
        {
            Fail(atLearner: true, "the connection was refused");
            return;
        }

        var hello = new Hello(Hello.CurrentVersion, Learner, Leader, ConnectionKind.Channel, Id);
        if (life.Transport.Refusal(hello, _learnerEnd.Local.Cluster) is { } refusal)
        {
            Fail(atLearner: true, refusal);
            return;
        }

        _leaderEnd = life.Transport;
        _isUpAtLearner = true;
        _learnerEnd.Post(new Input.ChannelUp(Id, Leader, IsOutgoing: true));
    }

    // ---- Sending ----

    internal void Send(SimulatedTransport from, byte[] frame)
    {
        Direction direction = from == _learnerEnd ? _up : _down;
        if (direction.Bytes + frame.Length > from.Local.Options.SendQueueBytesMax)
        {
            Fail(from == _learnerEnd, "it does not keep up");
            return;
        }

        direction.Send(frame);
    }

    /// <summary>This end closes; what it sent before still arrives.</summary>
    internal void Close(ServerId by)
    {
        if (by == Learner) _isClosedAtLearner = true;
        else _isClosedAtLeader = true;
        (by == Learner ? _up : _down).Send(null);
        ForgetWhereClosed();
    }

    /// <summary>The process at one end is gone.</summary>
    internal void Finish(ServerId died)
    {
        if (died == Learner ? _isClosedAtLearner : _isClosedAtLeader) return;
        if (died == Leader && _leaderEnd is null) return;
        Close(died);
    }

    /// <summary>The connection is reset; each end that can be reached hears of it.</summary>
    internal void Reset(string reason)
    {
        Fail(atLearner: true, reason);
        Fail(atLearner: false, reason);
    }

    internal void Retransmit(ServerId from) => (from == Learner ? _up : _down).Resume();

    internal void Hasten(ServerId from) => (from == Learner ? _up : _down).Hasten();

    private void Fail(bool atLearner, string reason)
    {
        if (atLearner ? _isClosedAtLearner : _isClosedAtLeader) return;
        bool wasKnown = atLearner || _isUpAtLeader;
        if (atLearner) _isClosedAtLearner = true;
        else _isClosedAtLeader = true;
        if (wasKnown) (atLearner ? _learnerEnd : _leaderEnd)?.Post(new Input.ChannelDown(Id, reason));
        if (_isUpAtLearner) (atLearner ? _up : _down).Send(null);
        ForgetWhereClosed();
    }

    private void ForgetWhereClosed()
    {
        if (_isClosedAtLearner && (_isClosedAtLeader || _leaderEnd is null)) _world.Network.Remove(this);
    }

    /// <summary>What becomes of a frame that is about to arrive.</summary>
    private Arrival Fate(ServerId from, ServerId to, byte[]? bytes)
    {
        if (bytes is null || _world.Network.OnArrival is not { } judge) return Arrival.Delivered;
        var input = new System.Buffers.ReadOnlySequence<byte>(bytes);
        return Frame.TryRead(ref input, Limits.FrameBytesMax, out Frame frame) ? judge(from, to, MessageCodec.Read(frame)) : Arrival.Delivered;
    }

    /// <summary>Bytes arrive at an end; null is the end of the connection.</summary>
    private void Arrive(bool atLearner, byte[]? bytes)
    {
        if (atLearner ? _isClosedAtLearner : _isClosedAtLeader) return;
        SimulatedTransport? end = atLearner ? _learnerEnd : _leaderEnd;
        if (end is null || end.Life.IsOver)
        {
            if (_world[atLearner ? Learner : Leader].HasPower) Fail(!atLearner, "the connection was reset: its process is gone");
            return;
        }

        if (bytes is null)
        {
            Fail(atLearner, "it closed the connection");
            return;
        }

        try
        {
            Message message = end.Read(bytes, _isUpAtLeader || atLearner ? Limits.FrameBytesMax : Limits.SmallFrameBytesMax, Id.Value, TcpChannel.Expects(isOutgoing: atLearner), out _);
            _world.Network.Delivered++;
            if (!atLearner && !_isUpAtLeader)
            {
                _isUpAtLeader = true;
                end.Post(new Input.ChannelUp(Id, Learner, IsOutgoing: false));
            }

            end.Post(new Input.Received(Id, message));
            _world.OnFrame?.Invoke(atLearner ? Leader : Learner, atLearner ? Learner : Leader, Frame.TypeOf(bytes), true);
        }
        catch (WireException e)
        {
            _world.Rarities.Count(Rare.FrameRefused);
            Fail(atLearner, e.Message);
        }
    }

    /// <summary>Bytes in order, one way.</summary>
    private sealed class Direction(SimulatedChannel channel, ServerId from, ServerId to) : Occurrence
    {
        private readonly Queue<(long At, byte[]? Bytes)> _underWay = [];
        private long _last;
        private bool _isPlanned;
        private bool _isStuck;

        internal long Bytes { get; private set; }

        private World World => channel._world;

        internal void Send(byte[]? bytes)
        {
            SimulatedWire wire = World.Network[from, to];
            long at = Math.Max(World.Time.Now + World.Network.Delay(from, to), _last);
            if (wire.BytesPerSecond > 0) at += (bytes?.Length ?? 1) * TimeSpan.TicksPerSecond / wire.BytesPerSecond;
            _last = at;
            _underWay.Enqueue((at, bytes));
            Bytes += bytes?.Length ?? 0;
            Plan();
        }

        /// <summary>The wire was healed: what was lost on it is sent again, some time from now.</summary>
        internal void Resume()
        {
            if (!_isStuck) return;
            _isStuck = false;
            _isPlanned = true;
            World.Time.After(World.Network.Random.NextInt64(TimeSpan.TicksPerSecond), this);
        }

        /// <summary>The wire is fast again: what a slow one held up arrives soon.</summary>
        internal void Hasten()
        {
            long limit = World.Time.Now + World.Network.Delay(from, to);
            if (_last <= limit) return;
            for (int i = _underWay.Count; i > 0; i--)
            {
                (long at, byte[]? bytes) = _underWay.Dequeue();
                _underWay.Enqueue((Math.Min(at, limit), bytes));
            }

            _last = limit;
            _isPlanned = false;
            Plan();
        }

        internal override void Happen()
        {
            _isPlanned = false;
            while (_underWay.TryPeek(out (long At, byte[]? Bytes) next) && next.At <= World.Time.Now)
            {
                SimulatedWire wire = World.Network[from, to];
                if (wire.IsBlocked || !World[to].HasPower)
                {
                    _isStuck = wire.IsBlocked;
                    if (!_isStuck) Drop();
                    return;
                }

                Arrival fate = channel.Fate(from, to, next.Bytes);
                if (fate == Arrival.Held)
                {
                    _isStuck = true;
                    return;
                }

                if (fate == Arrival.Broken)
                {
                    channel.Reset("the connection broke");
                    return;
                }

                _underWay.Dequeue();
                Bytes -= next.Bytes?.Length ?? 0;
                World.NetworkActions++;
                Deliver(wire, next.Bytes);
            }

            Plan();
        }

        private void Deliver(SimulatedWire wire, byte[]? bytes)
        {
            bool atLearner = to == channel.Learner;
            if (bytes is not null)
            {
                if (wire.FlipsPerMillion > 0 && World.Network.Random.Next(1_000_000) < wire.FlipsPerMillion)
                {
                    bytes = [.. bytes];
                    bytes[World.Network.Random.Next(bytes.Length)] ^= (byte)(1 << World.Network.Random.Next(8));
                }

                if (wire.ReplaysPerMillion > 0 && World.Network.Random.Next(1_000_000) < wire.ReplaysPerMillion && wire.Recorded is { } recorded) channel.Arrive(atLearner, recorded);
                if (World.Network.Random.Next(64) == 0) wire.Recorded = bytes;
            }

            channel.Arrive(atLearner, bytes);
        }

        private void Drop()
        {
            _underWay.Clear();
            Bytes = 0;
        }

        private void Plan()
        {
            if (_isPlanned || _isStuck || !_underWay.TryPeek(out (long At, byte[]? Bytes) next)) return;
            _isPlanned = true;
            World.Time.At(next.At, this);
        }
    }
}
