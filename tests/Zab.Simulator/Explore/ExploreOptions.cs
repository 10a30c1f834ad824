using System.Globalization;

namespace Zab.Simulator.Explore;

/// <summary>The words of the command line.</summary>
internal sealed record ExploreOptions
{
    internal const string Usage = """
        explore                     every scope of the list, one after the other
        explore --minutes M         the same, for at most M minutes
        explore --start NAME        one scope of your own, from one of: {0}
          --servers N               voters, 3 by default           --observers N     0
          --proposals N             2 by default                   --elections N     2
          --crashes N               1 by default                   --losses N        1    channels that break
          --timeouts N              0 by default: servers that give up a role without a cause
          --delays N                0: votes that are late         --cuts N          0    servers cut off from all votes
          --pings N                 0                              --reads N         0    linearizable reads
          --snapshots N             0: with the log dropped        --resends N       0    votes sent again
          --votes prompt | late     prompt by default              --callers leader | all
          --rounds N                12: rounds of election
        explore --list              the scopes, and what each is for
        for all of these: --states MAX (distinct states of one scope), --depth N, --threads N (2)
        exit code: 0 no rule is broken, 1 one is, 2 the words are wrong
        """;

    /// <summary>The scope of the caller's own; null for the list.</summary>
    internal Scope? Own { get; init; }

    internal bool IsList { get; init; }

    internal TimeSpan Time { get; init; } = TimeSpan.MaxValue;

    internal int Threads { get; init; } = 2;

    internal int Depth { get; init; } = int.MaxValue;

    internal long? States { get; init; }

    /// <exception cref="FormatException">A word is none that is known, or has no value that fits.</exception>
    internal static ExploreOptions Parse(string[] args)
    {
        var options = new ExploreOptions();
        var own = new Scope("led", new Bounds { ArePeersPrompt = true }.With(Budget.Proposals, 2).With(Budget.Elections, 2).With(Budget.Crashes, 1).With(Budget.Losses, 1));
        bool isOwn = false;
        for (int i = 0; i < args.Length; i++)
        {
            string word = args[i];
            if (word == "--list")
            {
                options = options with { IsList = true };
                continue;
            }

            string value = i + 1 < args.Length ? args[++i] : throw new FormatException($"{word} needs a value");
            switch (word)
            {
                case "--minutes": options = options with { Time = TimeSpan.FromMinutes(double.Parse(value, CultureInfo.InvariantCulture)) }; break;
                case "--threads": options = options with { Threads = Number(word, value, 1) }; break;
                case "--depth": options = options with { Depth = Number(word, value, 1) }; break;
                case "--states": options = options with { States = Number(word, value, 1) }; break;
                default:
                    own = WithOwn(own, word, value);
                    isOwn = true;
                    break;
            }
        }

        return options with { Own = isOwn ? own : null };
    }

    private static Scope WithOwn(Scope scope, string word, string value) => word switch
    {
        "--start" when Starts.Names.Contains(value) => scope with { Start = value },
        "--servers" => scope with { Voters = Number(word, value, 1) },
        "--observers" => scope with { Observers = Number(word, value, 0) },
        "--votes" when value is "prompt" or "late" => scope with { Bounds = scope.Bounds with { ArePeersPrompt = value == "prompt" } },
        "--callers" when value is "leader" or "all" => scope with { Bounds = scope.Bounds with { AreCallersAnywhere = value == "all" } },
        "--rounds" => scope with { Bounds = scope.Bounds with { Rounds = Number(word, value, 1) } },
        _ when word.StartsWith("--", StringComparison.Ordinal) && Enum.TryParse(word[2..], ignoreCase: true, out Budget budget) =>
            scope with { Bounds = scope.Bounds.With(budget, Number(word, value, 0, Bounds.BudgetMax)) },
        _ => throw new FormatException($"'{word} {value}' means nothing here"),
    };

    private static int Number(string word, string value, int min, int max = int.MaxValue) =>
        int.TryParse(value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out int number) && number >= min && number <= max
            ? number
            : throw new FormatException($"{word} takes a number from {min} to {max}, and not '{value}'");
}
