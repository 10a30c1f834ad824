using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>Tells people what a message, a write or a move is.</summary>
internal static class Words
{
    internal static string Of(Message message) => message switch
    {
        Message.Vote m => $"VOTE {m.State} round {m.Round} for {m.Candidate}, holds {m.LastDurable}, generation {m.Generation}",
        Message.LearnerInfo m => $"LEARNERINFO accepted {m.AcceptedEpoch}, holds {m.LastDurable}",
        Message.LeaderInfo m => $"LEADERINFO epoch {m.Epoch}",
        Message.AckEpoch m => $"ACKEPOCH epoch {m.Epoch}{(m.IsPromise ? ", a promise" : "")}, current {m.CurrentEpoch}, ends at {m.Last.Zxid}",
        Message.Diff m => $"DIFF after {m.Base.Zxid}",
        Message.Trunc m => $"TRUNC to {m.Target.Zxid}",
        Message.Snap m => $"SNAP at {m.Snapshot.Point.Zxid}",
        Message.NewLeader m => $"NEWLEADER epoch {m.Epoch}, sync point {m.SyncPoint}",
        Message.Proposal m => $"PROPOSAL {Entries(m.Entries)}, committed {m.Committed}",
        Message.Goodbye m => $"Goodbye: {m.Reason}",
        _ => message.ToString(),
    };

    internal static string Of(Output.Write write) => write switch
    {
        Output.Append w => $"append {Entries(w.Entries)}",
        Output.Truncate w => $"truncate to {w.Target.Zxid}",
        Output.SaveHardState { State: var s } => $"save accepted {s.AcceptedEpoch}, current {s.CurrentEpoch}",
        Output.InstallSnapshot w => $"install the snapshot at {w.Snapshot.Point.Zxid}",
        _ => write.GetType().Name,
    };

    /// <summary>A channel by its learner; with a mark where there was one before that is not forgotten yet.</summary>
    internal static string Channel(uint name) => $"{ChannelName.Learner(name) + 1}{new string('\'', (int)(name - 1) % ChannelName.PerLearner)}";

    private static string Entries(Entry[] entries) => string.Join(' ', entries.Select(static entry => entry.Zxid));

    internal static string Of(World world, Move move, Tables tables)
    {
        ServerIdText server = new(move.Server);
        switch (move.Kind)
        {
            case MoveKind.Local: return Of((LocalKind)move.A, server, move.B);
            case MoveKind.Peer or MoveKind.Delay:
                var message = (Input.PeerMessage)tables.Shared[world.PeerMessage(move.B, move.Server, move.A)];
                return move.Kind == MoveKind.Peer ? $"{new ServerIdText(move.A)} hears from {server}: {Of(message.Message)}" : $"what {server} sends to {new ServerIdText(move.A)} is late: {Of(message.Message)}";
            case MoveKind.Deliver or MoveKind.Lose:
                Channel channel = world.ChannelAt(move.A);
                string name = Channel(channel.Name);
                int item = move.Kind == MoveKind.Lose ? MessageQueues.Down : tables.Queues.Head(channel.Queue(move.B != 0));
                return item == MessageQueues.Up ? $"channel {name} is open at {server}"
                    : item == MessageQueues.Down ? $"channel {name} is closed at {server}{(move.Kind == MoveKind.Lose ? ", and what was on its way is lost" : "")}"
                    : $"{server} receives on channel {name}: {Of((Message)tables.Shared[MessageQueues.MessageOf(item)])}";
            case MoveKind.Break: return $"channel {Channel(world.ChannelAt(move.A).Name)} breaks";
            case MoveKind.Cut: return $"no vote reaches or leaves {server} any more";
            default: return $"votes reach and leave {server} again";
        }
    }

    private static string Of(LocalKind kind, ServerIdText server, int amount) => kind switch
    {
        LocalKind.Start => $"{server} starts",
        LocalKind.Crash => OfCrash(server, Move.Crashed(amount)),
        LocalKind.Write => $"the disk of {server} completes {amount} writes",
        LocalKind.Answer => $"{server} has read what a learner needs",
        LocalKind.FinalizeWait => $"{server} has waited for a better vote",
        LocalKind.Resend => $"{server} sends its vote again",
        LocalKind.Silence => $"the sync limit passes at {server} in silence",
        LocalKind.Ping => $"{server} ticks, and sends PINGs",
        LocalKind.Submit => $"a caller of {server} proposes",
        LocalKind.Read => $"a caller of {server} asks for a linearizable read",
        LocalKind.Snapshot => $"{server} takes a snapshot and drops its log",
        _ => $"{kind} at {server}",
    };

    private static string OfCrash(ServerIdText server, (int Writes, int Entries) done) =>
        $"{server} loses its power; {done.Writes} writes{(done.Entries > 0 ? $" and {done.Entries} entries" : "")} under way were done";

    private readonly record struct ServerIdText(int Place)
    {
        public override string ToString() => (Place + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
