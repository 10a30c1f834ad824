namespace Zab.Acceptance;

/// <summary>A directory for one test, deleted with it; kept where the test failed, if <c>ZAB_KEEP_SCRATCH</c> is set.</summary>
internal sealed class Scratch : IDisposable
{
    internal Scratch() => Path = Directory.CreateTempSubdirectory("zab-acceptance-").FullName;

    internal string Path { get; }

    internal string Sub(string name) => System.IO.Path.Combine(Path, name);

    internal static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from)) File.Copy(file, System.IO.Path.Combine(to, System.IO.Path.GetFileName(file)));
        foreach (string directory in Directory.EnumerateDirectories(from)) Copy(directory, System.IO.Path.Combine(to, System.IO.Path.GetFileName(directory)));
    }

    /// <summary>Puts a copy in the place of a directory.</summary>
    internal static void Replace(string directory, string copy)
    {
        Directory.Delete(directory, recursive: true);
        Copy(copy, directory);
    }

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("ZAB_KEEP_SCRATCH") is null) Directory.Delete(Path, recursive: true);
    }
}
