namespace Zab.Mutants;

/// <summary>A copy of the sources, built once as they are: what is built from it is changed, never the repository.</summary>
internal sealed class WorkingCopy : IDisposable
{
    private static readonly string[] NotCopied = ["bin", "obj", ".git", "artifacts", "TestResults", "docs"];
    private static readonly TimeSpan BuildBudget = TimeSpan.FromMinutes(5);

    private readonly bool _isKept;

    private WorkingCopy(string root, bool isKept) => (Root, _isKept) = (root, isKept);

    internal string Root { get; }

    /// <summary>Copies everything that a build may need.</summary>
    internal static WorkingCopy Make(bool isKept)
    {
        string root = Directory.CreateTempSubdirectory("zab-mutants-").FullName;
        CopyTree(Repository.FindRoot(), root);
        return new WorkingCopy(root, isKept);
    }

    /// <summary>Builds a project and all that it needs, in Release; analysis and style are for the code as it is.</summary>
    /// <returns>The folder of what was built.</returns>
    internal async Task<string> BuildAsync(string project, CancellationToken cancellation)
    {
        string[] arguments = ["build", project, "-c", "Release", "-m:1", "-nodeReuse:false", "-clp:ErrorsOnly", "-p:UseSharedCompilation=false", .. Compiler.QuickBuild];
        ProcessEnd build = await ChildProcess.RunAsync("dotnet", arguments, Root, BuildBudget, cancellation).ConfigureAwait(false);
        if (build.ExitCode != 0) throw new MutantException($"{project} does not build:\n{string.Join('\n', build.Lines)}");
        return Path.Combine(Root, Path.GetDirectoryName(project)!, "bin", "Release", "net10.0");
    }

    /// <summary>A folder of its own for one mutant, with everything that was built for the code as it is.</summary>
    internal string NewRun(string name, string built)
    {
        string folder = Path.Combine(Root, "runs", name);
        CopyTree(built, folder);
        return folder;
    }

    internal void DropRun(string folder)
    {
        if (!_isKept) Directory.Delete(folder, recursive: true);
    }

    public void Dispose()
    {
        if (!_isKept) Directory.Delete(Root, recursive: true);
    }

    private static void CopyTree(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        foreach (string folder in Directory.EnumerateDirectories(from))
            if (!NotCopied.Contains(Path.GetFileName(folder))) CopyTree(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
