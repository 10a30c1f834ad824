using System.Text;

namespace Zab.Simulator.Explore;

/// <summary>What one search covers: an ensemble, where it begins, and how far it goes.</summary>
internal sealed record Scope(string Start, Bounds Bounds)
{
    internal int Voters { get; init; } = 3;

    internal int Observers { get; init; }

    /// <summary>Why it is searched.</summary>
    internal string Purpose { get; init; } = "";

    internal Tables NewTables() => new(new Setting(Voters, Observers), isFresh: Start == "founding");

    public override string ToString()
    {
        var text = new StringBuilder($"{Start}, {Voters} voters");
        if (Observers > 0) text.Append($", {Observers} observers");
        foreach (Budget budget in Enum.GetValues<Budget>())
            if (Bounds[budget] > 0) text.Append($", {Bounds[budget]} {budget.ToString().ToLowerInvariant()}");
        text.Append(Bounds.ArePeersPrompt ? ", prompt votes" : ", votes as late as can be");
        if (Bounds.AreCallersAnywhere) text.Append(", callers anywhere");
        return text.ToString();
    }
}
