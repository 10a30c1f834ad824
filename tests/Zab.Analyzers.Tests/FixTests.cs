using Zab.Analyzers.Tests.Harness;

namespace Zab.Analyzers.Tests;

/// <summary>What the code fixes make of the code, and where none is offered.</summary>
public sealed class FixTests
{
    /// <summary>Body of a class before, and after the fix of its only finding.</summary>
    public static TheoryData<string, string> ContextFixes => new()
    {
        { "[Command] public DateTime M(CommandContext context) => DateTime.UtcNow;", "[Command] public DateTime M(CommandContext context) => context.Now.UtcDateTime;" },
        { "[Command] public DateTime M(CommandContext apply) => /* now */ DateTime.Now /* end */;", "[Command] public DateTime M(CommandContext apply) => /* now */ apply.Now.UtcDateTime /* end */;" },
        { "[Command] public DateTime M(Zab.CommandContext context) => DateTime.Today;", "[Command] public DateTime M(Zab.CommandContext context) => context.Now.UtcDateTime.Date;" },
        { "[Command] public DateTimeOffset M(CommandContext context) => DateTimeOffset.UtcNow.AddDays(1);", "[Command] public DateTimeOffset M(CommandContext context) => context.Now.AddDays(1);" },
        { "[Query] public DateTimeOffset M(QueryContext context) => DateTimeOffset.Now;", "[Query] public DateTimeOffset M(QueryContext context) => context.Now;" },
        { "[Command] public int M(CommandContext context) => Random.Shared.Next(6);", "[Command] public int M(CommandContext context) => context.Random.Next(6);" },
        { "[Command] public int M(CommandContext context) => new Random().Next(6);", "[Command] public int M(CommandContext context) => context.Random.Next(6);" },
        { "[Command] public Guid M(CommandContext context) => Guid.NewGuid();", "[Command] public Guid M(CommandContext context) => context.NewGuid();" },
        { "[Command] public Guid M(CommandContext context) => Guid.CreateVersion7();", "[Command] public Guid M(CommandContext context) => context.NewGuid();" },
        { "[Command] public string M(CommandContext context) => System.IO.Path.GetRandomFileName();", "[Command] public string M(CommandContext context) => context.NewGuid().ToString(\"N\");" },
        { "[Command] public Guid M() => Guid.NewGuid();", "[Command] public Guid M(CommandContext context) => context.NewGuid();" },
        { "[Command] public Guid M(int context, string b) => Guid.NewGuid();", "[Command] public Guid M(CommandContext context_, int context, string b) => context_.NewGuid();" },
        { "[Query] public DateTimeOffset M(int x) => DateTimeOffset.UtcNow;", "[Query] public DateTimeOffset M(QueryContext context, int x) => context.Now;" },
    };

    [Theory, MemberData(nameof(ContextFixes))]
    public async Task TheContextGivesWhatTheMachineGave(string before, string after)
    {
        string fixedCode = await FixHarness.FixFirstAsync(Class(before));
        Assert.Equal(Class(after), fixedCode);
        Assert.Empty(await AnalyzerHarness.RunAsync(AnalyzerHarness.Compile(fixedCode)));
        Assert.DoesNotContain(AnalyzerHarness.Compile(fixedCode).GetDiagnostics(), static d => d.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error);
    }

    /// <summary>Findings that have no context within reach.</summary>
    public static TheoryData<string> Unfixable =>
    [
        "private DateTime Helper() => DateTime.UtcNow;",
        "private DateTime _t = DateTime.UtcNow;",
        "[Command] public DateTime[] M(CommandContext context, int[] x) => [.. x.Select(i => DateTime.UtcNow.AddDays(i))];",
        "[Command] public DateTime M(CommandContext context) { return Now(); static DateTime Now() => DateTime.UtcNow; }",
        "[Query] public Guid M(QueryContext context) => Guid.NewGuid();",
        "[Command] public Guid M(CommandContext context) { Func<Guid> next = Guid.NewGuid; return next(); }",
        "[Command] public long M() => Environment.TickCount64;",
    ];

    [Theory, MemberData(nameof(Unfixable))]
    public async Task WhereNoContextIsWithinReachNoFixIsOffered(string members) => Assert.Empty(await FixHarness.TitlesAsync(Class(members)));

    [Theory]
    [InlineData("DateTime.Now", "Use context.Now.UtcDateTime (UTC, not local time)")]
    [InlineData("DateTime.UtcNow", "Use context.Now.UtcDateTime")]
    public async Task TheTitleSaysThatLocalTimeBecomesUtc(string clock, string title) =>
        Assert.Equal([title], await FixHarness.TitlesAsync(Class($"[Command] public DateTime M(CommandContext context) => {clock};")));

    [Fact]
    public async Task AllFindingsOfADocumentAreFixedAtOnce()
    {
        string fixedCode = await FixHarness.FixAllAsync(Class("""
            [Command] public DateTime[] M(int x) => [DateTime.Now, DateTime.UtcNow.AddDays(x), DateTime.Today];
            [Command] public DateTimeOffset N() => DateTimeOffset.Now;
            [Query] public DateTimeOffset O(QueryContext q) => DateTimeOffset.UtcNow;
            """), "ZAB1001");
        Assert.Equal(Class("""
            [Command] public DateTime[] M(CommandContext context, int x) => [context.Now.UtcDateTime, context.Now.UtcDateTime.AddDays(x), context.Now.UtcDateTime.Date];
            [Command] public DateTimeOffset N(CommandContext context) => context.Now;
            [Query] public DateTimeOffset O(QueryContext q) => q.Now;
            """), fixedCode);
    }

    [Theory]
    [InlineData("[Replicated] public sealed class C { }", "[Replicated] public sealed partial class C { }")]
    [InlineData("[Replicated] public partial class C { }", "[Replicated] public sealed partial class C { }")]
    [InlineData("[Replicated] sealed class C;", "[Replicated] sealed partial class C;")]
    [InlineData("public class Outer { [Replicated] public sealed partial class C { } }", "public partial class Outer { [Replicated] public sealed partial class C { } }")]
    [InlineData("/// <summary>Doc.</summary>\n[Replicated]\npublic partial class C\n{\n}\n", "/// <summary>Doc.</summary>\n[Replicated]\npublic sealed partial class C\n{\n}\n")]
    public async Task AMissingModifierIsAdded(string before, string after) => Assert.Equal(after, await FixHarness.FixFirstAsync(before));

    [Fact]
    public async Task AllMissingModifiersAreAddedAtOnce()
    {
        string fixedCode = await FixHarness.FixAllAsync("public static class Outer { [Replicated] public class A { } [Replicated] internal class B { } }", "ZAB3004");
        Assert.Equal("public static partial class Outer { [Replicated] public sealed partial class A { } [Replicated] internal sealed partial class B { } }", fixedCode);
    }

    private static string Class(string members) => $$"""
        namespace Users;

        [Replicated]
        public sealed partial class C
        {
            {{members.ReplaceLineEndings("\n    ")}}
        }
        """;
}
