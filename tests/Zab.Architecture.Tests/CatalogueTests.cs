using System.Text.RegularExpressions;
using Xunit;

namespace Zab.Architecture;

/// <summary>The table of the fault catalogue in docs/TESTING.md lists every row, every test that is named by a row, and nothing that does not exist.</summary>
public sealed partial class CatalogueTests
{
    private static readonly (char Family, int Rows)[] Families = [('E', 21), ('S', 29), ('B', 19), ('T', 28), ('N', 14), ('C', 14), ('R', 12)];

    [Fact]
    public void Every_row_of_the_catalogue_stands_in_the_table_once_and_in_order()
    {
        string[] expected = [.. Families.SelectMany(static family => Enumerable.Range(1, family.Rows).Select(row => $"{family.Family}{row:00}"))];
        Assert.Equal(137, expected.Length);
        Assert.Equal(expected, Rows().Select(static row => row.Id));
    }

    [Fact]
    public void Every_row_has_a_test_or_says_why_it_is_open()
    {
        foreach ((string id, string[] simulated, string[] real, string open) in Rows())
        {
            Assert.True(simulated.Length + real.Length > 0 || open.StartsWith("open: ", StringComparison.Ordinal) || open.StartsWith("out of scope: ", StringComparison.Ordinal), $"{id} has no test and no reason");
            Assert.All(simulated.Concat(real), test => Assert.StartsWith(id, test, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Zab.Scenarios.Tests", true)]
    [InlineData("Zab.Acceptance.Tests", false)]
    public void The_table_names_exactly_the_tests_that_there_are(string project, bool isSimulated)
    {
        string[] named = [.. Rows().SelectMany(row => isSimulated ? row.Simulated : row.Real).Order(StringComparer.Ordinal)];
        string[] written = [.. Directory.EnumerateFiles(Path.Combine(Sources.Root, "tests", project), "*.cs", SearchOption.AllDirectories)
            .Where(static file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(static file => TestOfRow().Matches(File.ReadAllText(file)).Select(static match => match.Groups[1].Value))
            .Order(StringComparer.Ordinal)];
        Assert.Equal(written, named);
    }

    private static IEnumerable<(string Id, string[] Simulated, string[] Real, string Open)> Rows()
    {
        foreach (string line in File.ReadLines(Path.Combine(Sources.Root, "docs", "TESTING.md")))
        {
            string[] cells = [.. line.Split('|').Select(static cell => cell.Trim())];
            if (cells.Length == 6 && RowId().IsMatch(cells[1])) yield return (cells[1], Tests(cells[2]), Tests(cells[3]), cells[4]);
        }
    }

    private static string[] Tests(string cell) => [.. cell.Split("<br>", StringSplitOptions.RemoveEmptyEntries).Select(static test => test.Trim('`'))];

    [GeneratedRegex("^[ESBTNCR][0-9]{2}$")]
    private static partial Regex RowId();

    [GeneratedRegex(@"public (?:static )?(?:async )?(?:void|Task) ([ESBTNCR][0-9]{2}_[A-Za-z0-9_]+)\(")]
    private static partial Regex TestOfRow();
}
