using System.Text.Json;

namespace Zab.Generators.Tests.Vectors;

/// <summary>What MemoryPack wrote and read: <c>memorypack-vectors.json</c>, recorded once by running it.</summary>
internal sealed record VectorFile(string TypesSource, Vector[] Vectors, CrossSchemaRead[] CrossSchemaReads, Malformed[] Malformed)
{
    internal static VectorFile Instance { get; } = Load();

    private static VectorFile Load()
    {
        using Stream stream = typeof(VectorFile).Assembly.GetManifestResourceStream("memorypack-vectors.json")!;
        return JsonSerializer.Deserialize<VectorFile>(stream, JsonSerializerOptions.Web)!;
    }
}

/// <summary>A value and its bytes. <c>ValueDescription</c> is the value in C#.</summary>
internal sealed record Vector(string Name, string CsharpType, string ValueDescription, string Hex, string? Options, bool OrderUnspecified)
{
    internal byte[] Bytes => Convert.FromHexString(Hex);
}

/// <summary>Bytes of one type read as another, and what came out as JSON.</summary>
internal sealed record CrossSchemaRead(string Name, string WrittenAs, string Hex, string ReadAs, string Result);

/// <summary>Bytes that are no value of the type.</summary>
internal sealed record Malformed(string Name, string CsharpType, string? Hex, string Why);
