using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Zab.Generators.Tests.Harness;

namespace Zab.Generators.Tests;

/// <summary>The generator runs on every keystroke: what did not change must not be made again, and what is remembered must not hold a compilation.</summary>
public sealed class Caching
{
    private static readonly string[] Steps = [ReplicatedGenerator.ModelStep, ReplicatedGenerator.HintNamesStep, ReplicatedGenerator.SourceStep];

    private const string ClassFile = """
        using Zab;
        namespace Users;

        [Replicated]
        public sealed partial class Registry
        {
            private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

            [Command]
            public int Add(string name, Entry entry)
            {
                _entries[name] = entry;
                return _entries.Count;
            }

            [Query] public Entry? Get(string name) => _entries.GetValueOrDefault(name);
        }
        """;

    private const string MemberFile = "namespace Users; public sealed record Entry(int Number, Part Part); public readonly record struct Part(byte Low, long High);";

    private const string OtherFile = "namespace Users; public static class Elsewhere { public static int One => 1; }";

    [Fact]
    public void NothingChanged() => AssertCached(static compilation => compilation.Clone());

    [Fact]
    public void WhitespaceBeforeAndInsideTheClass() => AssertCached(static c => Edit(c, "File1.cs", static text => "\n\n// A comment.\n" + text.Replace("{", "{   \n", StringComparison.Ordinal)));

    [Fact]
    public void BodyOfAMethodOfTheClass() => AssertCached(static c => Edit(c, "File1.cs", static text => text.Replace("return _entries.Count", "return _entries.Count + 1", StringComparison.Ordinal)));

    [Fact]
    public void AnotherFile() => AssertCached(static c => Edit(c, "File3.cs", static text => text.Replace("One => 1", "Two => 2", StringComparison.Ordinal)));

    [Fact]
    public void AnotherFileIsAdded() => AssertCached(static c => c.AddSyntaxTrees(GeneratorHarness.Parse(new SourceFile("New.cs", "namespace Users { interface INew; }"))));

    [Fact]
    public void AMethodThatIsNoCommandIsAdded() => AssertCached(static c => Edit(c, "File1.cs", static text => text.Replace("[Query]", "private int Count => 3; [Query]", StringComparison.Ordinal)));

    [Fact]
    public void MemberTypeInAnotherFile() => AssertRerun(static c => Edit(c, "File2.cs", static text => text.Replace("int Number", "long Number", StringComparison.Ordinal)), "WriteInt64(value.Number)");

    [Fact]
    public void FieldOfAStructInAMemberTypeInAnotherFile() => AssertRerun(static c => Edit(c, "File2.cs", static text => text.Replace("byte Low", "short Low", StringComparison.Ordinal)), "WriteInt16(value.Low)");

    [Fact]
    public void MemberTypeInAReferencedAssembly()
    {
        GeneratorDriver driver = GeneratorHarness.Driver(trackSteps: true);
        driver = driver.RunGenerators(With(MemberFile));
        driver = driver.RunGenerators(With(MemberFile.Replace("int Number", "long Number", StringComparison.Ordinal)));
        Assert.Contains("WriteInt64(value.Number)", driver.GetRunResult().GeneratedTrees.Single().ToString(), StringComparison.Ordinal);

        static CSharpCompilation With(string members)
        {
            using var image = new MemoryStream();
            CSharpCompilation referenced = GeneratorHarness.Compile(members).WithAssemblyName("Referenced");
            Assert.True(referenced.WithOptions(referenced.Options.WithGeneralDiagnosticOption(ReportDiagnostic.Default)).Emit(image).Success);
            return GeneratorHarness.Compile(ClassFile).AddReferences(MetadataReference.CreateFromImage(image.ToArray()));
        }
    }

    [Fact]
    public void TheClassIsRemoved()
    {
        GeneratorDriver driver = GeneratorHarness.Driver().RunGenerators(Users());
        driver = driver.RunGenerators(Edit(Users(), "File1.cs", static text => text.Replace("[Replicated]", "", StringComparison.Ordinal)));
        Assert.Empty(driver.GetRunResult().GeneratedTrees);
    }

    [Fact]
    public void TheOrderOfFilesDoesNotMatter()
    {
        string[] files = [ClassFile, MemberFile, OtherFile, "namespace Users; partial class Registry { private int _a, _b; [Zab.Command] public void Z() { } }", "namespace Users; partial class Registry { private long _c; [Zab.Command] public void A() { } }"];
        SourceFile[] sources = files.Select(static (text, i) => new SourceFile($"File{i}.cs", text)).ToArray();
        IReadOnlyDictionary<string, string> straight = GeneratorHarness.Run(GeneratorHarness.Compile(sources)).Files;
        IReadOnlyDictionary<string, string> reversed = GeneratorHarness.Run(GeneratorHarness.Compile(sources.Reverse().ToArray())).Files;
        Assert.Equal(straight, reversed);
        Assert.Single(straight);
    }

    [Fact]
    public void WhatIsRememberedIsMadeOfValues()
    {
        GeneratorDriver driver = GeneratorHarness.Driver(trackSteps: true).RunGenerators(Users());
        GeneratorRunResult result = driver.GetRunResult().Results.Single();
        var visited = new HashSet<object>(ReferenceEqualityComparer.Instance);
        foreach (string step in Steps)
        {
            foreach ((object value, _) in result.TrackedSteps[step].SelectMany(static s => s.Outputs)) AssertValue(value, step, visited);
        }

        Assert.True(visited.Count > 50, "the models were not walked through");
    }

    [Fact]
    public void TheLastCompilationIsForgotten()
    {
        GeneratorDriver driver = GeneratorHarness.Driver();
        WeakReference[] old = RunOnce(ref driver);
        RunAgain(ref driver);
        for (int i = 0; i < 10 && old.Any(static o => o.IsAlive); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.DoesNotContain(old, static o => o.IsAlive);
        GC.KeepAlive(driver);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] RunOnce(ref GeneratorDriver driver)
    {
        CSharpCompilation compilation = Users();
        driver = driver.RunGenerators(compilation);
        return [new(compilation), .. compilation.SyntaxTrees.Select(static t => new WeakReference(t)), new(compilation.GetTypeByMetadataName("Users.Registry"))];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunAgain(ref GeneratorDriver driver) =>
        driver = driver.RunGenerators(Edit(Users(), "File1.cs", static text => text.Replace("return _entries.Count", "return 0", StringComparison.Ordinal)));

    private static CSharpCompilation Users() => GeneratorHarness.Compile(ClassFile, MemberFile, OtherFile);

    private static CSharpCompilation Edit(CSharpCompilation compilation, string path, Func<string, string> edit)
    {
        SyntaxTree tree = compilation.SyntaxTrees.Single(t => t.FilePath == path);
        string text = tree.ToString();
        Assert.NotEqual(text, edit(text));
        return compilation.ReplaceSyntaxTree(tree, GeneratorHarness.Parse(new SourceFile(path, edit(text))));
    }

    private static void AssertCached(Func<CSharpCompilation, CSharpCompilation> change)
    {
        (GeneratorRunResult before, GeneratorRunResult after) = RunTwice(change);
        foreach (string step in Steps) Assert.All(Reasons(after, step), static reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, reason.ToString()));
        Assert.All(after.TrackedOutputSteps.SelectMany(static s => s.Value).SelectMany(static s => s.Outputs), static o => Assert.Equal(IncrementalStepRunReason.Cached, o.Reason));
        Assert.Equal(before.GeneratedSources.Single().SourceText.ToString(), after.GeneratedSources.Single().SourceText.ToString());
    }

    private static void AssertRerun(Func<CSharpCompilation, CSharpCompilation> change, string emitted)
    {
        (GeneratorRunResult before, GeneratorRunResult after) = RunTwice(change);
        Assert.Contains(IncrementalStepRunReason.Modified, Reasons(after, ReplicatedGenerator.ModelStep));
        Assert.Contains(IncrementalStepRunReason.Modified, Reasons(after, ReplicatedGenerator.SourceStep));
        Assert.DoesNotContain(emitted, before.GeneratedSources.Single().SourceText.ToString(), StringComparison.Ordinal);
        Assert.Contains(emitted, after.GeneratedSources.Single().SourceText.ToString(), StringComparison.Ordinal);
    }

    private static (GeneratorRunResult Before, GeneratorRunResult After) RunTwice(Func<CSharpCompilation, CSharpCompilation> change)
    {
        CSharpCompilation compilation = Users();
        GeneratorDriver driver = GeneratorHarness.Driver(trackSteps: true).RunGenerators(compilation);
        GeneratorRunResult before = driver.GetRunResult().Results.Single();
        return (before, driver.RunGenerators(change(compilation)).GetRunResult().Results.Single());
    }

    private static IncrementalStepRunReason[] Reasons(GeneratorRunResult result, string step)
    {
        IncrementalStepRunReason[] reasons = result.TrackedSteps[step].SelectMany(static s => s.Outputs).Select(static o => o.Reason).ToArray();
        Assert.NotEmpty(reasons);
        return reasons;
    }

    private static void AssertValue(object? value, string path, HashSet<object> visited)
    {
        if (value is null || value is string || value.GetType().IsPrimitive || value.GetType().IsEnum || !visited.Add(value)) return;
        string? space = value.GetType().Namespace;
        Assert.False(space is not null && space.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal), $"{path} holds a {value.GetType()}");
        Assert.False(value is Delegate, $"{path} holds a {value.GetType()}");
        if (value is IEnumerable items)
        {
            foreach (object? item in items) AssertValue(item, path + "[]", visited);
        }

        for (Type? type = value.GetType(); type is not null && type != typeof(object) && !type.IsArray; type = type.BaseType)
        {
            foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)) AssertValue(field.GetValue(value), $"{path}.{field.Name}", visited);
        }
    }
}
