using System.Diagnostics;

namespace Zab.Acceptance;

/// <summary>A file system of a few megabytes for the data of one server (tmpfs), which can be filled, and made larger while it is used. Needs the right to mount: root, or sudo without a password.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _path;

    private SmallDisk(string path) => _path = path;

    /// <summary>A directory on it, which does not exist yet.</summary>
    internal string Directory => Path.Combine(_path, "data");

    internal static async Task<SmallDisk> MountAsync(string path, int megabytes)
    {
        System.IO.Directory.CreateDirectory(path);
        await RunAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0777", "tmpfs", path);
        return new SmallDisk(path);
    }

    private string Filler => Path.Combine(_path, "filler");

    /// <summary>Takes all space that there is.</summary>
    internal void Fill() => File.WriteAllBytes(Filler, new byte[new DriveInfo(_path).AvailableFreeSpace]);

    /// <summary>Gives back what was taken, and more.</summary>
    internal Task EmptyAsync(int megabytes)
    {
        File.Delete(Filler);
        return ResizeAsync(megabytes);
    }

    internal Task ResizeAsync(int megabytes) => RunAsync("mount", "-o", $"remount,size={megabytes}m", _path);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        string[] command = Environment.IsPrivilegedProcess ? [program, .. arguments] : ["sudo", "-n", program, .. arguments];
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        string error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new AcceptanceException($"{string.Join(' ', command)}: {error}");
    }

    public async ValueTask DisposeAsync() => await RunAsync("umount", _path);
}
