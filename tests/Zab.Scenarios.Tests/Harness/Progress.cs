using Zab.Core;
using Zab.Testing;

namespace Zab.Scenarios;

/// <summary>How far an ensemble has come, and how long it took.</summary>
internal static class Progress
{
    /// <summary>All of them are with one leader, which is up, or are that leader.</summary>
    internal static bool AreServing(this Story story, params uint[] servers) =>
        story.World.Leader is { Life.Peer: { } leader }
        && servers.All(id => story[id].Life?.Peer is { IsRecovering: false } peer && peer.Epoch == leader.Epoch && peer.Leader == leader.Leader);

    internal static void UntilTheyServe(this Story story, params uint[] servers) => story.Until(() => story.AreServing(servers), $"servers {string.Join(", ", servers)} serve");

    /// <summary>Simulated seconds until this has happened.</summary>
    internal static double SecondsUntil(this Story story, Func<bool> happened, string what)
    {
        long begin = story.World.Time.Now;
        story.Until(happened, what);
        return (story.World.Time.Now - begin) / (double)TimeSpan.TicksPerSecond;
    }

    internal static int Elections(this Story story) => story.World.Watch.LeadersEstablished;

    internal static uint LeaderId(this Story story) => story.Leader.Id.Value;

    internal static Peer PeerOf(this Story story, uint server) => story[server].Life!.Peer;

    internal static uint[] OthersThan(this Story story, params uint[] servers) => [.. story.World.Servers.Select(static server => server.Id.Value).Except(servers)];

    internal static SimulatedServer[] Voters(this Story story) => [.. story.World.Servers.Where(server => story.World.Members.IsVoter(server.Id))];

    internal static void CutFrom(this Story story, uint server, params uint[] others)
    {
        foreach (uint other in others) story.Network.Cut(new ServerId(server), new ServerId(other));
    }

    internal static void BlockFrom(this Story story, uint server, params uint[] others)
    {
        foreach (uint other in others) story.Network.Block(new ServerId(server), new ServerId(other));
    }

    internal static void Later(this Story story, TimeSpan time, Action what) => story.World.Time.After(time.Ticks, what);
}
