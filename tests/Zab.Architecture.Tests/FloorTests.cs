using System.Reflection;
using Xunit;

namespace Zab.Architecture;

/// <summary>Keeps the table of docs/ARCHITECTURE.md true: no floor uses one above it, and the core touches nothing that differs between two runs.</summary>
public sealed class FloorTests
{
    private static readonly Assembly Runtime = typeof(Zxid).Assembly;
    private static readonly Dictionary<string, string> Folders = Sources.FoldersByType("Zab.Runtime");
    private static readonly IReadOnlyCollection<Use> Uses = Usage.Of(Runtime);

    /// <summary>Which floors of our own a floor may use, besides itself.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new(StringComparer.Ordinal)
    {
        ["Contract"] = ["Serialization"],
        ["Serialization"] = ["Contract"],
        ["Core"] = ["Contract", "Serialization"],
        ["Wire"] = ["Core", "Contract", "Serialization"],
        ["Storage"] = ["Core", "Contract", "Serialization"],
        ["Diagnostics"] = ["Core", "Contract"],
        ["Transport"] = ["Wire", "Core", "Contract", "Serialization", "Diagnostics"],
        ["Replica"] = ["Transport", "Storage", "Wire", "Core", "Contract", "Serialization", "Diagnostics"],
        ["Hosting"] = ["Replica", "Transport", "Storage", "Wire", "Core", "Contract", "Serialization", "Diagnostics"],
    };

    /// <summary>What makes two runs differ, or waits: whole namespaces (with a dot at the end), types, and members of types.</summary>
    private static readonly string[] NeverInCore =
    [
        "System.IO.", "System.Net.", "System.Threading.", "Microsoft.Extensions.", "System.Environment", "System.TimeProvider", "System.Random",
        "System.Diagnostics.Stopwatch", "System.Diagnostics.Process", "System.Diagnostics.Activity", "System.Security.Cryptography.", "System.Console",
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today", "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.Guid.NewGuid", "System.Guid.CreateVersion7", "System.HashCode", "System.Globalization.CultureInfo.get_CurrentCulture",
        "System.Collections.Generic.Dictionary`2.GetEnumerator", "System.Collections.Generic.Dictionary`2.get_Keys", "System.Collections.Generic.Dictionary`2.get_Values",
        "System.Collections.Generic.HashSet`1.GetEnumerator",
    ];

    /// <summary>Bytes and messages only: no place in these to reach the world from.</summary>
    private static readonly string[] NeverInWire = ["System.IO.", "System.Net.", "System.Threading.Tasks.", "Microsoft.Extensions."];

    public static TheoryData<string> Floors => [.. MayUse.Keys];

    [Fact]
    public void Every_folder_of_the_runtime_is_a_floor() => Assert.Equal(MayUse.Keys.Order(), Folders.Values.Distinct().Order());

    [Fact]
    public void Every_namespace_is_that_of_its_floor()
    {
        // What users see is in Zab itself, wherever it is made.
        string[] astray = [.. Folders.Where(static f => NamespaceOf(f.Key) != "Zab." + f.Value && !(NamespaceOf(f.Key) == "Zab" && f.Value is "Contract" or "Hosting")).Select(static f => $"{f.Key} in {f.Value}")];

        Assert.Empty(astray);
    }

    [Theory]
    [MemberData(nameof(Floors))]
    public void A_floor_uses_only_those_below_it(string floor) =>
        AssertNone(UsesOf(floor).Where(use => FloorOf(use.Used) is { } used && used != floor && !MayUse[floor].Contains(used)));

    [Fact]
    public void The_core_has_no_clock_task_disk_network_logger_or_chance_of_its_own() => AssertNone(UsesOf("Core").Where(static use => IsAny(use, NeverInCore)));

    [Fact]
    public void The_wire_only_turns_messages_into_bytes_and_back() => AssertNone(UsesOf("Wire").Where(static use => IsAny(use, NeverInWire)));

    [Fact]
    public void The_storage_reaches_files_through_IDisk_alone()
    {
        string[] files = ["System.IO.File", "System.IO.FileStream", "System.IO.Directory", "System.IO.RandomAccess", "System.IO.FileInfo", "System.IO.DirectoryInfo", "Microsoft.Win32.SafeHandles.SafeFileHandle"];
        string[] realDisk = ["Zab.Storage.FileDisk", "Zab.Storage.FileDiskFile", "Zab.Storage.Fsync"];

        AssertNone(UsesOf("Storage").Where(use => IsAny(use, files) && !realDisk.Contains(use.User.FullName)));
    }

    [Fact]
    public void The_test_sees_what_code_uses()
    {
        // Against a reader of instructions that finds nothing, with which all of the above would pass.
        Assert.Contains(UsesOf("Transport"), static use => use.Used.FullName == "System.Net.Sockets.Socket");
        Assert.Contains(UsesOf("Replica"), static use => FloorOf(use.Used) == "Storage");
        Assert.True(UsesOf("Core").Count() > 500);
    }

    [Fact]
    public void The_generator_knows_the_runtime_by_name_only()
    {
        string[] references = [.. typeof(Generators.ReplicatedGenerator).Assembly.GetReferencedAssemblies().Select(static a => a.Name!)];

        Assert.DoesNotContain("Zab.Runtime", references);
        Assert.DoesNotContain(references, static r => r.Contains("Workspaces", StringComparison.Ordinal));
    }

    [Fact]
    public void The_emitter_never_sees_a_symbol() =>
        AssertNone(Usage.Of(typeof(Generators.ReplicatedGenerator).Assembly).Where(static use => use.User.Namespace is "Zab.Generators.Emit" or "Zab.Generators.Model" && IsAny(use, ["Microsoft.CodeAnalysis.ISymbol", "Microsoft.CodeAnalysis.ITypeSymbol", "Microsoft.CodeAnalysis.INamedTypeSymbol", "Microsoft.CodeAnalysis.IMethodSymbol", "Microsoft.CodeAnalysis.SyntaxNode", "Microsoft.CodeAnalysis.Compilation", "Microsoft.CodeAnalysis.SemanticModel"])));

    [Fact]
    public void The_analyzers_need_no_workspace()
    {
        string[] references = [.. Assembly.Load("Zab.Analyzers").GetReferencedAssemblies().Select(static a => a.Name!)];

        Assert.DoesNotContain("Zab.Runtime", references);
        Assert.DoesNotContain(references, static r => r.Contains("Workspaces", StringComparison.Ordinal));
    }

    private static void AssertNone(IEnumerable<Use> uses)
    {
        Use[] found = [.. uses];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    private static IEnumerable<Use> UsesOf(string floor) => Uses.Where(use => FloorOf(use.User) == floor).OrderBy(static use => use.ToString(), StringComparer.Ordinal);

    /// <summary>The floor of a type of ours; null for others, and for what the compiler makes beside all types.</summary>
    private static string? FloorOf(Type type) => type.Assembly == Runtime && Folders.TryGetValue(Usage.Outermost(type).FullName!, out string? folder) ? folder : null;

    private static string NamespaceOf(string type) => type[..type.LastIndexOf('.')];

    private static bool IsAny(Use use, string[] names) => names.Any(name =>
        name.EndsWith('.') ? use.Used.FullName?.StartsWith(name, StringComparison.Ordinal) == true : use.Used.FullName == name || $"{use.Used.FullName}.{use.Member}" == name);
}
