using Microsoft.CodeAnalysis;
using Zab.Generators.Tests.Harness;

namespace Zab.Generators.Tests;

/// <summary>What cannot be replicated: one error that says why, and no error in emitted code on top of it.</summary>
public sealed class RefusedClasses
{
    /// <summary>Types that cannot be encoded, and what the error says.</summary>
    public static TheoryData<string, string> NotEncodable => new()
    {
        { "private object _o = 1;", "C._o → object can be anything" },
        { "private System.Threading.Timer? _t;", "C._t → System.Threading.Timer cannot be encoded" },
        { "private Action? _a;", "C._a → System.Action cannot be encoded" },
        { "private Holder? _h;", "C._h → Holder.Timer → System.Threading.Timer cannot be encoded" },
        { "private Dictionary<string, List<Holder>> _h = [];", "C._h → Holder.Timer → System.Threading.Timer cannot be encoded" },
        { "private int[,] _m = new int[1, 1];", "C._m → int[,] is an array of several dimensions" },
        { "private IList<int> _l = [];", "is an interface" },
        { "private Shape? _s;", "C._s → N.Shape is abstract" },
        { "private (int, string) _t;", "is a tuple" },
        { "private dynamic? _d;", "C._d → dynamic" },
        { "private nint _n;", "C._n → " },
        { "private Hidden? _h;", "C._h → N.Hidden keeps _count, which no encoded member carries" },
        { "private Auto _a;", "C._a → N.Auto has LayoutKind.Auto" },
        { "private Overlapping _o;", "C._o → N.Overlapping overlaps itself at B" },
        { "private Notifier? _n;", "C._n → N.Notifier has an event" },
        { "private CapturingStruct _c;", "C._c → N.CapturingStruct keeps seed" },
        { "private CapturingClass? _c;", "C._c → N.CapturingClass keeps seed" },
        { "private Local? _l;", "is a file-local type" },
        { "[Command] public void M(Action a) => a();", "C.M(a) → System.Action cannot be encoded" },
        { "[Command] public object M() => 1;", "C.M returns → object can be anything" },
        { "[Query] public IEnumerable<int> M() => [];", "C.M returns → System.Collections.Generic.IEnumerable<int> is an interface" },
        { "[Command] private void M(P p) { } private sealed record P(int X);", "C.M(p) → N.C.P is private" },
        { "[Query] private P? M() => null; private sealed record P(int X);", "C.M returns N.C.P, which is private" },
        { "public event Action? E;", "C.E → System.Action cannot be encoded" },
    };

    [Theory, MemberData(nameof(NotEncodable))]
    public void ATypeThatCannotBeEncodedIsNamedWithThePathToIt(string member, string problem)
    {
        GeneratorOutcome outcome = GeneratorHarness.Run($$"""
            using Zab;
            namespace N;
            [Replicated] public sealed partial class C
            {
                {{member}}
            }
            public sealed record Holder(System.Threading.Timer Timer);
            public abstract record Shape(int X);
            public sealed class Notifier { public int X { get; set; } public event Action? Changed; public void Raise() => Changed?.Invoke(); }
            public struct CapturingStruct(int seed) { public int X; public int Sum() => X + seed++; }
            public sealed class CapturingClass(int seed) { public int Seed { get; } = 1; public int Sum() => Seed + seed++; }
            public sealed class Hidden { private int _count; public int Count() => ++_count; }
            [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)] public struct Auto { public int A; }
            [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Explicit)] public struct Overlapping
            {
                [System.Runtime.InteropServices.FieldOffset(0)] public int A;
                [System.Runtime.InteropServices.FieldOffset(2)] public int B;
            }
            file sealed record Local(int X);
            """);
        Diagnostic reported = Assert.Single(outcome.Result.Diagnostics);
        Assert.Equal("ZAB3001", reported.Id);
        Assert.Contains(problem, outcome.Problems.Single(), StringComparison.Ordinal);
        Assert.Equal(("File1.cs", 4), (reported.Location.GetLineSpan().Path, reported.Location.GetLineSpan().StartLinePosition.Line));
        AssertNoErrorInEmittedCode(outcome);
    }

    [Fact]
    public void TheCodeOfThePageIsRefusedWhereItIsBadAndNotWhereItIsGood()
    {
        using var reader = new StreamReader(typeof(RefusedClasses).Assembly.GetManifestResourceStream("ZAB3001.md")!);
        string[] blocks = reader.ReadToEnd().Split("```csharp\n")[1..].Select(static b => "using Zab;\n" + b[..b.IndexOf("```", StringComparison.Ordinal)]).ToArray();
        Assert.Equal(2, blocks.Length);
        Assert.Equal("LockService._held → Holder.Owner → System.Threading.Timer cannot be encoded", Assert.Single(GeneratorHarness.Run(blocks[0]).Problems));
        Assert.Empty(GeneratorHarness.Run(blocks[1]).Problems);
        Assert.Empty(GeneratorHarness.Run(blocks[1]).CompilerErrors);
    }

    /// <summary>Classes that the analyzers refuse.</summary>
    public static TheoryData<string> WrongShapes =>
    [
        "[Replicated] public sealed class C { private int _x; [Command] public int M(int a) => _x += a; }",
        "[Replicated] public sealed partial class C<T> { private int _x; [Command] public int M(int a) => _x += a; }",
        "[Replicated] public sealed partial class C(int seed) { private int _x; [Command] public int M(int a) => _x += a + seed; }",
        "[Replicated] public sealed partial class C { public C(int a) => _x = a; private int _x; [Command] public int M(int a) => _x += a; }",
        "[Replicated] public abstract partial class C { private int _x; [Command] public int M(int a) => _x += a; [Command] public abstract int N(); }",
        "[Replicated] public static partial class C { [Command] public static int M(int a) => a; }",
        "[Replicated] public sealed partial record C { private int _x; [Command] public int M(int a) => _x += a; }",
        "[Replicated] public sealed partial class C { public required int X { get; init; } [Command] public int M(int a) => X + a; }",
        "[Replicated] public partial class C : Base { private int _x; [Command] public int M(int a) => _x += a; } public class Base { public int Y; }",
        "public class Outer { [Replicated] public sealed partial class C { [Command] public int M(int a) => a; } }",
        "public partial class Outer<T> { [Replicated] public sealed partial class C { [Command] public int M(int a) => a; } }",
        "[Replicated] file sealed partial class C { [Command] public int M(int a) => a; }",
        "[Replicated] public sealed partial class C { [Command] public async Task<int> M() { await Task.Yield(); return 1; } [Command] public async void N() => await Task.Yield(); }",
        "[Replicated] public sealed partial class C { [Command] public void A(ref int x) { } [Command] public void B(out int x) => x = 1; [Command] public void D(Span<int> x) { } [Command] public unsafe void E(int* x) { } }",
        "[Replicated] public sealed partial class C { [Command] public void A<T>(T x) { } [Command] public static void B() { } [Query] public ref int D() => throw new Exception(); }",
        "[Replicated] public sealed partial class C { [Command] public void A(int x) { } [Command] public void A(string x) { } [Command(Name = \"A\")] public void B() { } }",
        "[Replicated] public sealed partial class C { [Command, Query] public void A(int x) { } }",
        "[Replicated] public sealed partial class C { [Command] public void A(CancellationToken x) { } [Query] public int B(Read x) => 1; [Command] public void D(int a, CommandContext x) { } [Query] public int E(CommandContext x) => 1; }",
        "[Replicated] public sealed partial class C;",
        "[Replicated] public sealed partial class C { [Command(Name = \"\")] public void A() { } [Command(Name = \"a b\\\"\\\\\\n</c>\")] public void B(int b) { } }",
        "[Replicated(Name = \"\", Client = \"\")] public sealed partial class C { }",
        "[Replicated] public sealed partial class C { } [Replicated] public sealed partial class C { }",
        "[Replicated] public sealed partial class C { [Command] public Undefined A(Undefined x) => x; private Undefined _u; }",
        "[Replicated] public partial struct C { [Command] public void A() { } }",
    ];

    [Theory, MemberData(nameof(WrongShapes))]
    public void AClassOfAWrongShapeGetsNoErrorInEmittedCode(string source)
    {
        GeneratorOutcome outcome = GeneratorHarness.Run($"using Zab; using System.Threading; using System.Threading.Tasks; namespace N;\n{source}");
        Assert.Null(outcome.Result.Exception);
        AssertNoErrorInEmittedCode(outcome);
    }

    [Fact]
    public void NamesThatDifferInCaseOnlyGetFilesOfTheirOwn()
    {
        GeneratorOutcome outcome = GeneratorHarness.Run("using Zab; namespace N { [Replicated] public sealed partial class C; [Replicated] public sealed partial class c; [Replicated] public sealed partial class D; } namespace n { [Replicated] public sealed partial class C; }");
        Assert.Null(outcome.Result.Exception);
        Assert.Empty(outcome.CompilerErrors);
        Assert.Equal(4, outcome.Files.Count);
        Assert.Contains("N.D.g.cs", outcome.Files.Keys);
    }

    [Fact]
    public void IncompleteCodeNeverBreaksTheGenerator()
    {
        const string Source = """
            using Zab;
            namespace N;
            [Replicated(Name = "x", Client = "Y")]
            public sealed partial class C
            {
                private readonly Dictionary<string, List<Entry?>> _entries = new(StringComparer.Ordinal);
                public int Count { get; private set; } = 1;
                [Command(Name = "Put")] public Entry? M(CommandContext context, string a, Level level = Level.B, params int[] rest) => new(a, level, default);
                [Query] public ImmutableArray<Part> Q(QueryContext context, in DateTime at, decimal price = 1.5m) => [];
                public sealed record Entry(string Name, Level Level, Part Part) { public required int X { get; init; } }
                public readonly record struct Part(byte A, long B);
                public enum Level : byte { A, B = 7 }
            }
            """;
        for (int length = 0; length <= Source.Length; length += 7)
        {
            GeneratorOutcome outcome = GeneratorHarness.Run(Source[..length]);
            Assert.Null(outcome.Result.Exception);
            Assert.DoesNotContain(outcome.Result.Diagnostics, static d => d.Id == "ZAB9001");
        }
    }

    private static void AssertNoErrorInEmittedCode(GeneratorOutcome outcome)
    {
        string[] errors = outcome.CompilerErrors.Where(static e => e.Contains(".g.cs", StringComparison.Ordinal)).ToArray();
        Assert.True(errors.Length == 0, string.Join('\n', errors));
    }
}
