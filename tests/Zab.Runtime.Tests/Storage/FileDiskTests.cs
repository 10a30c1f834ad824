using Microsoft.Win32.SafeHandles;
using Xunit;
using Zab.Core;
using Zab.Storage;

namespace Zab.Tests.Storage;

/// <summary>The real disk of this machine, in a temporary directory.</summary>
public sealed class FileDiskTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"zab-storage-{Environment.ProcessId}-{Guid.NewGuid():N}");
    private readonly FileDisk _disk = new();

    private string Data => Path.Combine(_root, "deep", "data");

    public void Dispose()
    {
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void A_store_keeps_entries_promises_and_snapshots_in_real_files()
    {
        var options = new StoreOptions { Directory = Data, ServerId = new ServerId(1), SegmentBytes = 64 * 1024, PreallocateBytes = 16 * 1024 };
        byte[] content = new byte[700_000];
        new Random(1).NextBytes(content);
        HistoryPoint snapshotAt;
        using (var run = new StoreRun(_disk, options))
        {
            run.Adopt(1);
            for (int i = 0; i < 100; i++) run.Append(1, $"{i} {new string('x', 1000)}", $"{i}");
            snapshotAt = run.Last;
            Assert.NotNull(run.TakeSnapshot(snapshotAt, content));
            run.Append(1, "after");
            run.Store.Close();
        }

        using var again = new StoreRun(_disk, options);
        Assert.Null(again.Recovered.Damage);
        Assert.Equal(201, again.ReadAll().Count);
        Assert.Equal((uint)1, again.Recovered.HardState.CurrentEpoch);
        Assert.Equal(snapshotAt, again.Recovered.Snapshot!.Point);
        Assert.Equal(content, again.Store.LoadSnapshot()!.Value.Content.ToArray());
    }

    [Fact]
    public void A_second_store_on_the_directory_is_refused_and_told_who_has_it()
    {
        var options = new StoreOptions { Directory = Data, ServerId = new ServerId(1) };
        using (IStore first = DiskStore.Open(_disk, options))
        {
            var refused = Assert.Throws<StorageException>(() => DiskStore.Open(_disk, options));
            Assert.Contains($"is in use by process {Environment.ProcessId}", refused.Message);
            Assert.Throws<StorageException>(() => DiskStore.Init(_disk, options, "cluster", StoreRun.Three));
        }

        using IStore second = DiskStore.Open(_disk, options);
        Assert.Null(second.Recovered.Damage);
    }

    [Fact]
    public void A_flush_that_fails_is_an_exception()
    {
        using var nothing = new SafeFileHandle(987654, ownsHandle: false);
        foreach (bool dataOnly in (bool[])[false, true])
        {
            var failed = Assert.Throws<StorageException>(() => Fsync.File(nothing, "FILE", dataOnly));
            Assert.Contains("of FILE failed with error", failed.Message);
            if (OperatingSystem.IsLinux()) Assert.Contains(dataOnly ? "fdatasync of FILE failed with error 9 " : "fsync of FILE failed with error 9 ", failed.Message);     // EBADF
        }
    }

    [Fact]
    public void A_flush_that_the_kernel_refuses_is_an_exception()
    {
        if (!OperatingSystem.IsLinux()) return;             // Elsewhere a pipe may be flushed.
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        using var handle = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        Assert.Contains("failed with error 22 ", Assert.Throws<StorageException>(() => Fsync.File(handle, "PIPE", dataOnly: false)).Message);    // EINVAL
    }

    [Fact]
    public void A_directory_that_is_not_there_cannot_be_flushed()
    {
        if (OperatingSystem.IsWindows()) return;            // There nothing is flushed.
        Assert.Contains("open of /nowhere/at/all failed", Assert.Throws<StorageException>(() => Fsync.Directory("/nowhere/at/all")).Message);
        Directory.CreateDirectory(_root);
        Fsync.Directory(_root);
    }

    [Fact]
    public void Errors_of_the_file_system_say_what_was_done_to_which_file()
    {
        _disk.CreateDirectory(_root);
        string path = Path.Combine(_root, "file");
        Assert.StartsWith($"Cannot open {path}: ", Assert.Throws<StorageException>(() => _disk.Open(path)).Message);
        using (IDiskFile file = _disk.Create(path))
        {
            file.Write(3, [1, 2, 3]);
            byte[] read = new byte[10];
            Assert.Equal(6, file.Read(0, read));
            Assert.Equal([0, 0, 0, 1, 2, 3, 0, 0, 0, 0], read);
            Assert.Equal(0, file.Read(6, read));
            file.SetLength(4);
            Assert.Equal(4, file.Length);
            file.Flush();
            file.FlushData();
        }

        Assert.StartsWith($"Cannot create {path}: ", Assert.Throws<StorageException>(() => _disk.Create(path)).Message);
        Assert.StartsWith($"Cannot list {path}2: ", Assert.Throws<StorageException>(() => _disk.List(path + "2")).Message);
        Assert.StartsWith($"Cannot rename {path}2: ", Assert.Throws<StorageException>(() => _disk.Rename(path + "2", path + "3")).Message);
        Assert.StartsWith($"Cannot create the directory {path}", Assert.Throws<StorageException>(() => _disk.CreateDirectory(Path.Combine(path, "below"))).Message);
        _disk.Rename(path, path + "2");
        Assert.Equal(["file2"], _disk.List(_root));
        _disk.Delete(path + "2");
        Assert.Empty(_disk.List(_root));
    }

    [Fact]
    public void A_full_disk_is_an_exception()
    {
        if (!File.Exists("/dev/full")) return;              // Only Linux has one.
        using IDiskFile full = _disk.Open("/dev/full");
        Assert.StartsWith("Cannot write to /dev/full: ", Assert.Throws<StorageException>(() => full.Write(0, new byte[10])).Message);
    }

    [Fact]
    public async Task Readers_beside_the_writer_see_whole_entries_in_order_and_never_more_than_is_durable()
    {
        var options = new StoreOptions { Directory = Data, ServerId = new ServerId(1), SegmentBytes = 32 * 1024, PreallocateBytes = 8 * 1024, IndexEveryBytes = 1024 };
        using var run = new StoreRun(_disk, options);
        run.Adopt(1);
        bool isDone = false;

        int Follow()
        {
            HistoryPoint at = HistoryPoint.Empty;
            while (true)
            {
                bool isLast = Volatile.Read(ref isDone);
                Entry[] entries = run.Store.ReadEntries(at.Zxid, new Zxid(9, 9), 3000);
                foreach (Entry entry in entries)
                {
                    Assert.True(entry.Follows(at), $"{entry} after {at}");
                    at = entry.Point;
                }

                if (entries.Length == 0 && isLast) return (int)at.Zxid.Counter;
            }
        }

        Task<int>[] readers = [Task.Run(Follow), Task.Run(Follow)];
        for (int batch = 0; batch < 150; batch++) run.Append(1, $"{batch}", new string('x', batch * 7), "");

        Volatile.Write(ref isDone, true);
        foreach (Task<int> reader in readers) Assert.Equal(450, await reader);
    }

    [Fact]
    public async Task Reading_goes_on_while_the_log_is_cut_compacted_and_replaced()
    {
        var options = new StoreOptions { Directory = Data, ServerId = new ServerId(1), SegmentBytes = 8 * 1024, PreallocateBytes = 4 * 1024, IndexEveryBytes = 512 };
        using var run = new StoreRun(_disk, options);
        bool isDone = false;
        Task reader = Task.Run(() =>
        {
            var random = new DeterministicRandom(1);
            while (!Volatile.Read(ref isDone))
            {
                Entry[] entries = run.Store.ReadEntries(new Zxid((uint)random.Next(8), (uint)random.Next(40)), new Zxid(99, 9), 2000);
                for (int i = 1; i < entries.Length; i++) Assert.True(entries[i].Follows(entries[i - 1].Point));
                if (run.Store.LoadSnapshot() is { } loaded) Assert.InRange(loaded.Content.Length, 1, 3);
            }
        });

        for (uint epoch = 1; epoch <= 8; epoch++)
        {
            run.Adopt(epoch);
            Entry[] entries = run.Append(epoch, [.. Enumerable.Range(0, 40).Select(static i => new string('x', i * 20))]);
            run.Truncate(entries[20].Point);
            Assert.NotNull(run.TakeSnapshot(entries[10].Point, [(byte)epoch]));
            run.Write(new Output.CompactLog(run.Id(), run.Last.Zxid));
            if (epoch % 4 == 0) Assert.Null(run.Install(new HistoryPoint(new Zxid(epoch, 1000), epoch), [1, 2, 3]));
        }

        Volatile.Write(ref isDone, true);
        await reader;
    }
}
