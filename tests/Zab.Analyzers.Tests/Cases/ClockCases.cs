namespace Zab.Analyzers.Tests.Cases;

internal static class ClockCases
{
    private const string Rule = "ZAB1001";

    internal static IEnumerable<RuleCase> All =>
    [
        Bad("DateTime", "[Command] public void M() { _t = [|DateTime.Now|]; _t = [|DateTime.UtcNow|]; _t = [|DateTime.Today|]; }"),
        Bad("DateTimeOffset", "[Command] public void M() { _t = [|DateTimeOffset.Now|].DateTime; _t = [|DateTimeOffset.UtcNow|].UtcDateTime; }"),
        Bad("TimeProvider", "[Command] public void M() { _t = [|[|TimeProvider.System|].GetUtcNow()|].UtcDateTime; }"),
        Bad("TimeProvider that overrides", "[Query] public DateTimeOffset M() => [|new Clock().GetUtcNow()|]; private sealed class Clock : TimeProvider { public override DateTimeOffset GetUtcNow() => default; }"),
        Bad("ticks", "[Command] public long M() => [|Environment.TickCount64|] + [|Environment.TickCount|];"),
        Bad("stopwatch", "[Command] public long M() { var watch = [|System.Diagnostics.Stopwatch.StartNew()|]; return [|watch.ElapsedTicks|] + [|new System.Diagnostics.Stopwatch()|].GetHashCode(); }"),
        Bad("timer", "[Command] public void M() { using var timer = [|new Timer(static _ => { })|]; }"),
        Bad("field initializer", "private DateTime _now = [|DateTime.UtcNow|];"),
        Bad("property initializer", "public DateTime Now { get; } = [|DateTime.UtcNow|];"),
        Bad("constructor", "public C() => _t = [|DateTime.UtcNow|];"),
        Bad("accessor", "public DateTime Now => [|DateTime.UtcNow|]; public int Later { get { return [|DateTime.Now|].Year; } set { _t = [|DateTime.Now|].AddYears(value); } }"),
        Bad("lambda", "[Query] public DateTime[] M(int[] x) => [.. x.Select(i => [|DateTime.UtcNow|].AddDays(i))];"),
        Bad("local function", "[Command] public void M() { _t = Now(); static DateTime Now() => [|DateTime.UtcNow|]; }"),
        Bad("static helper of the class", "private static DateTime Helper() => [|DateTime.UtcNow|];"),
        Bad("nested type", "private static class Helper { internal static DateTime Now => [|DateTime.UtcNow|]; }"),
        Bad("method group", "[Command] public void M() { Func<DateTimeOffset> now = [|[|TimeProvider.System|].GetUtcNow|]; _t = now().DateTime; }"),
        Bad("interpolation and query expression", "[Query] public string[] M(int[] x) => [.. from i in x select $\"{[|DateTime.UtcNow|]:O}\"];"),
        Bad("default argument of a call", "[Command] public void M() => Set(by: [|DateTime.UtcNow|]); private void Set(DateTime by) => _t = by;"),
        Bad("static using", "[Command] public void M() => _t = [|UtcNow|];", "using static System.DateTime;\n"),
        Bad("alias", "[Command] public void M() => _t = [|D.UtcNow|];", "using D = System.DateTime;\n"),
        Good("time of the leader", "[Command] public void M(CommandContext context) => _t = context.Now.UtcDateTime; [Query] public DateTimeOffset N(QueryContext context) => context.Now.AddDays(1);"),
        Good("time as an argument", "[Command] public void M(DateTime at, TimeSpan ttl) => _t = at + ttl;"),
        NearMiss("constants and arithmetic", "[Command] public void M() => _t = DateTime.UnixEpoch.AddDays(1) > DateTime.MinValue ? new DateTime(2026, 1, 1) : DateTime.MaxValue; [Query] public TimeSpan N() => TimeSpan.FromSeconds(1);"),
        NearMiss("nameof and typeof", "[Query] public string M() => nameof(DateTime.Now) + nameof(System.Diagnostics.Stopwatch) + typeof(System.Diagnostics.Stopwatch).Name;"),
        NearMiss("comment and text", "/// <summary>Not <see cref=\"DateTime.Now\"/>.</summary>\n[Query] public string M() => \"DateTime.Now\"; // DateTime.UtcNow"),
        NearMiss("user types of the same names", "[Command] public void M() => _t = Mine.DateTime.Now.AddDays(Mine.Stopwatch.GetTimestamp()); [Query] public int N(Mine.Clock clock) => clock.Now;"),
        new(Rule, "class that is not replicated", Expectation.NearMiss, "public sealed class C { public DateTime Now => DateTime.Now; public static class D { public static long Ticks => Environment.TickCount64; } }"),
        new(Rule, "beside a replicated class", Expectation.NearMiss, "public partial class Outer { public DateTime Now => DateTime.Now; [Replicated] public sealed partial class C { } }"),
    ];

    private static RuleCase Bad(string name, string members, string usings = "") => new(Rule, name, Expectation.Bad, File(members, usings));

    private static RuleCase Good(string name, string members) => new(Rule, name, Expectation.Good, File(members));

    private static RuleCase NearMiss(string name, string members) => new(Rule, name, Expectation.NearMiss, File(members));

    private static string File(string members, string usings = "") => $$"""
        {{usings}}namespace Users
        {
            [Replicated] public sealed partial class C
            {
                private System.DateTime _t;
                {{members}}
            }
        }
        namespace Mine
        {
            public static class DateTime { public static System.DateTime Now => default; }
            public static class Stopwatch { public static long GetTimestamp() => 1; }
            public sealed record Clock(int Now);
        }
        """;
}
