using System.Reflection;

namespace Zab.Acceptance;

/// <summary>The example program as it was built with this assembly. Started directly: a child of <c>dotnet run</c> outlives its parent's kill.</summary>
internal static class BuiltProgram
{
    internal static string RepositoryRoot { get; } = FindRoot();

    internal static string DotNet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    internal static string KeyValueStore { get; } = Find("KeyValueStore");

    private static string Find(string example)
    {
        string configuration = typeof(BuiltProgram).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "Configuration").Value!;
        string path = Path.Combine(RepositoryRoot, "examples", example, "bin", configuration, "net10.0", example + ".dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"The example {example} was not found at {path}. Build it first: dotnet build Zab.Framework.sln -c {configuration}");
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Zab.Framework.sln"))) return directory.FullName;
        }

        throw new DirectoryNotFoundException($"No directory above {AppContext.BaseDirectory} holds Zab.Framework.sln.");
    }
}
