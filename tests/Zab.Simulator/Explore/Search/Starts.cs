namespace Zab.Simulator.Explore;

/// <summary>Where a search may begin.</summary>
/// <remarks>Each is reached from empty directories by moves of the search itself, so every state that is found behind it can come about. Three voters, unless it says otherwise.</remarks>
internal static class Starts
{
    /// <summary>
    /// <code>
    /// founding   fresh directories, all started
    /// fresh      a founded ensemble with empty logs, all started
    /// led        3 leads epoch 1; 1/1 is committed, applied and known everywhere
    /// halfway    as led; 1/2 is on the disks of 3 and 2, and on its way to 1; 3 is down, and nobody has noticed
    /// tails      as led; 3 logged 1/2 alone and lost its power; 2 leads epoch 2 with 1, and 2/1 is committed; 3 has just started again
    /// promises   as led; 3 and 2 lost their power, 2 as it had promised epoch 2 to itself; all have just started again
    /// snapshot   as led; 1/2 was committed while 1 was down; 2 and 3 dropped their logs; 1 has just started again
    /// </code>
    /// </summary>
    internal static readonly IReadOnlyList<string> Names = ["founding", "fresh", "led", "halfway", "tails", "promises", "snapshot"];

    internal static World Reach(string name, Tables tables)
    {
        var director = new Director(tables, isFounded: name != "founding");
        director.StartAll();
        switch (name)
        {
            case "founding" or "fresh": break;
            case "led": Lead(director); break;
            case "halfway": Halfway(director); break;
            case "tails": Tails(director); break;
            case "promises": Promises(director); break;
            case "snapshot": Snapshot(director); break;
            default: throw new ArgumentException($"'{name}' is no start; there are {string.Join(", ", Names)}");
        }

        director.World.ForgetUses();
        return director.World;
    }

    private static int Lead(Director director)
    {
        director.Run();
        int leader = director.Leader;
        director.Require(leader >= 0, "a leader");
        Propose(director, leader);
        return leader;
    }

    private static void Propose(Director director, int leader)
    {
        HistoryPath before = director.World.Local(leader).Summary.Committed!;
        director.Do(LocalKind.Submit, leader);
        director.Run();
        director.Require(director.World.Local(leader).Summary.Committed!.Count == before.Count + 1, "the commit of a proposal");
    }

    private static void Halfway(Director director)
    {
        int leader = Lead(director);
        int last = leader == 0 ? 1 : 0;
        director.Do(LocalKind.Submit, leader);
        director.Run((world, move) => Director.IsDeliveryTo(move, last) || Director.IsDeliveryTo(move, leader));
        director.Crash(leader);
    }

    private static void Tails(Director director)
    {
        int old = Lead(director);
        director.Do(LocalKind.Submit, old);
        director.Crash(old);
        director.LoseAll();
        director.Run();
        int leader = director.Leader;
        director.Require(leader >= 0, "a second leader");
        Propose(director, leader);
        director.Do(LocalKind.Start, old);
    }

    private static void Promises(Director director)
    {
        int old = Lead(director);
        director.Crash(old);
        int candidate = old == 1 ? 0 : 1;
        director.Run((world, move) => move.Kind == MoveKind.Local && move.Server == candidate && world.Local(candidate).Summary.Leading is not null);
        director.Require(director.World.Local(candidate).Summary.LeaderEpoch == 2, "a candidate for epoch 2");
        director.Crash(candidate);
        director.Run();
        director.Do(LocalKind.Start, candidate);
        director.Do(LocalKind.Start, old);
    }

    private static void Snapshot(Director director)
    {
        int leader = Lead(director);
        int late = leader == 0 ? 1 : 0;
        director.Crash(late);
        director.Run();
        Propose(director, leader);
        for (int server = 0; server < 3; server++)
            if (server != late) director.Do(LocalKind.Snapshot, server);
        director.Run();
        director.Do(LocalKind.Start, late);
    }
}
