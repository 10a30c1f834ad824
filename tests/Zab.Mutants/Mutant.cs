using System.Text.RegularExpressions;

namespace Zab.Mutants;

/// <summary>One mistake, put into one place of the runtime: the tests must notice it.</summary>
/// <param name="name">What is wrong, in a few words joined by hyphens.</param>
/// <param name="file">The source file, below <see cref="Project"/>.</param>
/// <param name="find">The right text; stands in the file once. Lines are found whatever their indentation.</param>
/// <param name="replace">The wrong text.</param>
/// <param name="row">The row of the fault catalogue that it belongs to.</param>
/// <param name="breaks">The invariant that it breaks first, or the liveness rule.</param>
/// <param name="why">How it goes wrong, in one line.</param>
internal sealed class Mutant(string name, string file, string find, string replace, string row, string breaks, string why)
{
    internal string Name => name;

    internal string File => file;

    internal string Find => find;

    internal string Replace => replace;

    internal string Row => row;

    internal string Breaks => breaks;

    internal string Why => why;

    /// <summary>The project whose sources are changed.</summary>
    internal const string Project = "Zab.Runtime";

    /// <summary>The source file, from the root of the repository.</summary>
    internal string Path => $"{Project}/{File}";

    /// <summary>The floor of the runtime that it is in.</summary>
    internal string Floor => File[..File.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>Whether a search over the core alone could find it.</summary>
    internal bool IsInCore => Floor == "Core";

    /// <summary>Where the right text stands in <paramref name="source"/>; more than one place, or none, is a mistake of the list.</summary>
    internal IReadOnlyList<Match> PlacesIn(string source) => Pattern().Matches(source);

    /// <summary>The source with the mistake in it.</summary>
    /// <exception cref="MutantException">The right text does not stand there exactly once.</exception>
    internal string ApplyTo(string source)
    {
        IReadOnlyList<Match> places = PlacesIn(source);
        if (places.Count != 1) throw new MutantException($"{Name}: its text stands {places.Count} times in {Path}, expected once; the code has changed, so choose the text anew");
        return source[..places[0].Index] + Replace + source[(places[0].Index + places[0].Length)..];
    }

    private Regex Pattern() => new(string.Join("\n *", Find.Split('\n').Select(static line => Regex.Escape(line.Trim()))), RegexOptions.CultureInvariant);
}

/// <summary>The list, the options or the build are wrong: nothing can be said of a mutant.</summary>
internal sealed class MutantException(string message) : Exception(message);
