namespace Zab.Storage;

/// <summary>All that the store asks of a disk. Behind it stands a real one, or one that loses, tears and damages what was not flushed.</summary>
/// <remarks>Nothing is durable before it was flushed: the content of a file by its own flush, its name by that of its directory.</remarks>
internal interface IDisk
{
    /// <summary>Makes the directory and those above it, durably; one that exists is left alone.</summary>
    void CreateDirectory(string path);

    /// <summary>The names of the files in a directory, without order.</summary>
    string[] List(string directory);

    /// <summary>A new, empty file; it must not exist.</summary>
    IDiskFile Create(string path);

    /// <summary>A file that exists, for reading and writing.</summary>
    IDiskFile Open(string path);

    /// <summary>Gives a file another name in its directory, in place of one that has it.</summary>
    void Rename(string from, string to);

    void Delete(string path);

    /// <summary>Makes the names in a directory durable: those created, and those deleted.</summary>
    void FlushDirectory(string directory);

    /// <summary>Takes a directory for this process alone, until disposed.</summary>
    /// <exception cref="StorageException">Another process has it, which the message names if it is known.</exception>
    IDisposable Lock(string directory);
}

/// <summary>An open file. Every failure is a <see cref="StorageException"/>.</summary>
internal interface IDiskFile : IDisposable
{
    string Path { get; }

    long Length { get; }

    /// <summary>Fills <paramref name="buffer"/> from <paramref name="offset"/> on; less only where the file ends.</summary>
    int Read(long offset, Span<byte> buffer);

    void Write(long offset, ReadOnlySpan<byte> data);

    void SetLength(long length);

    /// <summary>Makes content and length durable (fsync). Never tried again after a failure: the kernel has forgotten what was not written.</summary>
    void Flush();

    /// <summary>As <see cref="Flush"/>, without what reading does not need, such as times (fdatasync).</summary>
    void FlushData();
}
