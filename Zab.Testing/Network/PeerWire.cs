using Zab.Core;
using Zab.Wire;

namespace Zab.Testing;

/// <summary>What one server tells another outside channels: the newest of each type, tried until it was receipted.</summary>
internal sealed class PeerWire(World world, SimulatedTransport from, ServerId to) : Occurrence
{
    private readonly SortedDictionary<FrameType, EncodedMessage> _kept = [];
    private long _plannedAt = long.MaxValue;
    private long _delay = from.Local.Options.ReconnectDelayMin.Ticks;

    internal void Send(EncodedMessage message)
    {
        _kept[message.Type] = message;
        if (_plannedAt == long.MaxValue) Plan(world.Network.Delay(from.Local.Id, to));
    }

    internal void Hurry()
    {
        if (_kept.Count > 0) Plan(world.Network.Delay(from.Local.Id, to));
    }

    internal override void Happen()
    {
        if (_plannedAt != world.Time.Now || from.Life.IsOver) return;
        _plannedAt = long.MaxValue;
        world.NetworkActions++;
        SimulatedWire wire = world.Network[from.Local.Id, to];
        bool isAnswered = !world.Network[to, from.Local.Id].IsBlocked;
        if (wire.IsBlocked || !world[to].HasPower) GiveUpAfter(from.Local.Options.ConnectTimeout.Ticks);
        else if (world[to].Life is not { } life) Fail();
        else if (!Deliver(life.Transport, wire)) Fail();
        else if (!isAnswered) GiveUpAfter(from.Local.Options.ReceiptTimeout.Ticks);
        else
        {
            _kept.Clear();
            _delay = from.Local.Options.ReconnectDelayMin.Ticks;
        }
    }

    /// <summary>False where the other side refused the connection, or what came over it.</summary>
    private bool Deliver(SimulatedTransport target, SimulatedWire wire)
    {
        ulong incarnation = world.Network.Random.NextUInt64();
        var hello = new Hello(Hello.CurrentVersion, from.Local.Id, to, ConnectionKind.Peer, new ChannelId(incarnation));
        if (target.Refusal(hello, from.Local.Cluster) is not null) return false;
        foreach (EncodedMessage message in _kept.Values)
        {
            byte[] bytes = from.Frame(message, incarnation);
            if (wire.FlipsPerMillion > 0 && world.Network.Random.Next(1_000_000) < wire.FlipsPerMillion) bytes[world.Network.Random.Next(bytes.Length)] ^= (byte)(1 << world.Network.Random.Next(8));
            try
            {
                Message read = target.Read(bytes, Limits.SmallFrameBytesMax, incarnation, FrameTypes.IsPeer, out ClusterId cluster);
                world.Network.Delivered++;
                target.HeardFrom(from.Local.Id);
                target.Post(new Input.PeerMessage(from.Local.Id, cluster, read));
                world.OnFrame?.Invoke(from.Local.Id, to, message.Type, true);
            }
            catch (WireException)
            {
                world.Rarities.Count(Rare.FrameRefused);
                return false;
            }
        }

        return true;
    }

    private void GiveUpAfter(long ticks) => world.Time.After(ticks, () =>
    {
        if (!from.Life.IsOver) Fail();
    });

    private void Fail()
    {
        from.Post(new Input.PeerUnreachable(to));
        long wait = (_delay / 2) + world.Network.Random.NextInt64((_delay / 2) + 1);
        _delay = Math.Min(_delay * 2, from.Local.Options.ReconnectDelayMax.Ticks);
        Plan(wait);
    }

    private void Plan(long ticks)
    {
        long at = world.Time.Now + ticks;
        if (at >= _plannedAt) return;
        _plannedAt = at;
        world.Time.At(at, this);
    }
}
