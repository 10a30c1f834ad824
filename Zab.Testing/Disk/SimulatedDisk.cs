using Zab.Storage;

namespace Zab.Testing;

/// <summary>What a store asked its disk to do.</summary>
internal enum DiskCall { Create, Open, Rename, Delete, Write, SetLength, Flush, FlushDirectory }

/// <summary>The power has gone in the middle of an operation: the process that asked for it does not exist any more.</summary>
internal sealed class PowerLossException() : Exception("the power is gone");

/// <summary>A disk in memory with a page cache: what was not flushed is lost, torn or kept when the power goes, in any order, names included. The same seed gives the same fate.</summary>
/// <remarks>
/// A write is torn at sectors of 512 bytes. A file keeps one of the lengths that it had since its last flush. Each name keeps one of the files that it had
/// since the last flush of its directory. A flush that fails marks the pages clean: they are still read, and never written.
/// </remarks>
internal sealed class SimulatedDisk : IDisk
{
    private readonly DeterministicRandom _random;
    private readonly SortedDictionary<string, SimulatedFile> _names = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<SimulatedFile?>> _nameHistory = new(StringComparer.Ordinal);   // What each name was, from the last flush on.
    private readonly HashSet<string> _locks = new(StringComparer.Ordinal);
    private int _life;

    internal SimulatedDisk(ulong seed) => _random = new DeterministicRandom(seed);

    /// <summary>Operations so far; reading is none.</summary>
    internal int Operations { get; private set; }

    /// <summary>The power goes before the operation of this number, counted from 0.</summary>
    internal int? PowerLossAt { get; set; }

    /// <summary>The power went in the middle of an operation, and has not come back: whatever the process does from here on never happened.</summary>
    internal bool HasLostPower { get; private set; }

    /// <summary>Says whether an operation fails, and how; a write that fails may have written its first half.</summary>
    internal Func<DiskCall, string, string?>? Fault { get; set; }

    internal IReadOnlyCollection<string> Names => _names.Keys;

    /// <summary>The power goes, or went, and comes back: every open file is gone, and so is what was not flushed, by chance.</summary>
    internal void LosePower()
    {
        foreach ((string name, List<SimulatedFile?> history) in _nameHistory) Keep(name, history[_random.Next(history.Count)]);
        _nameHistory.Clear();
        int keepOf8 = _random.Next(9);                      // From nothing at all to everything.
        foreach (SimulatedFile file in _names.Values) file.LosePower(_random, keepOf8);
        KillProcess();
    }

    /// <summary>The process dies, and the page cache lives on.</summary>
    internal void KillProcess()
    {
        _life++;
        _locks.Clear();
        PowerLossAt = null;
        HasLostPower = false;
        Fault = null;
    }

    internal byte[] Content(string name) => Find(name).Content.ToArray();

    internal string Path(string name) => _names.Keys.Single(path => System.IO.Path.GetFileName(path) == name);

    /// <summary>Changes what the disk holds behind everybody's back.</summary>
    internal void Damage(string name, Action<byte[]> change)
    {
        SimulatedFile file = Find(name);
        byte[] content = file.Content.ToArray();
        change(content);
        file.Replace(content);
    }

    internal void Put(string name, byte[] content) => Find(name).Replace(content.ToArray());

    internal void Cut(string name, long length) => Find(name).Replace(Find(name).Content[..(int)length].ToArray());

    internal void Remove(string name) => _names.Remove(Path(name));

    /// <summary>A disk with the same files, all of them durable, whose chances follow another seed.</summary>
    internal SimulatedDisk Copy(ulong seed)
    {
        var copy = new SimulatedDisk(seed);
        foreach ((string path, SimulatedFile file) in _names) copy._names.Add(path, new SimulatedFile(file.Content.ToArray()));
        return copy;
    }

    /// <summary>Puts files of another disk in place of those here.</summary>
    internal void Restore(SimulatedDisk from, Func<string, bool> which)
    {
        foreach ((string path, SimulatedFile file) in from._names)
            if (which(System.IO.Path.GetFileName(path))) _names[path] = new SimulatedFile(file.Content.ToArray());
    }

    public void CreateDirectory(string path)
    {
    }

    public string[] List(string directory) => [.. _names.Keys.Where(path => System.IO.Path.GetDirectoryName(path) == directory).Select(static path => System.IO.Path.GetFileName(path))];

    public IDiskFile Create(string path)
    {
        Before(DiskCall.Create, path);
        if (_names.ContainsKey(path)) throw new StorageException($"Cannot create {path}: it exists");
        var file = new SimulatedFile([]);
        SetName(path, file);
        return new Handle(this, path, file, _life);
    }

    public IDiskFile Open(string path)
    {
        Before(DiskCall.Open, path);
        return _names.TryGetValue(path, out SimulatedFile? file) ? new Handle(this, path, file, _life) : throw new StorageException($"Cannot open {path}: it does not exist");
    }

    public void Rename(string from, string to)
    {
        Before(DiskCall.Rename, from);
        SimulatedFile file = _names[from];
        SetName(from, null);
        SetName(to, file);
    }

    public void Delete(string path)
    {
        Before(DiskCall.Delete, path);
        if (_names.ContainsKey(path)) SetName(path, null);
    }

    public void FlushDirectory(string directory)
    {
        Before(DiskCall.FlushDirectory, directory);
        foreach (string path in _nameHistory.Keys.Where(path => System.IO.Path.GetDirectoryName(path) == directory).ToArray()) _nameHistory.Remove(path);
    }

    public IDisposable Lock(string directory)
    {
        if (!_locks.Add(directory)) throw new StorageException($"The data directory {directory} is in use by process 1.");
        return new Unlock(this, directory, _life);
    }

    private SimulatedFile Find(string name) => _names[Path(name)];

    private void SetName(string path, SimulatedFile? file)
    {
        if (!_nameHistory.TryGetValue(path, out List<SimulatedFile?>? history)) _nameHistory.Add(path, history = [_names.GetValueOrDefault(path)]);
        history.Add(file);
        Keep(path, file);
    }

    private void Keep(string path, SimulatedFile? file)
    {
        if (file is null) _names.Remove(path);
        else _names[path] = file;
    }

    private void Before(DiskCall call, string path, int life = -1)
    {
        if (life >= 0 && life != _life) throw new PowerLossException();
        if (HasLostPower || (PowerLossAt is { } at && Operations >= at))
        {
            HasLostPower = true;
            throw new PowerLossException();
        }

        Operations++;
        if (Fault?.Invoke(call, path) is { } failure) throw new StorageException($"{call} of {path} failed: {failure}");
    }

    private sealed class Handle(SimulatedDisk disk, string path, SimulatedFile file, int life) : IDiskFile
    {
        public string Path => path;

        public long Length => file.Content.Length;

        public int Read(long offset, Span<byte> buffer)
        {
            ReadOnlySpan<byte> content = file.Content;
            if (offset >= content.Length) return 0;
            content = content[(int)offset..];
            if (content.Length > buffer.Length) content = content[..buffer.Length];
            content.CopyTo(buffer);
            return content.Length;
        }

        public void Write(long offset, ReadOnlySpan<byte> data)
        {
            try
            {
                disk.Before(DiskCall.Write, path, life);
            }
            catch (StorageException)
            {
                file.Write(offset, data[..(data.Length / 2)]);
                throw;
            }

            file.Write(offset, data);
        }

        public void SetLength(long length)
        {
            disk.Before(DiskCall.SetLength, path, life);
            file.SetLength(length);
        }

        public void Flush()
        {
            try
            {
                disk.Before(DiskCall.Flush, path, life);
            }
            catch (StorageException)
            {
                file.FailFlush();
                throw;
            }

            file.Flush();
        }

        public void FlushData() => Flush();

        public void Dispose()
        {
        }
    }

    private sealed class Unlock(SimulatedDisk disk, string directory, int life) : IDisposable
    {
        public void Dispose()
        {
            if (disk._life == life) disk._locks.Remove(directory);
        }
    }
}
