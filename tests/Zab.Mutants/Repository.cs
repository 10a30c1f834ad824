namespace Zab.Mutants;

/// <summary>Where the sources are.</summary>
internal static class Repository
{
    internal static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "Zab.Framework.sln"))) return directory.FullName;
        throw new MutantException($"no directory above {AppContext.BaseDirectory} holds Zab.Framework.sln; run this program from the repository");
    }
}
