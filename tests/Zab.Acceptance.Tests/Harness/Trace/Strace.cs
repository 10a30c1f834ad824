using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Zab.Acceptance;

/// <summary>Runs a server under strace, and reads what strace wrote of it.</summary>
internal static partial class Strace
{
    internal const string Program = "/usr/bin/strace";

    /// <summary>Detached (-D), so that the server is our own child, with its own exit code and its own death.</summary>
    private static readonly string[] Quiet = [Program, "-D", "-f", "-q"];

    /// <summary>Makes system calls of a server fail, or take long.</summary>
    /// <param name="calls">Such as <c>fsync,fdatasync</c>.</param>
    /// <param name="fault">Such as <c>error=EIO</c>, with <c>when=</c> counted by thread.</param>
    /// <param name="output">Where the calls are written.</param>
    /// <param name="paths">Only calls on these files; all, if none.</param>
    internal static string[] Injecting(string calls, string fault, string output, params string[] paths) =>
        [.. Quiet, "-ttt", "-o", output, "-e", $"trace={calls}", "-e", $"inject={calls}:{fault}", .. paths.SelectMany(static path => new[] { "-P", path })];

    /// <summary>Writes down everything that a server writes, flushes and sends, byte by byte.</summary>
    internal static string[] Recording(string output) =>
        [.. Quiet, "-ttt", "-T", "-yy", "-xx", "-s", "4194304", "-o", output, "-e", "trace=fsync,fdatasync,pwrite64,sendto"];

    /// <summary>The first call that was made to fail: when, in seconds of the wall clock.</summary>
    internal static async Task<double> FirstInjectionAsync(string output)
    {
        string line = await Until.FoundAsync("an injected failure in the trace", EnsembleOfProcesses.Patience, async () =>
            (await File.ReadAllLinesAsync(output)).FirstOrDefault(static l => l.Contains("(INJECTED)", StringComparison.Ordinal)));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The calls of a <see cref="Recording"/>, by the time they began.</summary>
    /// <remarks>
    /// <code>
    /// 12 1700000000.000100 fsync(3&lt;/d/1.log&gt;) = 0 &lt;0.000200&gt;             whole: it ended 0.0002 s after it began
    /// 12 1700000000.000100 fsync(3&lt;/d/1.log&gt; &lt;unfinished ...&gt;             other threads were seen meanwhile;
    /// 12 1700000000.000300 &lt;... fsync resumed&gt;) = 0 &lt;0.000200&gt;            its line goes on here, with the time of its end
    /// </code>
    /// </remarks>
    internal static IReadOnlyList<SystemCall> Read(string output)
    {
        var unfinished = new Dictionary<string, (double Began, string Text)>();
        var calls = new List<SystemCall>();
        foreach (string line in File.ReadLines(output))
        {
            string[] parts = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length < 3 || !double.TryParse(parts[1], CultureInfo.InvariantCulture, out double time)) continue;
            (string thread, string text) = (parts[0], parts[2]);
            if (text.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                unfinished[thread] = (time, text[..^"<unfinished ...>".Length]);
                continue;
            }

            double began = time;
            if (text.StartsWith("<... ", StringComparison.Ordinal))
            {
                if (!unfinished.Remove(thread, out (double Began, string Text) first)) continue;
                (began, text) = (first.Began, first.Text + text[(text.IndexOf('>', StringComparison.Ordinal) + 1)..]);
            }

            if (Parse(text, began) is { } call) calls.Add(call);
        }

        return [.. calls.OrderBy(static call => call.Began)];
    }

    /// <summary>Null for what is no call that returned: the end of a thread, or a call that died with its process.</summary>
    private static SystemCall? Parse(string text, double began)
    {
        Match match = Call().Match(text);
        if (!match.Success) return null;
        byte[] data = match.Groups["data"].Success ? Bytes(match.Groups["data"].Value) : [];
        double took = double.Parse(match.Groups["took"].Value, CultureInfo.InvariantCulture);
        string target = match.Groups["target"].Value;
        if (target.StartsWith(@"\x", StringComparison.Ordinal)) target = Encoding.UTF8.GetString(Bytes(target));
        return new SystemCall(match.Groups["name"].Value, target, data, long.Parse(match.Groups["result"].Value, CultureInfo.InvariantCulture), began, began + took);
    }

    private static byte[] Bytes(string escaped) => Convert.FromHexString(escaped.Replace(@"\x", "", StringComparison.Ordinal));

    [GeneratedRegex("""^(?<name>\w+)\(\d+<(?<target>.*?)>(, "(?<data>[^"]*)".*)?\s*\)\s+= (?<result>-?\d+).* <(?<took>[\d.]+)>$""")]
    private static partial Regex Call();
}
