using Zab.Core;
using Zab.Replica;
using Zab.Storage;
using Zab.Testing;
using Zab.Testing.Checks;

namespace Zab.Scenarios;

/// <summary>What a directory went through before the story begins, and what it holds in the end.</summary>
internal static class Past
{
    /// <summary>This server has promised, adopted and logged so much: entries (epoch, 1) to (epoch, count) of each pair. The same zxid is the same entry on every server.</summary>
    internal static void HoldPast(this Story story, uint server, uint acceptedEpoch, uint currentEpoch, params (uint Epoch, uint Count)[] epochs) =>
        story.HoldPast(server, acceptedEpoch, currentEpoch, Entries(epochs));

    internal static void HoldPast(this Story story, uint server, uint acceptedEpoch, uint currentEpoch, Entry[] log)
    {
        SimulatedServer machine = story[server];
        Ensemble founding = Ensemble.VotersOf(story.World.Members.Members);
        using IStore store = DiskStore.Open(machine.Disk, machine.StoreOptions);
        HardState state = store.Recovered.HardState;
        var promises = new Output.SaveHardState(new WriteId(1), state with
        {
            ClusterId = Ensemble.TokenClusterId("simulated", founding.Members), Founding = founding,
            AcceptedEpoch = acceptedEpoch, CurrentEpoch = currentEpoch, Generation = state.Generation + 1,
        });
        store.Write(log.Length == 0 ? [promises] : [promises, new Output.Append(new WriteId(2), log)]);
        store.Close();
    }

    internal static Entry[] Entries(params (uint Epoch, uint Count)[] epochs)
    {
        var log = new List<Entry>();
        foreach ((uint epoch, uint count) in epochs)
        {
            for (uint counter = 1; counter <= count; counter++)
            {
                var zxid = new Zxid(epoch, counter);
                byte[] payload = RequestCodec.CreateSession(zxid.Value, zxid.Value, TimeSpan.FromHours(1));
                log.Add(Entry.After(log.Count > 0 ? log[^1].Point : HistoryPoint.Empty, zxid, 1, EntryType.Request, payload));
            }
        }

        return [.. log];
    }

    /// <summary>What stands in the log of a server now, behind its base.</summary>
    internal static Zxid[] LogOf(this Story story, uint server)
    {
        SimulatedServer machine = story[server];
        using IStore store = DiskStore.Open(machine.Disk.Copy(seed: 1), machine.StoreOptions);
        var log = new List<Zxid>();
        for (Zxid last = store.Recovered.History.Base.Zxid; last < store.Recovered.History.Last.Zxid; last = log[^1])
            log.AddRange(store.ReadEntries(last, store.Recovered.History.Last.Zxid, Limits.BatchBytes).Select(static entry => entry.Zxid));
        return [.. log];
    }

    /// <summary>The directory is lost; the server is down until it is started on an empty one.</summary>
    internal static void Wipe(this Story story, uint server)
    {
        story[server].Kill();
        story[server].ReplaceDisk(new SimulatedDisk(1000 + server));
        story.World.Watch.Disturbed(new ServerId(server), DirectoryFault.Wiped);
    }
}
