using System.Runtime.InteropServices;
using Zab.Core;
using Zab.Testing.Checks;

namespace Zab.Tests.Checks;

/// <summary>One server of a hand-made run: what it does, its peer says of itself, too, unless a test makes it say something else.</summary>
internal sealed class Actor(Trace trace, ServerId id)
{
    private readonly List<Output.Write> _pending = [];
    private readonly Dictionary<ServerId, ChannelId> _channels = [];        // Of learners to this server.
    private ulong _write;

    internal ServerId Id { get; } = id;

    internal Role Role { get; set; } = Role.Looking;

    internal uint Epoch { get; set; }

    internal HistoryPoint Last { get; set; }

    internal Zxid Durable { get; set; }

    internal Zxid Committed { get; set; }

    internal HardState Hard { get; set; } = new()
    {
        ServerId = id, Incarnation = new Incarnation(100 + id.Value), Generation = 1,
        ClusterId = trace.Record.FoundingClusterId(), Founding = trace.Record, Founded = true,
    };

    /// <summary>Every entry that it ever appended.</summary>
    internal List<Entry> Log { get; } = [];

    internal WriteId LastWrite => new(_write);

    // ---- Lives ----

    internal void Start() => Start(new History(default));

    /// <summary>Comes back with the entries of its log up to here, as they were appended.</summary>
    internal void Restart(Zxid through, SnapshotInfo? snapshot = null)
    {
        var history = new History(snapshot?.Point ?? default);
        foreach (Entry entry in Log)
            if (entry.Zxid > history.Last.Zxid && entry.Zxid <= through) history.Append(entry.Point);
        Start(history, snapshot);
    }

    internal void Start(History history, SnapshotInfo? snapshot = null)
    {
        Hard = Hard with { Generation = Hard.Generation + 1 };
        trace.Watch.Started(Id, new RecoveredState(Hard, history, [], snapshot, LastUtcTicks: 1, Damage: null));
        (Role, Epoch, Last, Durable, Committed) = (Role.Looking, 0, history.Last, history.Last.Zxid, snapshot?.Point.Zxid ?? history.Base.Zxid);
        Log.RemoveAll(entry => entry.Zxid > history.Last.Zxid);
        _pending.Clear();
        _channels.Clear();
        _write = 0;
        Step(Input.Tick.Instance);
    }

    internal void Crash() => trace.Watch.Crashed(Id);

    // ---- Steps ----

    internal void Step(Input input, params Output[] list)
    {
        var outputs = new Outputs();
        foreach (Output output in list) outputs.Add(output);
        trace.Watch.Stepped(Id, new PeerFacts(Role, Epoch, Last, Durable, Committed), input, outputs);
    }

    internal void Say(Actor to, Message message) => trace.Watch.Sent(Id, to.Id, default, message);

    /// <summary>Asks for a write. What the peer says of its log goes with it.</summary>
    internal void Ask(Output.Write write)
    {
        _pending.Add(write);
        switch (write)
        {
            case Output.Append append:
                Last = append.Entries[^1].Point;
                Log.AddRange(append.Entries);
                break;
            case Output.Truncate truncate:
                Last = truncate.Target;
                if (Durable > Last.Zxid) Durable = Last.Zxid;
                Log.RemoveAll(entry => entry.Zxid > Last.Zxid);
                break;
            case Output.SaveHardState save: Hard = save.State; break;
        }

        Step(Input.Tick.Instance, write);
    }

    internal WriteId NextWrite() => new(++_write);

    internal void Append(params Entry[] entries) => Ask(new Output.Append(NextWrite(), entries));

    internal void Save(Func<HardState, HardState> change)
    {
        HardState state = change(Hard);
        Ask(new Output.SaveHardState(NextWrite(), state with { Generation = state.Generation + 1 }));
    }

    internal void Truncate(HistoryPoint target) => Ask(new Output.Truncate(NextWrite(), target));

    internal void Install(SnapshotInfo snapshot) => Ask(new Output.InstallSnapshot(NextWrite(), snapshot));

    /// <summary>Everything asked for is durable, and the peer hears of it.</summary>
    internal void Flush(bool installRejected = false)
    {
        trace.Watch.Durable(Id, CollectionsMarshal.AsSpan(_pending), installRejected);
        if (!installRejected && _pending.OfType<Output.InstallSnapshot>().LastOrDefault() is { } install)
        {
            Last = install.Snapshot.Point;
            Committed = Last.Zxid;
        }

        _pending.Clear();
        Durable = Last.Zxid;
        Step(new Input.WritesDone(LastWrite));
    }

    // ---- What servers do, in the order in which they must ----

    internal void Accept(uint epoch)
    {
        Save(state => state with { AcceptedEpoch = epoch });
        Flush();
    }

    internal void Adopt(uint epoch)
    {
        Save(state => state with { CurrentEpoch = epoch, RepairFloor = null });
        Flush();
    }

    /// <summary>Discovery, as a learner: the channel opens, the epoch is promised, and what it holds is said; or less.</summary>
    internal ChannelId Join(Actor leader, uint epoch, HistoryPoint? saying = null)
    {
        ChannelId channel = Connect(leader);
        Say(leader, Info());
        leader.Say(this, new Message.LeaderInfo(epoch, ProtocolVersion.Current, Hard.ClusterId, trace.Record));
        Accept(epoch);
        Say(leader, new Message.AckEpoch(epoch, IsPromise: true, Hard.CurrentEpoch, default, saying ?? Last, [], Hard.RepairFloor));
        return channel;
    }

    internal ChannelId Connect(Actor leader)
    {
        ChannelId channel = leader._channels[Id] = trace.NewChannel();
        leader.Step(new Input.ChannelUp(channel, Id, IsOutgoing: false));
        return channel;
    }

    internal ChannelId Channel(Actor leader) => leader._channels[Id];

    internal Message.LearnerInfo Info() =>
        new(IsVoter: true, Hard.AcceptedEpoch, ProtocolVersion.Current, Zxid.None, Hard.Incarnation, Counts: true, Hard.Generation, Last.Zxid);

    /// <summary>As a learner that holds the beginning of the leader's history: the rest is durable, then the epoch, then NEWLEADER acknowledged.</summary>
    internal void Sync(Actor leader, uint epoch)
    {
        leader.Say(this, new Message.Diff(epoch, Last));
        Entry[] missing = [.. leader.Log.Where(entry => entry.Zxid > Last.Zxid)];
        if (missing.Length > 0) Append(missing);
        Hear(leader, new Message.NewLeader(epoch, leader.Last.Zxid));
        Adopt(epoch);
        AckNewLeader(leader, epoch, leader.Last.Zxid);
    }

    internal void AckNewLeader(Actor leader, uint epoch, Zxid syncPoint)
    {
        var ack = new Message.AckNewLeader(epoch, syncPoint);
        Say(leader, ack);
        leader.Hear(this, ack);
    }

    /// <summary>A proposal, as a follower.</summary>
    internal void Accept(Actor leader, Entry entry)
    {
        leader.Say(this, new Message.Proposal(leader.Epoch, [entry], leader.Committed));
        Append(entry);
        Flush();
        Ack(leader, entry.Zxid);
    }

    internal void Ack(Actor leader, Zxid zxid)
    {
        var ack = new Message.Ack(leader.Epoch, zxid);
        Say(leader, ack);
        leader.Hear(this, ack);
    }

    internal void Hear(Actor from, Message message) => Step(new Input.Received(_channels.GetValueOrDefault(from.Id), message));

    internal void Lead(uint epoch)
    {
        (Role, Epoch, Committed) = (Role.Leading, epoch, Last.Zxid);
        Step(new Input.WritesDone(LastWrite), [.. Given()]);
    }

    /// <summary>As the leader.</summary>
    internal void Decide(Zxid zxid)
    {
        Committed = zxid;
        Step(Input.Tick.Instance, [.. Given()]);
    }

    /// <summary>As a follower.</summary>
    internal void Learn(uint epoch, Zxid committed)
    {
        (Role, Epoch, Committed) = (Role.Following, epoch, committed);
        Step(Input.Tick.Instance, [.. Given()]);
    }

    internal void Look()
    {
        (Role, Epoch) = (Role.Looking, 0);
        Step(Input.Tick.Instance);
    }

    internal void Apply(Entry entry) => trace.Watch.Applied(Id, entry);

    private IEnumerable<Output> Given()
    {
        if (Committed != Zxid.None) yield return new Output.Commit(Committed < Durable ? Committed : Durable);
    }
}
