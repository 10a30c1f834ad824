namespace Zab.Acceptance;

/// <summary>Damage for the log of a server that does not run.</summary>
internal static class LogFiles
{
    /// <summary>The segment that is written last.</summary>
    internal static string Newest(string directory) => All(directory).Last();

    /// <summary>The segment that holds the most: the one with the history in it, where a restart has just begun another.</summary>
    internal static string Fullest(string directory) => All(directory).MaxBy(static f => End(f))!;

    /// <summary>Where the last record ends. Behind it stand the zeros of preallocation, and no record ends in one but by chance, which only moves the cut a little.</summary>
    internal static int End(string file) => File.ReadAllBytes(file).AsSpan().LastIndexOfAnyExcept((byte)0) + 1;

    /// <summary>The file ends so many bytes before its last record does.</summary>
    internal static void CutBeforeEndOfLastRecord(string file, int bytes)
    {
        int end = End(file);
        using FileStream stream = File.OpenWrite(file);
        stream.SetLength(Math.Max(0, end - bytes));
    }

    /// <summary>The file loses its own last bytes, whatever they are.</summary>
    internal static void CutEndOfFile(string file, int bytes)
    {
        using FileStream stream = File.OpenWrite(file);
        stream.SetLength(Math.Max(0, stream.Length - bytes));
    }

    /// <summary>One byte in the middle of what was written is another one.</summary>
    internal static void FlipByteInTheMiddle(string file)
    {
        int position = End(file) / 2;
        using FileStream stream = File.Open(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = position;
        int value = stream.ReadByte();
        stream.Position = position;
        stream.WriteByte((byte)(value ^ 0x40));
    }

    private static string[] All(string directory)
    {
        string[] files = [.. Directory.EnumerateFiles(directory, "*.log").Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new AcceptanceException($"There is no log segment in {directory}.");
    }
}
