using Zab.Core;
using Zab.Replica;
using Zab.Storage;
using Zab.Testing;

namespace Zab.Scenarios;

/// <summary>What one finds in a data directory by opening it, as a start does.</summary>
internal sealed record Found(Zxid Base, HistoryPoint Last, HardState HardState, Zxid[] Entries, SnapshotInfo? Snapshot);

/// <summary>What happens to servers, in the words of the stories.</summary>
internal static class Acts
{
    /// <summary>An ensemble that has nothing of its own left to write: its servers are named, and its processes have their sessions.</summary>
    internal static Story Settled(int voters)
    {
        Story story = Story.Running(voters);
        foreach (SimulatedServer server in story.World.Servers) story.Written(server.Id.Value, "settled", "1");
        story.Run(seconds: 1);
        story.UntilAllEqual();
        return story;
    }

    /// <summary>All servers but these, ascending by id.</summary>
    internal static SimulatedServer[] AllBut(this Story story, params SimulatedServer[] these) => [.. story.World.Servers.Except(these)];

    /// <summary>Nothing gets through between this server and the others, either way.</summary>
    internal static void CutOff(this Story story, SimulatedServer server)
    {
        foreach (SimulatedServer other in story.AllBut(server)) story.Network.Cut(server.Id, other.Id);
    }

    /// <summary>All wires are whole, and what was held goes on.</summary>
    internal static void Heal(this Story story)
    {
        story.Network.OnArrival = null;
        story.Network.HealAll();
    }

    /// <summary>Messages of this type, on channels from one server to another, wait until the wires are healed; and all behind them.</summary>
    internal static void Hold<T>(this Story story, SimulatedServer from, SimulatedServer to)
        where T : Message
    {
        story.Network.OnArrival = (source, target, message) => source == from.Id && target == to.Id && message is T ? Arrival.Held : Arrival.Delivered;
    }

    /// <summary>The process is gone, between two turns: nothing more is written, not even the half of something.</summary>
    internal static void Vanish(this Story story, SimulatedServer server)
    {
        if (!server.IsUp) return;
        server.KillAfterTurn();
        story.Until(() => !server.IsUp, $"server {server.Id} is gone");
    }

    internal static void UntilOneLeads(this Story story, params SimulatedServer[] of) =>
        story.Until(() => of.Any(static server => server.Life?.Peer.Role == Role.Leading), $"one of {string.Join(", ", of.Select(static server => server.Id))} leads");

    internal static void UntilLogged(this Story story, SimulatedServer server, Zxid zxid) =>
        story.Until(() => server.Life?.Peer.LastDurable >= zxid, $"{zxid} is durable at server {server.Id}");

    /// <summary>So many values of so many bytes, handed in at once; waits for all answers.</summary>
    internal static void Fill(this Story story, uint server, int count, int bytes, string key = "fill")
    {
        Call[] calls = [.. Enumerable.Range(0, count).Select(i => story.Write(server, $"{key} {i}", new string((char)('a' + (i % 26)), bytes)))];
        story.Until(() => calls.All(static call => call.Answer.IsCompleted), $"{count} writes at server {server} are answered");
    }

    /// <summary>Waits for the answer to a call.</summary>
    internal static Answer AnswerOf(this Story story, Call call)
    {
        story.Until(() => call.Answer.IsCompleted, "a call is answered");
        return call.Answer.Result;
    }

    /// <summary>Waits for a read index; null where it could not be confirmed.</summary>
    internal static Zxid? IndexOf(this Story story, Task<Zxid> read)
    {
        story.Until(() => read.IsCompleted, "a read is confirmed, or refused");
        return read.IsCompletedSuccessfully ? read.Result : null;
    }

    /// <summary>What its directory holds now. Nothing in it is changed.</summary>
    internal static Found OnDisk(this SimulatedServer server)
    {
        using IStore store = DiskStore.Open(server.Disk.Copy(seed: 1), server.StoreOptions);
        RecoveredState recovered = store.Recovered;
        var entries = new List<Zxid>();
        for (Zxid at = recovered.History.Base.Zxid; recovered.History.TryNext(at, out Zxid next); at = next) entries.Add(next);
        return new Found(recovered.History.Base.Zxid, recovered.History.Last, recovered.HardState, [.. entries], recovered.Snapshot);
    }

    /// <summary>Whether the answer is that the command took effect.</summary>
    internal static bool IsOk(this Call call) => call.Answer is { IsCompletedSuccessfully: true, Result.Outcome: RequestOutcome.Result };
}
