namespace Zab.Analyzers.Tests.Cases;

internal static class IdentityCases
{
    private const string Rule = "ZAB1003";

    internal static IEnumerable<RuleCase> All =>
    [
        Bad("new", "[Command] public void M() => _id = [|Guid.NewGuid()|];"),
        Bad("version 7", "[Command] public void M(DateTimeOffset at) => _id = [|Guid.CreateVersion7()|] == Guid.Empty ? _id : [|Guid.CreateVersion7(at)|];"),
        Bad("names of files", "[Query] public string M() => [|System.IO.Path.GetRandomFileName()|];"),
        Bad("activity", "[Query] public bool M() => [|System.Diagnostics.Activity.Current|] is null || [|System.Diagnostics.ActivitySpanId.CreateRandom()|] == default;"),
        Bad("method group", "[Command] public void M() { Func<Guid> next = [|Guid.NewGuid|]; _id = next(); }"),
        Bad("field initializer", "private Guid _other = [|Guid.NewGuid()|];"),
        Good("identity of the context", "[Command] public void M(CommandContext context) => _id = context.NewGuid();"),
        Good("identity as an argument", "[Command] public void M(Guid id) => _id = id;"),
        NearMiss("known values", "[Command] public void M(byte[] bytes) => _id = bytes.Length == 0 ? Guid.Empty : bytes.Length == 16 ? new Guid(bytes) : Guid.Parse(\"00112233-4455-6677-8899-aabbccddeeff\"); [Query] public Guid N() => new();"),
        NearMiss("method of the same name", "[Command] public void M() => _id = NewGuid(); private static Guid NewGuid() => default; [Query] public string N() => nameof(Guid.NewGuid) + System.IO.Path.GetFileName(\"a/b\");"),
        new(Rule, "class that is not replicated", Expectation.NearMiss, "public sealed class C { public Guid M() => Guid.NewGuid(); }"),
    ];

    private static RuleCase Bad(string name, string members) => new(Rule, name, Expectation.Bad, File(members));

    private static RuleCase Good(string name, string members) => new(Rule, name, Expectation.Good, File(members));

    private static RuleCase NearMiss(string name, string members) => new(Rule, name, Expectation.NearMiss, File(members));

    private static string File(string members) => $$"""
        namespace Users;

        [Replicated] public sealed partial class C
        {
            private Guid _id;
            {{members}}
        }
        """;
}
