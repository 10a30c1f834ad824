using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Zab.Storage;

/// <summary>The file system of this machine.</summary>
internal sealed class FileDisk : IDisk
{
    public void CreateDirectory(string path)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) return;
        string? parent = Path.GetDirectoryName(full);
        if (parent is not null) CreateDirectory(parent);
        Try("create the directory", full, () => Directory.CreateDirectory(full));
        if (parent is not null) Fsync.Directory(parent);
    }

    public string[] List(string directory) =>
        Try("list", directory, () => Directory.GetFiles(directory).Select(static path => Path.GetFileName(path)).ToArray());

    public IDiskFile Create(string path) => new FileDiskFile(path, Try("create", path, () => OpenHandle(path, FileMode.CreateNew)));

    public IDiskFile Open(string path) => new FileDiskFile(path, Try("open", path, () => OpenHandle(path, FileMode.Open)));

    public void Rename(string from, string to) => Try("rename", from, () => File.Move(from, to, overwrite: true));

    public void Delete(string path) => Try("delete", path, () => File.Delete(path));

    public void FlushDirectory(string directory) => Fsync.Directory(directory);

    /// <summary>An exclusive lock of the system on the file <c>lock</c>. It ends with the process, however that ends, so the file stays and means nothing.</summary>
    public IDisposable Lock(string directory)
    {
        string path = Path.Combine(directory, DataDirectory.LockName);
        string ownerPath = Path.Combine(directory, DataDirectory.OwnerName);
        FileStream held;
        try
        {
            held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new StorageException($"The data directory {directory} is in use by {Owner(ownerPath)}. One directory belongs to one server: stop that process, or name another directory.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new StorageException($"Cannot write to {path}: {exception.Message} Give the user of this process the right to write there.", exception);
        }

        try
        {
            Try("write", ownerPath, () => File.WriteAllText(ownerPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }
        catch (StorageException)
        {
            held.Dispose();
            throw;
        }

        return held;
    }

    private static string Owner(string ownerPath)
    {
        try
        {
            return int.TryParse(File.ReadAllText(ownerPath), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? $"process {pid}" : "another process";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "another process";                       // It says who holds the lock, never whether it is held.
        }
    }

    private static SafeFileHandle OpenHandle(string path, FileMode mode) => File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);

    private static void Try(string what, string path, Action action) => Try(what, path, () =>
    {
        action();
        return true;
    });

    private static T Try<T>(string what, string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw Failed(what, path, exception);
        }
    }

    internal static StorageException Failed(string what, string path, Exception exception) => new($"Cannot {what} {path}: {exception.Message}", exception);
}

/// <summary>A file that is read and written by offset, with its errors worded.</summary>
internal sealed class FileDiskFile(string path, SafeFileHandle handle) : IDiskFile
{
    public string Path => path;

    public long Length => RandomAccess.GetLength(handle);

    public int Read(long offset, Span<byte> buffer)
    {
        try
        {
            int total = 0;
            while (total < buffer.Length)
            {
                int read = RandomAccess.Read(handle, buffer[total..], offset + total);
                if (read == 0) break;
                total += read;
            }

            return total;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileDisk.Failed("read", path, exception);
        }
    }

    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        try
        {
            RandomAccess.Write(handle, data, offset);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileDisk.Failed("write to", path, exception);
        }
    }

    public void SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileDisk.Failed("set the length of", path, exception);
        }
    }

    public void Flush() => Fsync.File(handle, path, dataOnly: false);

    public void FlushData() => Fsync.File(handle, path, dataOnly: true);

    public void Dispose() => handle.Dispose();
}
