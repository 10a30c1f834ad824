using System.Globalization;

namespace Zab.Mutants;

/// <summary>What noticed a mutant.</summary>
/// <param name="By">The invariant, the liveness rule, or the unit test.</param>
/// <param name="Seed">The seed of the run; null where there is none.</param>
internal sealed record Catch(string By, string? Seed)
{
    public override string ToString() => Seed is null ? By : $"{By} at seed {Seed}";
}

/// <summary>Something that says whether code is right.</summary>
internal abstract class Oracle
{
    internal static Oracle For(Options options) =>
        options.CompileOnly ? new NoOracle() : options.Units ? new UnitOracle() : new SeedOracle(options.FirstSeed, options.LastSeed, options.Minutes);

    /// <summary>The project that it needs, from the root of the repository.</summary>
    internal abstract string Project { get; }

    /// <summary>What the report says of a mutant that it noticed.</summary>
    internal virtual string Success => "caught";

    /// <summary>What is given to <c>dotnet</c>, in a folder that holds what was built.</summary>
    internal abstract IEnumerable<string> Arguments(Mutant? mutant);

    /// <summary>What it noticed; null where nothing. Called only where it ended in time.</summary>
    internal abstract Catch? Judge(int exitCode, IReadOnlyList<string> lines);

    /// <summary>Where it says nothing that is understood, its program ended by itself.</summary>
    protected static Catch Crash(int exitCode) => new(string.Create(CultureInfo.InvariantCulture, $"crash of the process, exit code {exitCode}"), null);

    /// <summary>What stands behind <c>key:</c> in the first line that has it, up to the next space.</summary>
    protected static string? Value(IReadOnlyList<string> lines, string key)
    {
        foreach (string line in lines)
        {
            int at = line.IndexOf(key, StringComparison.Ordinal);
            if (at < 0) continue;
            string[] words = line[(at + key.Length)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0) return words[0].TrimEnd(',', '.', ';', ':');
        }

        return null;
    }
}

/// <summary>Asks nothing: what compiles has passed.</summary>
internal sealed class NoOracle : Oracle
{
    internal override string Project => $"{Mutant.Project}/{Mutant.Project}.csproj";

    internal override string Success => "compiled";

    internal override IEnumerable<string> Arguments(Mutant? mutant) => ["--version"];

    internal override Catch? Judge(int exitCode, IReadOnlyList<string> lines) => new("", null);
}

/// <summary>The simulator, seed by seed, up to the first violation. That it went some rare path too seldom is no violation.</summary>
internal sealed class SeedOracle(int firstSeed, int lastSeed, int minutes) : Oracle
{
    internal override string Project => "tests/Zab.Simulator/Zab.Simulator.csproj";

    internal override IEnumerable<string> Arguments(Mutant? mutant) =>
        ["Zab.Simulator.dll", "--seeds", string.Create(CultureInfo.InvariantCulture, $"{firstSeed}..{lastSeed}"), "--minutes", minutes.ToString(CultureInfo.InvariantCulture), "--jobs", "1"];

    internal override Catch? Judge(int exitCode, IReadOnlyList<string> lines)
    {
        if (exitCode == 0) return null;
        if (Value(lines, "violation:") is { } violation) return new Catch(violation, Value(lines, "seed:"));
        return Value(lines, "rare path missing:") is null ? Crash(exitCode) : null;
    }
}

/// <summary>The search over every order of events of a small ensemble.</summary>
internal sealed class ExploreOracle(int minutes) : Oracle
{
    private const string Violation = "VIOLATION ";

    internal override string Project => "tests/Zab.Simulator/Zab.Simulator.csproj";

    internal override IEnumerable<string> Arguments(Mutant? mutant) => ["Zab.Simulator.dll", "explore", "--minutes", minutes.ToString(CultureInfo.InvariantCulture)];

    internal override Catch? Judge(int exitCode, IReadOnlyList<string> lines)
    {
        if (exitCode == 0) return null;
        return lines.FirstOrDefault(static line => line.StartsWith(Violation, StringComparison.Ordinal)) is { } line ? new Catch($"explore, {line[Violation.Length..].Split(':')[0]}", null) : Crash(exitCode);
    }
}

/// <summary>The unit tests of the floor that a mutant is in.</summary>
internal sealed class UnitOracle : Oracle
{
    private const string Failed = "[FAIL]";

    internal override string Project => "tests/Zab.Runtime.Tests/Zab.Runtime.Tests.csproj";

    internal override IEnumerable<string> Arguments(Mutant? mutant) =>
        ["vstest", "Zab.Runtime.Tests.dll", $"--TestCaseFilter:{string.Join('|', Spaces(mutant?.Floor).Select(static space => $"FullyQualifiedName~Zab.Tests.{space}"))}"];

    internal override Catch? Judge(int exitCode, IReadOnlyList<string> lines)
    {
        if (exitCode == 0) return null;
        string[] failed = [.. lines.Where(static line => line.TrimEnd().EndsWith(Failed, StringComparison.Ordinal)).Select(NameIn).Distinct()];
        return failed.Length == 0 ? Crash(exitCode) : new Catch($"unit {failed[0]}{(failed.Length > 1 ? string.Create(CultureInfo.InvariantCulture, $" and {failed.Length - 1} more") : "")}", null);
    }

    private static string[] Spaces(string? floor) => floor switch
    {
        "Core" => ["Peers"],
        "Storage" => ["Storage"],
        "Replica" => ["Calls", "Replica"],
        "Wire" => ["Wire", "Transport"],
        _ => ["Peers", "Storage", "Calls", "Replica", "Wire"],
    };

    /// <summary>Class and method of <c>[xUnit.net 00:00:01.23]     Zab.Tests.Peers.LeaderTests.It_commits(voters: 3) [FAIL]</c>.</summary>
    private static string NameIn(string line)
    {
        string name = line[(line.IndexOf(']', StringComparison.Ordinal) + 1)..line.LastIndexOf(Failed, StringComparison.Ordinal)].Trim();
        name = name.Split('(')[0];
        return string.Join('.', name.Split('.').TakeLast(2));
    }
}
