using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Zab.Analyzers.Tests.Cases;
using Zab.Analyzers.Tests.Harness;

namespace Zab.Analyzers.Tests;

/// <summary>What every rule must have: an entry in the release file, a page, a link to it, and code that it reports and code that it does not.</summary>
public sealed class CatalogueTests
{
    private static readonly string[] Sections = ["## Why", "## Bad", "## Good", "## How to vouch"];

    private static readonly DiagnosticDescriptor[] Analyzed = [.. AnalyzerHarness.Analyzers.SelectMany(static a => a.SupportedDiagnostics).Distinct()];

    private static readonly DiagnosticDescriptor[] Generated = [.. typeof(Generators.ReplicatedGenerator).Assembly.GetTypes()
        .SelectMany(static t => t.GetFields(System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Public))
        .Where(static f => f.FieldType == typeof(DiagnosticDescriptor)).Select(static f => (DiagnosticDescriptor)f.GetValue(null)!)];

    public static TheoryData<string> Rules => new(Analyzed.Concat(Generated).Select(static d => d.Id));

    public static TheoryData<string> AnalyzedRules => new(Analyzed.Select(static d => d.Id));

    [Fact]
    public void TheRulesAreThese() =>
        Assert.Equal(["ZAB1001", "ZAB1002", "ZAB1003", "ZAB3001", "ZAB3003", "ZAB3004", "ZAB9001"], Analyzed.Concat(Generated).Select(static d => d.Id).Order(StringComparer.Ordinal));

    [Theory, MemberData(nameof(Rules))]
    public void ItStandsInAReleaseFile(string id)
    {
        DiagnosticDescriptor rule = Rule(id);
        string file = Analyzed.Contains(rule) ? "Zab.Analyzers" : "Zab.Generators";
        string row = $"{id} | {rule.Category} | {rule.DefaultSeverity} | {rule.Title}";
        Assert.Contains(row, Resource($"releases/{file}") + Resource($"releases/{file}.Shipped"), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Rules))]
    public void ItIsAnErrorAndLinksToItsPage(string id)
    {
        DiagnosticDescriptor rule = Rule(id);
        Assert.Equal(DiagnosticSeverity.Error, rule.DefaultSeverity);
        Assert.True(rule.IsEnabledByDefault);
        Assert.EndsWith($"/docs/rules/{id}.md", rule.HelpLinkUri, StringComparison.Ordinal);
        Assert.NotNull(Resource($"rules/{id}.md"));
    }

    [Theory, MemberData(nameof(Rules))]
    public void ItsPageSaysWhyWhatIsBadWhatIsGoodAndHowToVouch(string id)
    {
        string page = Resource($"rules/{id}.md")!;
        Assert.StartsWith($"# {id}: {Rule(id).Title}\n", page, StringComparison.Ordinal);
        if (id != "ZAB9001") Assert.All(Sections, section => Assert.Contains($"\n{section}\n", page, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryPageBelongsToARule()
    {
        string[] pages = [.. typeof(CatalogueTests).Assembly.GetManifestResourceNames().Where(static n => n.StartsWith("rules/ZAB", StringComparison.Ordinal)).Select(static n => n["rules/".Length..^".md".Length])];
        Assert.Equal(Analyzed.Concat(Generated).Select(static d => d.Id).Order(StringComparer.Ordinal), pages.Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(AnalyzedRules))]
    public void ItHasCodeThatIsBadThatIsGoodAndThatOnlyLooksBad(string id) =>
        Assert.All(Enum.GetValues<Expectation>(), expectation => Assert.Contains(RuleCase.All, c => c.Rule == id && c.Expectation == expectation));

    [Theory, MemberData(nameof(AnalyzedRules))]
    public async Task TheCodeOfItsPageIsReportedWhereItIsBadAndNotWhereItIsGood(string id)
    {
        string page = Resource($"rules/{id}.md")!;
        Diagnostic[] bad = await AnalyzerHarness.RunAsync(AnalyzerHarness.Compile(Code(page, "## Bad")));
        Assert.Contains(bad, d => d.Id == id);
        CSharpCompilation good = AnalyzerHarness.Compile(Code(page, "## Good"));
        Assert.DoesNotContain(good.GetDiagnostics(), static d => d.Severity == DiagnosticSeverity.Error);
        Assert.Empty(await AnalyzerHarness.RunAsync(good));
    }

    [Fact]
    public void EverySymbolOfTheTableExists()
    {
        CSharpCompilation compilation = AnalyzerHarness.Compile();
        NondeterministicApi[] rows = [.. NondeterministicApis.Rows.Where(static r => r.Group is "clock" or "random" or "identity")];
        Assert.Equal(34, rows.Length);
        Assert.DoesNotContain(rows, r => !NondeterministicApis.Resolve(compilation, r).Any());
    }

    private static string Code(string page, string section)
    {
        string rest = page[(page.IndexOf($"\n{section}\n", StringComparison.Ordinal) + section.Length)..];
        int start = rest.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        return rest[start..rest.IndexOf("\n```", start, StringComparison.Ordinal)];
    }

    private static DiagnosticDescriptor Rule(string id) => Analyzed.Concat(Generated).Single(d => d.Id == id);

    private static string? Resource(string name)
    {
        using Stream? stream = typeof(CatalogueTests).Assembly.GetManifestResourceStream(name);
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
