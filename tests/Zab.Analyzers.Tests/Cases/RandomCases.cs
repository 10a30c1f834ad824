namespace Zab.Analyzers.Tests.Cases;

internal static class RandomCases
{
    private const string Rule = "ZAB1002";

    internal static IEnumerable<RuleCase> All =>
    [
        Bad("shared", "[Command] public int M() => [|Random.Shared|].Next();"),
        Bad("new", "[Command] public int M() => [|new Random()|].Next() + N([|new()|]); private static int N(Random r) => r.Next();"),
        Bad("with a seed", "[Command] public int M(int seed) => [|new Random(seed)|].Next();"),
        Bad("cryptographic", "[Command] public byte[] M() => [|System.Security.Cryptography.RandomNumberGenerator.GetBytes(8)|];"),
        Bad("keys", "[Command] public void M() { using var aes = System.Security.Cryptography.Aes.Create(); [|aes.GenerateKey()|]; using var rsa = [|System.Security.Cryptography.RSA.Create()|]; }"),
        Bad("shuffle", "[Command] public int[] M() => [.. [|_items.Shuffle()|]];"),
        Bad("method group", "[Command] public int M() { Func<int> next = [|Random.Shared|].Next; return next(); }"),
        Bad("field initializer", "private readonly int _start = [|Random.Shared|].Next();"),
        Good("random numbers of the context", "[Command] public int M(CommandContext context) { DeterministicRandom random = context.Random; return random.Next(6) + context.Random.Next(6); }"),
        NearMiss("user types of the same names", "[Command] public int M() => new Mine.Random().Next() + Mine.Random.Shared.Next();"),
        NearMiss("only the type", "[Query] public string M() => nameof(Random.Shared) + typeof(Random).Name;"),
        new(Rule, "class that is not replicated", Expectation.NearMiss, "public sealed class C { public int M() => new Random().Next() + Random.Shared.Next(); }"),
    ];

    private static RuleCase Bad(string name, string members) => new(Rule, name, Expectation.Bad, File(members));

    private static RuleCase Good(string name, string members) => new(Rule, name, Expectation.Good, File(members));

    private static RuleCase NearMiss(string name, string members) => new(Rule, name, Expectation.NearMiss, File(members));

    private static string File(string members) => $$"""
        namespace Users
        {
            [Replicated] public sealed partial class C
            {
                private readonly int[] _items = [1, 2, 3];
                {{members}}
            }
        }
        namespace Mine
        {
            public sealed class Random { public static Random Shared => new(); public int Next() => 4; }
        }
        """;
}
