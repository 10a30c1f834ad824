using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>Lists what may happen next in a world, in an order that depends on the world alone.</summary>
internal sealed class WorldMoves(Tables tables, Bounds bounds)
{
    private readonly int _count = tables.Setting.Count;

    internal void List(World world, List<Move> moves)
    {
        moves.Clear();
        if (bounds.ArePeersPrompt && ListPromptMessage(world, moves)) return;
        ListPeerMessages(world, moves);
        for (int server = 0; server < _count; server++) ListLocal(world, server, world.Local(server).Summary, moves);
        ListChannels(world, moves);
        ListCuts(world, moves);
    }

    /// <summary>The first message that is not late; false where all others may happen too.</summary>
    private bool ListPromptMessage(World world, List<Move> moves)
    {
        ListPeerMessages(world, moves);
        foreach (Move move in moves)
        {
            if (world.IsDelayed(move.B, move.Server, move.A)) continue;
            moves.Clear();
            moves.Add(move);
            if (May(world, Budget.Delays)) moves.Add(move with { Kind = MoveKind.Delay });
            return true;
        }

        moves.Clear();
        return false;
    }

    private bool May(World world, Budget budget) => world.Used(budget) < bounds[budget];

    private void ListPeerMessages(World world, List<Move> moves)
    {
        for (int kind = 0; kind < tables.SlotKinds; kind++)
        {
            for (int from = 0; from < _count; from++)
            {
                if (from == world.CutOff) continue;
                for (int to = 0; to < _count; to++)
                    if (to != world.CutOff && world.PeerMessage(kind, from, to) >= 0) moves.Add(new Move(MoveKind.Peer, (byte)from, (byte)to, (byte)kind));
            }
        }
    }

    private void ListLocal(World world, int server, Summary summary, List<Move> moves)
    {
        if (!summary.IsUp)
        {
            moves.Add(Move.Local(LocalKind.Start, server));
            return;
        }

        if (summary.WriteCount > 0) moves.Add(Move.Local(LocalKind.Write, server, 1));
        if (summary.WriteCount > 1) moves.Add(Move.Local(LocalKind.Write, server, summary.WriteCount));
        if (summary.AnswerCount > 0) moves.Add(Move.Local(LocalKind.Answer, server));
        if (summary.IsWaiting) moves.Add(Move.Local(LocalKind.FinalizeWait, server));
        else if (summary.IsLooking && May(world, Budget.Resends)) moves.Add(Move.Local(LocalKind.Resend, server));

        bool isInRole = summary.Leading is not null || summary.Follows >= 0;
        if (isInRole && (May(world, Budget.Timeouts) || HasCause(world, server, summary))) moves.Add(Move.Local(LocalKind.Silence, server));
        if (summary.Leading is not null && May(world, Budget.Pings)) moves.Add(Move.Local(LocalKind.Ping, server));

        bool mayCall = summary.IsServing && (bounds.AreCallersAnywhere || summary.Leading == LeaderPhase.Broadcast);
        if (mayCall && May(world, Budget.Proposals)) moves.Add(Move.Local(LocalKind.Submit, server));
        if (mayCall && May(world, Budget.Reads) && tables.Ghosts[world.GhostId].Reader == Ghost.NoReader) moves.Add(Move.Local(LocalKind.Read, server));
        if (summary.CanSnapshot && May(world, Budget.Snapshots)) moves.Add(Move.Local(LocalKind.Snapshot, server));
        if (May(world, Budget.Crashes)) ListCrashes(server, summary, moves);
    }

    /// <summary>Of the writes under way any number were done, in order, and of the next one, where it appends, any number of entries.</summary>
    private static void ListCrashes(int server, Summary summary, List<Move> moves)
    {
        for (int writes = 0; writes <= summary.WriteCount; writes++)
        {
            moves.Add(Move.Local(LocalKind.Crash, server, Move.CrashAmount(writes, 0)));
            for (int entries = 1; writes < summary.WriteCount && entries < summary.Appends[writes]; entries++) moves.Add(Move.Local(LocalKind.Crash, server, Move.CrashAmount(writes, entries)));
        }
    }

    /// <summary>Silence needs no budget between a server that is cut off and those on the other side.</summary>
    private static bool HasCause(World world, int server, Summary summary) =>
        world.CutOff >= 0 && (server == world.CutOff || summary.Follows == world.CutOff);

    private void ListChannels(World world, List<Move> moves)
    {
        for (int i = 0; i < world.ChannelCount; i++)
        {
            Channel channel = world.ChannelAt(i);
            ListEnd(channel, i, ofLeader: true, moves);
            ListEnd(channel, i, ofLeader: false, moves);
            if (channel is { IsBroken: false, IsLeaderEndOpen: true, IsLearnerEndOpen: true } && May(world, Budget.Losses)) moves.Add(new Move(MoveKind.Break, 0, (byte)i, 0));
        }
    }

    private void ListEnd(Channel channel, int index, bool ofLeader, List<Move> moves)
    {
        int queue = channel.Queue(ofLeader);
        if (queue == 0) return;
        byte server = (byte)(ofLeader ? channel.Leader : channel.Learner);
        moves.Add(new Move(MoveKind.Deliver, server, (byte)index, ofLeader ? (ushort)1 : (ushort)0));
        if (channel.IsBroken && tables.Queues.Head(queue) != MessageQueues.Down) moves.Add(new Move(MoveKind.Lose, server, (byte)index, ofLeader ? (ushort)1 : (ushort)0));
    }

    private void ListCuts(World world, List<Move> moves)
    {
        if (world.CutOff >= 0) moves.Add(new Move(MoveKind.Heal, (byte)world.CutOff, 0, 0));
        else if (May(world, Budget.Cuts))
            for (int server = 0; server < _count; server++) moves.Add(new Move(MoveKind.Cut, (byte)server, 0, 0));
    }
}
