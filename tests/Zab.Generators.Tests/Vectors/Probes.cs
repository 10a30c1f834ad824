using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Zab.Generators.Tests.Harness;

namespace Zab.Generators.Tests.Vectors;

/// <summary>For each type of the vectors a replicated class that takes it, keeps it and returns it; compiled at run time, because the values are given as C#.</summary>
internal sealed class Probes
{
    // Attributes of the other library that give a type another layout than its declaration. Ours knows none of them.
    private static readonly string[] LayoutAttributes = ["GenerateType.", "SerializeLayout.Explicit", "StringFormatter", "MemoryPackInclude", "SuppressDefaultInitialization", "MemoryPackUnion"];

    private const string Usings = """
        using System.Buffers; using System.Collections; using System.Collections.Concurrent; using System.Collections.Frozen; using System.Collections.ObjectModel;
        using System.Globalization; using System.Numerics; using System.Text; using Vec;
        #pragma warning disable CS8632 // The values are given with annotations; without them a reference may be null, which is what the other library allows.
        """;

    private const string AttributesOfTheOtherLibrary = """
        namespace MemoryPack;

        public enum GenerateType { Object, VersionTolerant, CircularReference }
        public enum SerializeLayout { Sequential, Explicit }
        [AttributeUsage(AttributeTargets.All)] public sealed class MemoryPackableAttribute : Attribute
        {
            public MemoryPackableAttribute(GenerateType type = GenerateType.Object, SerializeLayout layout = SerializeLayout.Sequential) { _ = type; _ = layout; }
            public MemoryPackableAttribute(SerializeLayout layout) => _ = layout;
        }
        [AttributeUsage(AttributeTargets.All)] public sealed class MemoryPackOrderAttribute(int order) : Attribute { public int Order { get; } = order; }
        [AttributeUsage(AttributeTargets.All)] public sealed class MemoryPackIgnoreAttribute : Attribute;
        [AttributeUsage(AttributeTargets.All)] public sealed class MemoryPackIncludeAttribute : Attribute;
        [AttributeUsage(AttributeTargets.All)] public sealed class SuppressDefaultInitializationAttribute : Attribute;
        [AttributeUsage(AttributeTargets.All)] public sealed class Utf16StringFormatterAttribute : Attribute;
        [AttributeUsage(AttributeTargets.All)] public sealed class Utf8StringFormatterAttribute : Attribute;
        [AttributeUsage(AttributeTargets.All, AllowMultiple = true)] public sealed class MemoryPackUnionAttribute(int tag, Type type) : Attribute { public int Tag { get; } = tag; public Type Type { get; } = type; }
        """;

    private readonly Dictionary<string, Type> _probes = new(StringComparer.Ordinal);

    private Probes()
    {
        VectorFile file = VectorFile.Instance;
        string[] types = file.Vectors.Select(static v => v.CsharpType).Concat(file.Malformed.Select(static m => m.CsharpType)).Concat(file.CrossSchemaReads.Select(static r => r.ReadAs)).Distinct().ToArray();
        ByAttribute = types.Intersect(TypesWithLayoutAttributes(file.TypesSource)).Order(StringComparer.Ordinal).ToArray();

        GeneratorOutcome outcome = GeneratorHarness.Run(GeneratorHarness.Compile(
            [
                new SourceFile("Types.cs", "#nullable enable\n" + file.TypesSource),
                new SourceFile("Attributes.cs", AttributesOfTheOtherLibrary),
                new SourceFile("Probes.cs", Usings + string.Concat(types.Select(static (t, i) => Probe(t, i)))),
            ],
            NullableContextOptions.Disable));
        string[] refused = outcome.Problems.Select(static p => p[..p.IndexOf('.')]).Distinct().ToArray();
        Refused = types.Where((_, i) => refused.Contains($"Probe{i}")).Order(StringComparer.Ordinal).ToArray();

        Assembly assembly = Assembly.Load(outcome.Emit());
        for (int i = 0; i < types.Length; i++)
        {
            if (!Refused.Contains(types[i]) && !ByAttribute.Contains(types[i])) _probes.Add(types[i], assembly.GetType($"Probe{i}")!);
        }
    }

    internal static Probes Instance { get; } = new();

    /// <summary>The types that the generator refuses.</summary>
    internal string[] Refused { get; }

    /// <summary>The types whose layout is not that of their declaration.</summary>
    internal string[] ByAttribute { get; }

    internal bool Covers(string type) => _probes.ContainsKey(type);

    internal Machine Machine(string type) => Harness.Machine.Of(_probes[type]);

    /// <summary>The struct of the arguments of <c>Echo</c>.</summary>
    internal Type Proposal(string type) => _probes[type].Assembly.GetType($"{_probes[type].Name}Proposals+Echo")!;

    private static string Probe(string type, int index)
    {
        var values = new StringBuilder();
        foreach (Vector vector in VectorFile.Instance.Vectors.Where(v => v.CsharpType == type)) values.Append($"        case \"{vector.Name}\": return {vector.ValueDescription};\n");
        return $$"""

            [Zab.Replicated] public sealed partial class Probe{{index}}
            {
                private {{type}} _field;
                [Zab.Command] public {{type}} Echo({{type}} value) => _field = value;
                [Zab.Command] public {{type}} Value(string name)
                {
                    switch (name)
                    {
            {{values}}
                    default: throw new ArgumentException(name);
                    }
                }
            }
            """;
    }

    private static IEnumerable<string> TypesWithLayoutAttributes(string source) =>
        GeneratorHarness.Parse(new SourceFile("Types.cs", source)).GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>()
            .Where(static t => LayoutAttributes.Any(t.DescendantNodes().OfType<AttributeSyntax>().Aggregate("", static (text, a) => text + a).Contains))
            .Select(static t => t.Identifier.Text);
}
