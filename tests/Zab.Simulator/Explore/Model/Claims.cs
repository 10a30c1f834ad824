using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>What must be on the sender's disk when a message leaves it.</summary>
internal static class Claims
{
    /// <summary>
    /// <code>
    /// message        must be durable at its sender                                 rule
    /// VOTE           the last entry that it names                                  P1
    /// LEARNERINFO    the last entry that it names                                  P1
    /// LEADERINFO     the promise of its epoch                                      I2
    /// ACKEPOCH       the promise of its epoch; the history that it describes       I2, P1
    /// ACK NEWLEADER  the history up to the sync point, and the epoch               I3
    /// ACK            the entries up to it, in the epoch                            I4
    /// SYNCPROGRESS   the entries up to it                                          I4
    /// </code>
    /// </summary>
    internal static string? Broken(Output send, Disk disk) => ((send as Output.Send)?.Message ?? (send as Output.SendPeer)?.Message) switch
    {
        Message.Vote m when m.LastDurable > disk.Last.Zxid => $"P1: VOTE claims {m.LastDurable}, and the disk ends at {disk.Last.Zxid}",
        Message.LearnerInfo m when m.LastDurable > disk.Last.Zxid => $"P1: LEARNERINFO claims {m.LastDurable}, and the disk ends at {disk.Last.Zxid}",
        Message.LeaderInfo m when m.Epoch > disk.HardState.AcceptedEpoch => $"I2: LEADERINFO of epoch {m.Epoch} leaves with accepted epoch {disk.HardState.AcceptedEpoch} on disk",
        Message.AckEpoch m when m.Epoch > disk.HardState.AcceptedEpoch => $"I2: ACKEPOCH of epoch {m.Epoch} leaves with accepted epoch {disk.HardState.AcceptedEpoch} on disk",
        Message.AckEpoch m when !disk.Holds(m.Last) => $"P1: ACKEPOCH claims {m.Last}, and the disk ends at {disk.Last}",
        Message.AckNewLeader m when m.Epoch != disk.HardState.CurrentEpoch => $"I3: NEWLEADER of epoch {m.Epoch} is acknowledged with current epoch {disk.HardState.CurrentEpoch} on disk",
        Message.AckNewLeader m when !disk.Holds(m.SyncPoint) => $"I3: NEWLEADER is acknowledged at {m.SyncPoint}, and the disk ends at {disk.Last.Zxid}",
        Message.Ack m when !disk.Holds(m.Zxid) => $"I4: {m.Zxid} is acknowledged, and the disk ends at {disk.Last.Zxid}",
        Message.Ack m when m.Epoch != disk.HardState.CurrentEpoch => $"I4: {m.Zxid} is acknowledged in epoch {m.Epoch}, with current epoch {disk.HardState.CurrentEpoch} on disk",
        Message.SyncProgress m when !disk.Holds(m.Zxid) => $"I4: {m.Zxid} is reported, and the disk ends at {disk.Last.Zxid}",
        _ => null,
    };
}
