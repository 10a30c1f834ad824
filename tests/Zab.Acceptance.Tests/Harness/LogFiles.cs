using System.Globalization;

namespace Zab.Acceptance;

/// <summary>Damage for the files of a server that does not run.</summary>
internal static class LogFiles
{
    private const int PageBytes = 4096;

    /// <summary>The segment that is written last.</summary>
    internal static string Newest(string directory) => All(directory).Last();

    /// <summary>The first segment that is still there.</summary>
    internal static string Oldest(string directory) => All(directory).First();

    /// <summary>The segment that holds the most: the one with the history in it, where a restart has just begun another.</summary>
    internal static string Fullest(string directory) => All(directory).MaxBy(static f => End(f))!;

    /// <summary>The segment that would come so many after the newest.</summary>
    internal static string AfterNewest(string directory, int ahead)
    {
        int newest = int.Parse(Path.GetFileNameWithoutExtension(Newest(directory)), CultureInfo.InvariantCulture);
        return Path.Combine(directory, (newest + ahead).ToString("D6", CultureInfo.InvariantCulture) + ".log");
    }

    /// <summary>The snapshots, oldest first.</summary>
    internal static string[] Snapshots(string directory) => [.. Directory.EnumerateFiles(directory, "*.snapshot").Order(StringComparer.Ordinal)];

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

    /// <summary>One bit is another one, so far into what was written: 0 the beginning, 1 the end.</summary>
    internal static void FlipBit(string file, double at = 0.5)
    {
        int position = (int)(End(file) * at);
        using FileStream stream = File.Open(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = position;
        int value = stream.ReadByte();
        stream.Position = position;
        stream.WriteByte((byte)(value ^ 0x40));
    }

    /// <summary>A page in the middle of what was written is all zeros, as on a disk that has lost it.</summary>
    internal static void ZeroPageInTheMiddle(string file)
    {
        int page = End(file) / 2 / PageBytes;
        using FileStream stream = File.OpenWrite(file);
        stream.Position = (long)page * PageBytes;
        stream.Write(new byte[PageBytes]);
    }

    private static string[] All(string directory)
    {
        string[] files = [.. Directory.EnumerateFiles(directory, "*.log").Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new AcceptanceException($"There is no log segment in {directory}.");
    }
}
