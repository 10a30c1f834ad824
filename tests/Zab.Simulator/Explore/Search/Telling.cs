using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>Tells a path move by move: what happened, and what the servers made of it.</summary>
internal static class Telling
{
    internal static void Write(Tables tables, Bounds bounds, World start, IReadOnlyList<Move> moves, TextWriter output)
    {
        var world = new World(tables);
        world.CopyFrom(start);
        WriteServers(tables, world, output);
        Stage stage = tables.Locals.NewStage();
        stage.Story = [];
        var steps = new WorldSteps(tables, bounds, stage);
        for (int i = 0; i < moves.Count; i++)
        {
            output.WriteLine($"{i + 1,4}. {Words.Of(world, moves[i], tables)}");
            steps.Make(world, moves[i]);
            foreach (string line in stage.Story) output.WriteLine($"         {line}");
            stage.Story.Clear();
        }

        WriteServers(tables, world, output);
        if (steps.Broken is not null) output.WriteLine($"      {steps.Broken}");
    }

    private static void WriteServers(Tables tables, World world, TextWriter output)
    {
        for (int server = 0; server < tables.Setting.Count; server++)
        {
            Summary summary = world.Local(server).Summary;
            output.WriteLine($"      {Setting.IdOf(server)} {(summary.IsUp ? "is up" : "is down")}; on disk {summary.Durable}; accepted {summary.AcceptedOnDisk}, current {summary.CurrentOnDisk}; knows to be committed {summary.Committed}");
        }
    }
}

/// <summary>What was on its way between servers in a search: so that a reader can judge how far it reached.</summary>
internal static class Messages
{
    internal static string Count(Tables tables) => string.Join(", ", tables.Shared.All().OfType<Message>().GroupBy(static message => message.GetType().Name).OrderBy(static kind => kind.Key, StringComparer.Ordinal).Select(static kind => $"{kind.Key} {kind.Count()}"));
}
