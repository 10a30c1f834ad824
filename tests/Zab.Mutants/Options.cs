using System.Globalization;

namespace Zab.Mutants;

/// <summary>What the program was asked to do.</summary>
internal sealed record Options
{
    internal const string Usage = """
        dotnet run -c Release --project tests/Zab.Mutants -- [options]

          --list             names every mutant, and ends
          --only NAME,NAME   these alone
          --seeds A..B       the seeds that are tried for each, in order; 1..1000
          --minutes M        simulated minutes of each seed; 2
          --budget S         seconds of processor time for each; 900
          --jobs N           mutants at a time; 2
          --explore M        also searches the whole small space, for M minutes at most, with each mutant of the core
          --units            runs the unit tests instead of the simulator
          --compile          only compiles each
          --keep             leaves the working copy, and says where
        """;

    internal bool List { get; private init; }

    /// <summary>Names; empty for all.</summary>
    internal IReadOnlyList<string> Only { get; private init; } = [];

    internal int FirstSeed { get; private init; } = 1;

    internal int LastSeed { get; private init; } = 1000;

    internal int Minutes { get; private init; } = 2;

    internal TimeSpan Budget { get; private init; } = TimeSpan.FromSeconds(900);

    internal int Jobs { get; private init; } = 2;

    /// <summary>Null where nothing is to be explored.</summary>
    internal int? ExploreMinutes { get; private init; }

    internal bool Units { get; private init; }

    internal bool CompileOnly { get; private init; }

    internal bool Keep { get; private init; }

    /// <exception cref="MutantException">The arguments mean nothing.</exception>
    internal static Options Parse(IEnumerable<string> arguments)
    {
        var options = new Options();
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out string? name))
        {
            options = name switch
            {
                "--list" => options with { List = true },
                "--units" => options with { Units = true },
                "--compile" => options with { CompileOnly = true },
                "--keep" => options with { Keep = true },
                "--only" => options with { Only = Value(rest, name).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) },
                "--seeds" => options.WithSeeds(Value(rest, name)),
                "--minutes" => options with { Minutes = Number(rest, name) },
                "--budget" => options with { Budget = TimeSpan.FromSeconds(Number(rest, name)) },
                "--jobs" => options with { Jobs = Number(rest, name) },
                "--explore" => options with { ExploreMinutes = Number(rest, name) },
                _ => throw new MutantException($"{name} is no option.\n{Usage}"),
            };
        }

        return options;
    }

    /// <summary>The mutants that were asked for.</summary>
    /// <exception cref="MutantException">There is none of such a name.</exception>
    internal IReadOnlyList<Mutant> Select(IReadOnlyList<Mutant> all)
    {
        foreach (string name in Only)
            if (all.All(mutant => mutant.Name != name)) throw new MutantException($"no mutant is named {name}; --list names them");
        return Only.Count == 0 ? all : [.. all.Where(mutant => Only.Contains(mutant.Name))];
    }

    private Options WithSeeds(string range)
    {
        string[] ends = range.Split("..");
        int first = PositiveOr(ends[0], $"--seeds {range}: a range of seeds is written 1..1000");
        int last = ends.Length == 2 ? PositiveOr(ends[1], $"--seeds {range}: a range of seeds is written 1..1000") : first;
        if (ends.Length > 2 || last < first) throw new MutantException($"--seeds {range}: a range of seeds is written 1..1000");
        return this with { FirstSeed = first, LastSeed = last };
    }

    private static string Value(Queue<string> rest, string name) => rest.TryDequeue(out string? value) ? value : throw new MutantException($"{name} needs a value.\n{Usage}");

    private static int Number(Queue<string> rest, string name) => PositiveOr(Value(rest, name), $"{name} needs a number from 1 on.");

    private static int PositiveOr(string text, string mistake) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : throw new MutantException(mistake);
}
