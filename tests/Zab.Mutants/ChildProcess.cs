using System.ComponentModel;
using System.Diagnostics;

namespace Zab.Mutants;

/// <summary>How a process ended, and what it wrote.</summary>
/// <param name="ExitCode">Its exit code; null where it was ended because its time was over.</param>
/// <param name="Lines">Everything that it wrote, in order of arrival.</param>
/// <param name="Processor">The processor time that it was last seen to have taken, its children not counted.</param>
internal sealed record ProcessEnd(int? ExitCode, IReadOnlyList<string> Lines, TimeSpan Processor);

/// <summary>Runs another program to its end, or to the end of its time; it never outlives this one.</summary>
internal static class ChildProcess
{
    /// <summary>The machine may have others to serve: so much longer than its processor time may a process take.</summary>
    private const int WallFactor = 30;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);

    /// <param name="file">The program.</param>
    /// <param name="arguments">What it is given.</param>
    /// <param name="directory">Where it runs.</param>
    /// <param name="budget">The processor time that it has.</param>
    /// <param name="cancellation">Ends it, and throws.</param>
    internal static async Task<ProcessEnd> RunAsync(string file, IEnumerable<string> arguments, string directory, TimeSpan budget, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(file, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        var lines = new List<string>();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            (bool isInTime, TimeSpan processor) = await EndsAsync(process, budget, cancellation).ConfigureAwait(false);
            if (!isInTime) process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(cancellation).ConfigureAwait(false);
            lock (lines) return new ProcessEnd(isInTime ? process.ExitCode : null, [.. lines], processor);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        void Keep(string? line)
        {
            if (line is null) return;
            lock (lines) lines.Add(line);
        }
    }

    private static async Task<(bool IsInTime, TimeSpan Processor)> EndsAsync(Process process, TimeSpan budget, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        TimeSpan processor = TimeSpan.Zero;
        Task ended = process.WaitForExitAsync(cancellation);
        while (!ended.IsCompleted)
        {
            await Task.WhenAny(ended, Task.Delay(LookEvery, cancellation)).ConfigureAwait(false);
            if (ended.IsCompleted) break;
            processor = ProcessorTime(process) ?? processor;
            if (processor > budget || Stopwatch.GetElapsedTime(began) > budget * WallFactor) return (false, processor);
        }

        await ended.ConfigureAwait(false);
        return (true, processor);
    }

    /// <summary>Null where it has ended in this moment: then nobody can tell any more.</summary>
    private static TimeSpan? ProcessorTime(Process process)
    {
        try
        {
            return process.TotalProcessorTime;
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }
}
