using System.Text.RegularExpressions;
using Xunit;
using Zab.Mutants;

namespace Zab.Testing.Tests.Mutants;

/// <summary>The list of mutants stays true as the code changes; whether each is caught, the program itself tells.</summary>
public partial class MutantListTests
{
    private const int Least = 44;
    private const int InOneMethodMax = 3;

    [Fact]
    public void There_are_enough_and_no_two_have_the_same_name()
    {
        Assert.True(Catalogue.All.Count >= Least, $"{Catalogue.All.Count} mutants; at least {Least} are wanted");
        Assert.Empty(Catalogue.All.GroupBy(static mutant => mutant.Name).Where(static same => same.Count() > 1).Select(static same => same.Key));
    }

    [Fact]
    public void Each_finds_its_text_once_and_changes_it()
    {
        foreach (Mutant mutant in Catalogue.All)
        {
            string source = File.ReadAllText(Path.Combine(Repository.FindRoot(), mutant.Path));
            Assert.True(mutant.PlacesIn(source).Count == 1, $"{mutant.Name}: its text stands {mutant.PlacesIn(source).Count} times in {mutant.Path}; choose it anew");
            Assert.NotEqual(source, mutant.ApplyTo(source));
        }
    }

    [Fact]
    public void Each_says_what_it_is_in_the_words_of_the_catalogue()
    {
        foreach (Mutant mutant in Catalogue.All)
        {
            Assert.Matches("^[a-z0-9]+(-[a-z0-9]+)+$", mutant.Name);
            Assert.Matches("^[A-Z][0-9]{2}$", mutant.Row);
            Assert.Matches("^([IL][0-9]{1,2}|crash)$", mutant.Breaks);
            Assert.Contains(mutant.Floor, (string[])["Core", "Storage", "Replica", "Wire"]);
            Assert.DoesNotContain('\n', mutant.Why);
        }
    }

    [Fact]
    public void Few_are_in_one_method()
    {
        IEnumerable<string> crowded = Catalogue.All.GroupBy(MethodOf).Where(static method => method.Count() > InOneMethodMax)
            .Select(static method => $"{method.Key}: {string.Join(", ", method.Select(static mutant => mutant.Name))}");
        Assert.Empty(crowded);
    }

    [Fact]
    public void A_text_that_stands_twice_or_nowhere_is_refused()
    {
        var mutant = new Mutant("a-mutant", "Core/A.cs", find: "x = 1;\n    y = 2;", replace: "", row: "E01", breaks: "I1", why: "");
        Assert.Equal("{ }", mutant.ApplyTo("{ x = 1;\n            y = 2; }".Replace("{ ", "{", StringComparison.Ordinal)));
        Assert.Throws<MutantException>(() => mutant.ApplyTo("x = 1;"));
        Assert.Throws<MutantException>(() => mutant.ApplyTo("x = 1;\ny = 2; x = 1;\ny = 2;"));
    }

    /// <summary>The member that a text begins in: the last line before it that begins where members of a type begin.</summary>
    private static string MethodOf(Mutant mutant)
    {
        string source = File.ReadAllText(Path.Combine(Repository.FindRoot(), mutant.Path));
        string before = source[..source.IndexOf('\n', mutant.PlacesIn(source)[0].Index)];
        return $"{mutant.Path} {MemberLine().Matches(before)[^1].Value.Trim()}";
    }

    [GeneratedRegex("^ {4}[A-Za-z(].*$", RegexOptions.Multiline)]
    private static partial Regex MemberLine();
}
