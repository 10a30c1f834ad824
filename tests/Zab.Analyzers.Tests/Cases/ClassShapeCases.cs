namespace Zab.Analyzers.Tests.Cases;

internal static class ClassShapeCases
{
    private const string Rule = "ZAB3004";

    internal static IEnumerable<RuleCase> All =>
    [
        Bad("not partial", "[Replicated] public sealed class [|C|] { }"),
        Bad("not sealed", "[Replicated] public partial class [|C|] { }"),
        Bad("abstract", "[Replicated] public abstract partial class [|C|] { }"),
        Bad("static", "[Replicated] public static partial class [|C|] { }"),
        Bad("generic", "[Replicated] public sealed partial class [|C|]<T> { }"),
        Bad("record", "[Replicated] public sealed partial record [|C|] { }"),
        Bad("struct", "[Replicated] public partial struct [|C|] { }"),
        Bad("record struct", "[Replicated] public partial record struct [|C|] { }"),
        Bad("file-local", "[Replicated] file sealed partial class [|C|] { }"),
        Bad("base class", "public class B { public int X; } [Replicated] public sealed partial class [|C|] : B { }"),
        Bad("no constructor without parameters", "[Replicated] public sealed partial class [|C|] { public C(int x) => X = x; public int X { get; } }"),
        Bad("primary constructor with parameters", "[Replicated] public sealed partial class C[|(int x)|] { public int X { get; } = x; }"),
        Bad("required member", "[Replicated] public sealed partial class C { public required int [|X|] { get; init; } }"),
        Bad("container not partial", "public class [|Outer|] { [Replicated] public sealed partial class C { } }"),
        Bad("outermost container not partial", "public static class [|Outer|] { public partial struct Middle { [Replicated] public sealed partial class C { } } }"),
        Bad("container generic", "public partial class Outer<T> { [Replicated] public sealed partial class [|C|] { } }"),
        Good("sealed partial class", "[Replicated] public sealed partial class C { private int _x; [Command] public int Add(int by) => _x += by; }"),
        Good("nested in partial containers", "public static partial class A { public partial record struct B { public partial interface I { [Replicated] internal sealed partial class C { } } } }"),
        Good("constructor without parameters among others", "[Replicated] public sealed partial class C { public C() { } internal C(int x) => _x = x; private int _x; }"),
        Good("private constructor", "[Replicated] public sealed partial class C { private C() { } }"),
        NearMiss("not replicated", "public class C(int x) { public int X { get; } = x; } public abstract class D<T> { } public struct S { }"),
        NearMiss("attribute of the same name", "namespace Mine { public sealed class ReplicatedAttribute : Attribute { } [Mine.Replicated] public class C { } }"),
        NearMiss("interfaces are no base class", "[Replicated] public sealed partial class C : IDisposable { public void Dispose() { } }"),
        NearMiss("primary constructor without parameters", "[Replicated] public sealed partial class C() { }"),
    ];

    private static RuleCase Bad(string name, string code) => new(Rule, name, Expectation.Bad, code);

    private static RuleCase Good(string name, string code) => new(Rule, name, Expectation.Good, code);

    private static RuleCase NearMiss(string name, string code) => new(Rule, name, Expectation.NearMiss, code);
}
