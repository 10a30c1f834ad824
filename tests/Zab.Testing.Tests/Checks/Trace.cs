using System.Text;
using Xunit;
using Zab.Core;
using Zab.Testing.Checks;

namespace Zab.Tests.Checks;

/// <summary>A run made by hand: servers that do exactly what a test says, and the watch over them. Founded, all voters with an empty history.</summary>
internal sealed class Trace
{
    private readonly SortedDictionary<uint, Actor> _actors = [];
    private ulong _channel;

    internal Trace(uint voters = 3, uint observers = 0)
    {
        IEnumerable<int> ids = Enumerable.Range(1, (int)(voters + observers));
        StartList = new Ensemble(Zxid.None, ids.Select(id => new Member(new ServerId((uint)id), id <= voters, default)));
        Record = new Ensemble(Zxid.None, StartList.Voters.Select(static voter => voter with { Incarnation = new Incarnation(100 + voter.Id.Value) }));
        Watch = new Watch(StartList);
        foreach (Member member in StartList.Members) _actors.Add(member.Id.Value, new Actor(this, member.Id));
    }

    internal Ensemble StartList { get; }

    internal Ensemble Record { get; }

    internal Watch Watch { get; }

    internal Actor this[uint id] => _actors[id];

    internal IEnumerable<Actor> All => _actors.Values;

    internal ChannelId NewChannel() => new(++_channel);

    /// <summary>A run that is healthy so far: server 1 leads epoch 1 with servers 2 and 3, and this many entries are applied everywhere.</summary>
    internal static Trace Established(int entries = 0, uint voters = 3, uint observers = 0)
    {
        var trace = new Trace(voters, observers);
        foreach (Actor actor in trace.All) actor.Start();
        trace.Elect(1, epoch: 1, [.. trace.All.Skip(1).Select(static actor => actor.Id.Value)]);
        for (int i = 0; i < entries; i++) trace.Write(1, $"entry {i}", [.. trace.All.Skip(1).Select(static actor => actor.Id.Value)]);
        return trace;
    }

    internal static Entry Next(HistoryPoint after, uint epoch, string text = "text") => Next(after, epoch, Encoding.UTF8.GetBytes(text));

    internal static Entry Next(HistoryPoint after, uint epoch, byte[] payload, EntryType type = EntryType.Request) =>
        Entry.After(after, new Zxid(epoch, after.Zxid.Epoch == epoch ? after.Zxid.Counter + 1 : 1), utcTicks: 1, type, payload);

    /// <summary>Discovery and synchronisation in one go, and the leader established. Followers must hold the beginning of the leader's history.</summary>
    internal void Elect(uint leaderId, uint epoch, params uint[] followers)
    {
        Actor leader = this[leaderId];
        leader.Accept(epoch);
        foreach (uint follower in followers) this[follower].Join(leader, epoch);
        leader.Adopt(epoch);
        foreach (uint follower in followers) this[follower].Sync(leader, epoch);
        leader.Lead(epoch);
        foreach (uint follower in followers)
        {
            leader.Say(this[follower], new Message.UpToDate(epoch, leader.Committed));
            this[follower].Learn(epoch, leader.Committed);
        }
    }

    /// <summary>One proposal from its append to its apply, at the leader and these followers.</summary>
    internal Entry Write(uint leaderId, string text, params uint[] followers) =>
        Write(leaderId, Next(this[leaderId].Last, this[leaderId].Epoch, text), followers);

    internal Entry Write(uint leaderId, Entry entry, params uint[] followers)
    {
        Actor leader = this[leaderId];
        leader.Append(entry);
        leader.Flush();
        foreach (uint id in followers) this[id].Accept(leader, entry);
        leader.Decide(entry.Zxid);
        leader.Apply(entry);
        foreach (uint id in followers)
        {
            leader.Say(this[id], new Message.Commit(leader.Epoch, entry.Zxid));
            this[id].Learn(leader.Epoch, entry.Zxid);
            this[id].Apply(entry);
        }

        return entry;
    }

    /// <summary>This act breaks exactly this invariant.</summary>
    internal static ViolationException Breaks(string invariant, Action act)
    {
        ViolationException broken = Assert.Throws<ViolationException>(act);
        Assert.True(broken.Invariant == invariant, $"expected {invariant}, found {broken.Message}");
        return broken;
    }
}
