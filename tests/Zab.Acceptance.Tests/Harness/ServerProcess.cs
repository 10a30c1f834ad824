using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Zab.Acceptance;

/// <summary>One life of a server: a real process, its output kept. Disposing kills it, frozen or not.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int OutputLinesMax = 2000;

    private static readonly ConcurrentDictionary<int, Process> Alive = new();

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    /// <summary>A run that is interrupted must not leave servers behind.</summary>
    static ServerProcess() => AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
    {
        foreach (Process process in Alive.Values) Posix.Send(process, PosixSignal.Kill);
    };

    private ServerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Exited += (_, _) => Alive.TryRemove(process.Id, out Process? _);
    }

    internal bool HasExited => _process.HasExited;

    internal int ExitCode => _process.ExitCode;

    /// <summary>What it wrote, the last lines of it.</summary>
    internal string Output => string.Join('\n', _output);

    internal string LastLines(int count) => string.Join('\n', _output.TakeLast(count));

    /// <param name="arguments">What the program is given.</param>
    /// <param name="workingDirectory">Where it runs.</param>
    /// <param name="tracer">A program that starts it and stays out of the way, with its arguments: strace.</param>
    /// <param name="environment">Added to that of this process.</param>
    internal static ServerProcess Start(IEnumerable<string> arguments, string workingDirectory, IEnumerable<string>? tracer = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] command = [.. tracer ?? [], BuiltProgram.DotNet, BuiltProgram.KeyValueStore, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment.Remove("ASPNETCORE_URLS");
        start.Environment["DOTNET_NOLOGO"] = "1";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var server = new ServerProcess(process);
        process.Start();
        Alive[process.Id] = process;
        if (process.HasExited) Alive.TryRemove(process.Id, out _);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return server;
    }

    internal void Freeze() => Posix.Send(_process, PosixSignal.Stop);

    internal void Thaw() => Posix.Send(_process, PosixSignal.Continue);

    /// <summary>Kills the tracer that was given at the start: what it held back goes on, and nothing is done to this process any more.</summary>
    internal void LeaveTracer()
    {
        string line = File.ReadLines($"/proc/{_process.Id}/status").First(static l => l.StartsWith("TracerPid:", StringComparison.Ordinal));
        Posix.Send(int.Parse(line["TracerPid:".Length..], CultureInfo.InvariantCulture), PosixSignal.Kill);
    }

    /// <summary>kill -9; completes when the process is gone.</summary>
    internal async Task KillAsync()
    {
        Posix.Send(_process, PosixSignal.Kill);
        await ExitedAsync(EnsembleOfProcesses.Patience);
    }

    /// <summary>SIGTERM; completes with the exit code.</summary>
    internal async Task<int> TerminateAsync()
    {
        Posix.Send(_process, PosixSignal.Terminate);
        return await ExitedAsync(EnsembleOfProcesses.Patience);
    }

    internal async Task<int> ExitedAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new AcceptanceException($"Process {_process.Id} was to end within {within.TotalSeconds} s and still runs. Its output:\n{Output}");
        }

        return _process.ExitCode;
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        _output.Enqueue(line);
        while (_output.Count > OutputLinesMax) _output.TryDequeue(out _);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();      // A frozen process dies of it, too.
        _process.Dispose();
    }
}
