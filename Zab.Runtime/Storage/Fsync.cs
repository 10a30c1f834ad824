using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Zab.Storage;

/// <summary>Flushes files and directories to stable storage, and says so when that failed.</summary>
/// <remarks>
/// Not by the base library: on Linux, RandomAccess.FlushToDisk and FileStream.Flush(true) of .NET 10 return normally when fsync(2) fails.
/// On macOS fsync stops at the cache of the drive, and F_FULLFSYNC goes through it. Windows flushes names together with the files.
/// </remarks>
internal static partial class Fsync
{
    private const int InterruptedErrno = 4;                 // EINTR: the call did nothing yet, so this alone may be repeated.
    private const int FullFsync = 51;                       // F_FULLFSYNC

    /// <exception cref="StorageException">What is on stable storage now is not known.</exception>
    internal static void File(SafeFileHandle file, string path, bool dataOnly)
    {
        if (OperatingSystem.IsWindows())
        {
            if (!FlushFileBuffers(file)) throw Failed("FlushFileBuffers", path);
            return;
        }

        int result;
        do
        {
            result = OperatingSystem.IsMacOS() ? Fcntl(file, FullFsync) : dataOnly ? FdatasyncUnix(file) : FsyncUnix(file);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == InterruptedErrno);

        if (result != 0) throw Failed(OperatingSystem.IsMacOS() ? "F_FULLFSYNC" : dataOnly ? "fdatasync" : "fsync", path);
    }

    /// <summary>Makes the names in a directory durable. Nothing to do on Windows, where NTFS writes them with its own log.</summary>
    internal static void Directory(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        using SafeFileHandle directory = OpenUnix(path, flags: 0);          // O_RDONLY: the base library refuses to open a directory.
        if (directory.IsInvalid) throw Failed("open", path);
        File(directory, path, dataOnly: false);
    }

    private static StorageException Failed(string call, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        return new StorageException($"{call} of {path} failed with error {error} ({Marshal.GetPInvokeErrorMessage(error)}). What was written may be lost; this server stops and checks its data when it starts again.");
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FsyncUnix(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FdatasyncUnix(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafeFileHandle file, int command);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenUnix(string path, int flags);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FlushFileBuffers(SafeFileHandle file);
}
