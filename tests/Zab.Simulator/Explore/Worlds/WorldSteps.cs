using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>What became of a move.</summary>
internal enum Outcome : byte
{
    Made,

    /// <summary>It leads out of what is searched.</summary>
    OutOfBounds,

    /// <summary>A rule is broken.</summary>
    Broken,
}

/// <summary>Carries out a move in a world: the step of one server, what it sends, and the checks. Used by one thread.</summary>
internal sealed class WorldSteps(Tables tables, Bounds bounds, Stage stage)
{
    private readonly WorldChecks _checks = new(tables);

    /// <summary>The rule that the last move broke.</summary>
    internal string? Broken { get; private set; }

    /// <summary>The step of one server that the last move was; null where it was none.</summary>
    internal (int Server, LocalAction Action, LocalStep Step)? LastStep { get; private set; }

    internal Outcome Make(World world, Move move)
    {
        LastStep = null;
        switch (move.Kind)
        {
            case MoveKind.Local: return MakeLocal(world, move.Server, (LocalKind)move.A, move.B);
            case MoveKind.Peer: return DeliverPeer(world, move.Server, move.A, move.B);
            case MoveKind.Delay:
                world.Use(Budget.Delays);
                world.Delay(move.B, move.Server, move.A);
                return Outcome.Made;
            case MoveKind.Deliver: return Deliver(world, move.A, ofLeader: move.B != 0);
            case MoveKind.Lose: return EndChannel(world, move.A, ofLeader: move.B != 0);
            case MoveKind.Break:
                world.Use(Budget.Losses);
                BreakChannel(world.ChannelAt(move.A));
                return Outcome.Made;
            case MoveKind.Cut:
                world.Use(Budget.Cuts);
                world.CutOff = move.Server;
                return Outcome.Made;
            case MoveKind.Heal:
                world.CutOff = -1;
                return Outcome.Made;
            default: throw new InvalidOperationException(move.ToString());
        }
    }

    private Outcome MakeLocal(World world, int server, LocalKind kind, int amount)
    {
        switch (kind)
        {
            case LocalKind.Submit:
                world.Use(Budget.Proposals);
                return Step(world, server, new LocalAction(kind, 0, world.Used(Budget.Proposals)));
            case LocalKind.Crash:
                world.Use(Budget.Crashes);
                return Crash(world, server, amount);
            case LocalKind.Silence:
                if (world.CutOff < 0 || (server != world.CutOff && world.Local(server).Summary.Follows != world.CutOff)) world.Use(Budget.Timeouts);
                break;
            case LocalKind.Ping: world.Use(Budget.Pings); break;
            case LocalKind.Snapshot: world.Use(Budget.Snapshots); break;
            case LocalKind.Resend: world.Use(Budget.Resends); break;
            case LocalKind.Read:
                world.Use(Budget.Reads);
                Ghost ghost = tables.Ghosts[world.GhostId];
                world.GhostId = tables.Ghosts.IdOf(ghost with { Reader = server, ReadFrom = ghost.Committed.Zxid });
                break;
        }

        return Step(world, server, new LocalAction(kind, amount));
    }

    private Outcome Crash(World world, int server, int amount)
    {
        Ghost ghost = tables.Ghosts[world.GhostId];
        if (ghost.Reader == server) world.GhostId = tables.Ghosts.IdOf(ghost with { Reader = Ghost.NoReader, ReadFrom = Zxid.None });
        for (int i = 0; i < world.ChannelCount; i++)
        {
            Channel channel = world.ChannelAt(i);
            if (channel.Learner != server && channel.Leader != server) continue;
            BreakChannel(channel);
            channel.CloseEnd(ofLeader: channel.Leader == server);
        }

        world.RemoveClosed();
        (int writes, int entries) = Move.Crashed(amount);
        return Step(world, server, new LocalAction(LocalKind.Crash, writes, entries));
    }

    /// <summary>Who sends to a server that is down hears that it is not there.</summary>
    private Outcome DeliverPeer(World world, int from, int to, int kind)
    {
        int item = world.PeerMessage(kind, from, to);
        world.RemovePeerMessage(kind, from, to);
        if (world.Local(to).Summary.IsUp) return Step(world, to, new LocalAction(LocalKind.PeerMessage, 0, item));
        return world.Local(from).Summary.IsUp ? Step(world, from, new LocalAction(LocalKind.Unreachable, (int)Setting.IdOf(to).Value)) : Outcome.Made;
    }

    private Outcome Deliver(World world, int index, bool ofLeader)
    {
        Channel channel = world.ChannelAt(index);
        int item = tables.Queues.Head(channel.Queue(ofLeader));
        if (item == MessageQueues.Down) return EndChannel(world, index, ofLeader);

        channel.SetQueue(ofLeader, tables.Queues.Tail(channel.Queue(ofLeader)));
        uint name = channel.Name;
        int server = ofLeader ? channel.Leader : channel.Learner;
        int other = ofLeader ? channel.Learner : channel.Leader;
        if (item != MessageQueues.Up) return Step(world, server, new LocalAction(LocalKind.Receive, (int)name, MessageQueues.MessageOf(item)));
        if (ofLeader) Push(channel, toLeader: false, MessageQueues.Up);
        return Step(world, server, new LocalAction(LocalKind.ChannelUp, (int)name, (int)Setting.IdOf(other).Value));
    }

    private Outcome EndChannel(World world, int index, bool ofLeader)
    {
        Channel channel = world.ChannelAt(index);
        uint name = channel.Name;
        int server = ofLeader ? channel.Leader : channel.Learner;
        channel.CloseEnd(ofLeader);
        world.RemoveClosed();
        return Step(world, server, new LocalAction(LocalKind.ChannelDown, (int)name));
    }

    private Outcome Step(World world, int server, LocalAction action)
    {
        LocalState before = world.Local(server);
        if (ChannelName.FreeNumber(server, ChannelsMet(world)) is not { } free) return Outcome.OutOfBounds;
        LocalStep step = stage.Story is null ? tables.Locals.Step(before, server, action, free, stage) : tables.Locals.Make(before, server, action, free, stage);
        LastStep = (server, action, step);
        Broken = step.Broken;
        if (Broken is not null) return Outcome.Broken;

        world.SetLocal(server, step.Next.Id);
        Broken = _checks.Check(world, server, before.Summary, step.Next.Summary);
        if (Broken is not null) return Outcome.Broken;
        foreach (Effect effect in step.Effects)
        {
            Carry(world, server, effect);
            if (Broken is not null) return Outcome.Broken;
        }

        return IsWithinBounds(world, before.Summary, step.Next.Summary) ? Outcome.Made : Outcome.OutOfBounds;
    }

    private bool IsWithinBounds(World world, Summary before, Summary after)
    {
        if (before.Leading is null && after.Leading is not null)
        {
            if (world.Used(Budget.Elections) >= bounds[Budget.Elections]) return false;
            world.Use(Budget.Elections);
        }

        return after.Round <= (ulong)bounds.Rounds;
    }

    private uint ChannelsMet(World world)
    {
        uint met = 0;
        for (int i = 0; i < world.ChannelCount; i++) met |= ChannelName.Bit(world.ChannelAt(i).Name);
        for (int i = 0; i < tables.Setting.Count; i++) met |= world.Local(i).Summary.ChannelsMet;
        return met;
    }

    private void Carry(World world, int server, Effect effect)
    {
        switch (effect.Kind)
        {
            case EffectKind.Send: Send(world, server, (uint)effect.A, effect.B); break;
            case EffectKind.SendPeer:
                var message = (Input.PeerMessage)tables.Shared[effect.B];
                world.SetPeerMessage(message.Message is Message.Founding && tables.SlotKinds > 1 ? 1 : 0, server, Setting.PlaceOf(new ServerId((uint)effect.A)), effect.B);
                break;
            case EffectKind.Open: Open(world, (uint)effect.B, Setting.PlaceOf(new ServerId((uint)effect.A))); break;
            case EffectKind.Close: Close(world, server, (uint)effect.A); break;
            case EffectKind.ReadReady: EndRead(world, server, effect); break;
        }
    }

    private void Send(World world, int server, uint name, int message)
    {
        int index = world.IndexOf(name);
        if (index < 0) return;
        Channel channel = world.ChannelAt(index);
        bool isFromLeader = channel.Leader == server;
        if (channel.IsEndOpen(isFromLeader)) Push(channel, toLeader: !isFromLeader, MessageQueues.ItemOf(message));
    }

    /// <summary>A channel to a server that is down is refused.</summary>
    private void Open(World world, uint name, int leader)
    {
        world.Insert(name, leader);
        Channel channel = world.ChannelAt(world.IndexOf(name));
        if (world.Local(leader).Summary.IsUp)
        {
            Push(channel, toLeader: true, MessageQueues.Up);
            return;
        }

        Push(channel, toLeader: false, MessageQueues.Down);
        channel.CloseEnd(ofLeader: true);
    }

    /// <summary>What was sent before still arrives, and then the end.</summary>
    private void Close(World world, int server, uint name)
    {
        int index = world.IndexOf(name);
        if (index < 0) return;
        Channel channel = world.ChannelAt(index);
        bool isLeader = channel.Leader == server;
        if (!channel.IsEndOpen(isLeader)) return;
        Push(channel, toLeader: !isLeader, MessageQueues.Down);
        channel.CloseEnd(isLeader);
        world.RemoveClosed();
    }

    private void BreakChannel(Channel channel)
    {
        Push(channel, toLeader: true, MessageQueues.Down);
        Push(channel, toLeader: false, MessageQueues.Down);
        channel.Break();
    }

    private void Push(Channel channel, bool toLeader, int item)
    {
        int queue = channel.Queue(toLeader);
        if (channel.IsEndOpen(toLeader) && !tables.Queues.IsEnded(queue)) channel.SetQueue(toLeader, tables.Queues.Push(queue, item));
    }

    private void EndRead(World world, int server, Effect effect)
    {
        Ghost ghost = tables.Ghosts[world.GhostId];
        if (ghost.Reader != server) return;
        if (effect.A >= 0 && new Zxid((uint)effect.A, (uint)effect.B) is var at && at < ghost.ReadFrom)
            Broken = $"I22: {Setting.IdOf(server)} reads at {at}, and {ghost.ReadFrom} was committed before the read was asked for";
        world.GhostId = tables.Ghosts.IdOf(ghost with { Reader = Ghost.NoReader, ReadFrom = Zxid.None });
    }
}
