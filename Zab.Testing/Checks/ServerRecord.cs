using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>A write that was asked for and not reported durable yet.</summary>
/// <param name="Write">What was asked for.</param>
/// <param name="After">The entry that must be durable before it; none for most.</param>
internal readonly record struct PendingWrite(Output.Write Write, Zxid After);

/// <summary>A channel that a learner opened to this server, as long as it is open, and what arrived on it.</summary>
internal sealed class OpenChannel(ChannelId id, ServerRecord learner)
{
    internal ChannelId Id { get; } = id;

    internal ServerRecord Learner { get; } = learner;

    /// <summary>The epoch whose NEWLEADER was acknowledged on it; 0 before.</summary>
    internal uint Epoch { get; private set; }

    internal Zxid Acked { get; private set; }

    internal void Adopt(uint epoch, Zxid syncPoint) => (Epoch, Acked) = (epoch, syncPoint);

    internal void Ack(uint epoch, Zxid zxid)
    {
        if (epoch == Epoch && zxid > Acked) Acked = zxid;
    }
}

/// <summary>What was seen of one server. Histories are named by their last entry, see <see cref="Histories"/>.</summary>
internal sealed class ServerRecord(ServerId id, int index, bool isVoter)
{
    internal ServerId Id { get; } = id;

    internal int Index { get; } = index;

    internal bool IsVoter { get; } = isVoter;

    // ---- The directory: outlives lives. ----

    /// <summary>Whether the directory was seen at least once.</summary>
    internal bool IsKnown { get; set; }

    /// <summary>The promises that are durable.</summary>
    internal HardState Hard { get; set; } = new();

    /// <summary>The promises that were asked to be written last. Invariant: no epoch and no generation below that of <see cref="Hard"/>.</summary>
    internal HardState Asked { get; set; } = new();

    /// <summary>The history that was reported durable.</summary>
    internal Zxid Durable { get; set; }

    /// <summary>The history that was durable before the last cut or installed snapshot; what was said before may still speak of it.</summary>
    internal Zxid Replaced { get; set; }

    /// <summary>The newest snapshot.</summary>
    internal Zxid Snapshot { get; set; }

    /// <summary>The highest epoch whose leader was given a promise, in words. Invariant: ≤ Hard.AcceptedEpoch.</summary>
    internal uint Promised { get; set; }

    /// <summary>What is waited for, in the order asked. Kept over a crash: some of it may have been done.</summary>
    internal Queue<PendingWrite> Pending { get; } = [];

    internal bool IsWiped { get; set; }

    internal bool IsRestored { get; set; }

    /// <summary>Stays until the directory is replaced: what is damaged may be found late.</summary>
    internal bool IsDamaged { get; set; }

    // ---- This life. ----

    internal bool IsUp { get; set; }

    /// <summary>Counts the starts.</summary>
    internal int Life { get; set; }

    /// <summary>The history in the log, durable or about to be.</summary>
    internal Zxid Logged { get; set; }

    /// <summary>The commit point it was last seen to know, and that was found right.</summary>
    internal Zxid Committed { get; set; }

    /// <summary>How far the state machine was told to apply.</summary>
    internal Zxid CommitGiven { get; set; }

    internal Zxid Applied { get; set; }

    /// <summary>Where the last snapshot replaced the live state.</summary>
    internal Zxid StateBase { get; set; }

    /// <summary>The entry of the last request whose fate was heard of.</summary>
    internal Zxid Heard { get; set; }

    /// <summary>The epoch that it leads, established; 0 while it does not.</summary>
    internal uint Leading { get; set; }

    /// <summary>The last NEWLEADER that it received.</summary>
    internal (uint Epoch, Zxid SyncPoint) NewLeader { get; set; }

    /// <summary>An installed snapshot that is durable, and of which the peer has not heard; none else.</summary>
    internal WriteId Installed { get; set; }

    /// <summary>Linearizable reads that wait, and what was committed when they were asked for.</summary>
    internal Dictionary<ulong, Zxid> Reads { get; } = [];

    /// <summary>Why nothing may be said any more; null while it may.</summary>
    internal string? Poison { get; set; }

    /// <summary>What was said in the step that ended everything, before its end.</summary>
    internal List<Message> LastWords { get; } = [];

    internal List<OpenChannel> Channels { get; } = [];

    internal OpenChannel? Channel(ChannelId id)
    {
        foreach (OpenChannel channel in Channels)
            if (channel.Id == id) return channel;
        return null;
    }

    internal void Close(ChannelId id)
    {
        for (int i = Channels.Count - 1; i >= 0; i--)
            if (Channels[i].Id == id) Channels.RemoveAt(i);
    }

    internal void EndLife()
    {
        IsUp = false;
        Leading = 0;
        Channels.Clear();
    }

    /// <summary>A new life with this history, all of it durable.</summary>
    internal void BeginLife(RecoveredState recovered)
    {
        IsUp = true;
        IsKnown = true;
        Life++;
        Pending.Clear();
        Channels.Clear();
        LastWords.Clear();
        Reads.Clear();
        Hard = Asked = recovered.HardState;
        Durable = Logged = Replaced = recovered.History.Last.Zxid;
        Snapshot = Committed = CommitGiven = recovered.Snapshot?.Point.Zxid ?? recovered.History.Base.Zxid;
        Applied = StateBase = Heard = Zxid.None;
        Leading = 0;
        NewLeader = default;
        Installed = WriteId.None;
        Poison = null;
        IsWiped = IsRestored = false;
    }
}
