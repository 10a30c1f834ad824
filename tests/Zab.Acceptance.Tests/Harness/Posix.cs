using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Zab.Acceptance;

/// <summary>The signals that .NET cannot send.</summary>
internal enum PosixSignal
{
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

internal static partial class Posix
{
    internal static void Send(Process process, PosixSignal signal) => Send(process.Id, signal);

    internal static void Send(int processId, PosixSignal signal)
    {
        if (Kill(processId, (int)signal) != 0) throw new InvalidOperationException($"kill -{signal} {processId} failed with errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
