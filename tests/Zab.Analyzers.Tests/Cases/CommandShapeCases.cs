namespace Zab.Analyzers.Tests.Cases;

internal static class CommandShapeCases
{
    private const string Rule = "ZAB3003";

    internal static IEnumerable<RuleCase> All =>
    [
        Bad("async", "[Command] public async Task<int> [|M|]() { await Task.CompletedTask; return 1; }"),
        Bad("async void", "[Command] public async void [|M|]() => await Task.CompletedTask;"),
        Bad("returns a task", "[Query] public ValueTask<int> [|M|]() => new(1);"),
        Bad("ref", "[Command] public void M(ref int [|x|]) => x++;"),
        Bad("out", "[Command] public void M(out int [|x|]) => x = 1;"),
        Bad("in", "[Command] public void M(in int [|x|]) => _x = x;"),
        Bad("ref readonly", "[Command] public void M(ref readonly int [|x|]) => _x = x;"),
        Bad("generic", "[Command] public void [|M|]<T>(int x) => _x = x;"),
        Bad("static", "[Command] public static int [|M|](int x) => x;"),
        Bad("command and query", "[Command, Query] public int [|M|]() => _x;"),
        Bad("overload without a name", "[Command] public void M(int x) => _x = x; [Command] public void [|M|](string x) => _x = x.Length;"),
        Bad("name that is taken", "[Command] public void M(int x) => _x = x; [Query(Name = \"M\")] public int [|N|]() => _x;"),
        Bad("names with one hash", "[Command(Name = \"costarring\")] public void M(int x) => _x = x; [Command(Name = \"liquid\")] public void [|N|]() => _x = 1;"),
        Bad("only the context differs", "[Command] public void M(CommandContext c, int x) => _x = x; [Command(Name = \"M2\")] public void [|M|](int x) => _x = x;"),
        Bad("Read", "[Query] public int M(Read [|read|]) => _x;"),
        Bad("CancellationToken", "[Command] public void M(CancellationToken [|token|]) => _x = 1;"),
        Bad("span", "[Command] public void M(ReadOnlySpan<byte> [|bytes|]) => _x = bytes.Length;"),
        Bad("params span", "[Command] public void M(params ReadOnlySpan<int> [|items|]) => _x = items.Length;"),
        Bad("pointer", "[Command] public unsafe void M(int* [|p|]) => _x = *p;"),
        Bad("returns a span", "[Query] public Span<int> [|M|]() => default;"),
        Bad("returns a reference", "[Query] public ref int [|M|]() => ref _x;"),
        Bad("context is not first", "[Command] public void M(int x, CommandContext [|context|]) => _x = x;"),
        Bad("context of the other kind", "[Query] public int M(CommandContext [|context|]) => _x;"),
        Bad("query context in a command", "[Command] public void M(QueryContext [|context|], int x) => _x = x;"),
        Bad("explicit interface implementation", "[Command] void IFace.[|M|]() => _x = 1;"),
        new(Rule, "abstract", Expectation.Bad, "public abstract class C { [Command] public abstract void [|[|M|]|](); }"),
        new(Rule, "class that is not replicated", Expectation.Bad, "public sealed class C { [Command] public void [|M|]() { } }"),
        Good("commands and queries", "[Command] public void M(CommandContext context, int x, string? y = null, params int[] z) => _x = x; [Query] public int N(QueryContext context) => _x; [Query] public int O(int limit = 3) => limit;"),
        Good("overload with a name", "[Command] public void M(int x) => _x = x; [Command(Name = \"MText\")] public void M(string x) => _x = x.Length;"),
        Good("private and internal", "[Command] private void M() => _x = 1; [Query] internal int N() => _x;"),
        NearMiss("overload that is no command", "[Command] public void M(int x) => _x = x; public void M(string x) => _x = x.Length; private static async Task N(CancellationToken t) => await Task.Delay(1, t);"),
        NearMiss("user types of the same names", "[Query] public int M(Mine.Read a, Mine.CancellationToken b) => _x; [Command] public Mine.Task N() => new();"),
        NearMiss("attributes of the same names", "[Mine.Command] public static void M<T>(ref T x) { }"),
        NearMiss("read as a name", "[Query] public int M(int read, int cancellationToken) => _x;"),
        NearMiss("implements an interface by its public method", "[Command] public void M() => _x = 1;"),
    ];

    private static RuleCase Bad(string name, string members) => new(Rule, name, Expectation.Bad, File(members));

    private static RuleCase Good(string name, string members) => new(Rule, name, Expectation.Good, File(members));

    private static RuleCase NearMiss(string name, string members) => new(Rule, name, Expectation.NearMiss, File(members));

    private static string File(string members) => $$"""
        namespace Users
        {
            public interface IFace { void M(); }
            [Replicated] public sealed partial class C{{(members.Contains("IFace", StringComparison.Ordinal) ? " : IFace" : "")}}
            {
                private int _x;
                {{members}}
            }
        }
        namespace Mine
        {
            public sealed record Read(int X);
            public sealed record CancellationToken(int X);
            public sealed record Task;
            public sealed class CommandAttribute : Attribute;
        }
        """;
}
