using System.Buffers.Binary;
using Zab.Core;

namespace Zab.Storage;

/// <summary>One small record in two files, each written and flushed after the other. A write that is cut off leaves the old one whole or the new one; a page that rots hits one file.</summary>
/// <remarks>
/// <code>
/// 0   magic u64
/// 8   format version u32
/// 12  length of the body u32
/// 16  generation u64
/// 24  CRC-32C u32 over bytes 0–23, 28–31 and the body
/// 28  turn u32: 0 in the copy that was written first, 1 in the other
/// 32  body
/// </code>
/// The place and meaning of these fields is the same in every version.
/// What a start reads may be in the page cache only, so it must not touch the copy that the other one was written after: that one alone is certainly on the
/// disk. It is the one of the lower generation, or, where both have the same, the one that was written first.
/// </remarks>
internal sealed class TwoCopies : IDisposable
{
    internal const int HeaderBytes = 32;
    private const int BodyBytesMax = 16 * 1024 * 1024;

    private readonly ulong _magic;
    private readonly uint _version;
    private readonly IDiskFile?[] _files;
    private readonly IDisk _disk;
    private readonly string _path;

    private TwoCopies(IDisk disk, string path, ulong magic, uint version, IDiskFile?[] files) => (_disk, _path, _magic, _version, _files) = (disk, path, magic, version, files);

    /// <summary>The copy that the next write begins with: never the only one that is certainly on the disk.</summary>
    private int _first;

    /// <summary>Counts the writes. Invariant: greater than that of any copy written before.</summary>
    internal ulong Generation { get; private set; }

    /// <summary>What the better copy holds; empty in new files.</summary>
    internal ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Two files that do not exist yet; the first write makes them, and their directory must be flushed after it.</summary>
    internal static TwoCopies Create(IDisk disk, string path, ulong magic, uint version) => new(disk, path, magic, version, [null, null]);

    /// <summary>Opens both, and takes the valid copy of the higher generation. A copy that is not there is made by the next write. Changes nothing.</summary>
    /// <exception cref="StorageException">No copy is valid, or a newer version wrote one.</exception>
    internal static TwoCopies Open(IDisk disk, string path, ulong magic, uint version, ISet<string> names, string what)
    {
        var copies = new TwoCopies(disk, path, magic, version, [OpenIfThere(disk, path + ".0", names), OpenIfThere(disk, path + ".1", names)]);
        try
        {
            copies.Load(what);
            return copies;
        }
        catch (StorageException)
        {
            copies.Dispose();
            throw;
        }
    }

    /// <summary>Replaces the record in both copies; durable when it returns.</summary>
    internal void Write(ulong generation, ReadOnlySpan<byte> body)
    {
        Invariant.Require(generation > Generation, $"generation {generation} would be written over {Generation}");
        Invariant.Require(body.Length <= BodyBytesMax, $"a record of {body.Length} bytes");
        byte[] record = new byte[HeaderBytes + body.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(record, _magic);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), _version);
        BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(12), body.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(16), generation);
        body.CopyTo(record.AsSpan(HeaderBytes));
        if (_files[_first] is not null && Read(1 - _first) is not { Problem: null }) _first = 1 - _first;      // The other one has rotted: this one is the last, until that is written.
        for (int turn = 0; turn < _files.Length; turn++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(28), turn);
            BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(24), Checksum(record));
            int copy = _first ^ turn;
            IDiskFile file = _files[copy] ??= _disk.Create($"{_path}.{copy}");
            file.Write(0, record);
            file.Flush();                                   // The first copy is safe before the second is touched.
        }

        _first = 0;
        Generation = generation;
        Body = record.AsMemory(HeaderBytes);
    }

    public void Dispose()
    {
        foreach (IDiskFile? file in _files) file?.Dispose();
    }

    private static IDiskFile? OpenIfThere(IDisk disk, string path, ISet<string> names) => names.Contains(Path.GetFileName(path)) ? disk.Open(path) : null;

    private void Load(string what)
    {
        Copy?[] copies = [Read(0), Read(1)];
        if (copies[0] is not { Problem: null } && copies[1] is not { Problem: null })
            throw new StorageException($"No copy of the {what} can be read: {_path}.0 {copies[0]?.Problem ?? "is not there"}; {_path}.1 {copies[1]?.Problem ?? "is not there"}. Without it this server would forget what it has promised, so it does not start. Nothing was changed. Remove {Path.GetDirectoryName(_path)} and let the server join as a new one (docs/FORMAT.md#recovery).");

        int anchor = Anchor(copies[0], copies[1]);
        _first = 1 - anchor;
        Copy best = copies[_first] is { Problem: null } other ? other : copies[anchor]!;
        (Generation, Body) = (best.Generation, best.Body);
    }

    /// <summary>The copy that is certainly on the disk; the other one holds the same, or something newer.</summary>
    private static int Anchor(Copy? zero, Copy? one)
    {
        if (zero is not { Problem: null }) return 1;
        if (one is not { Problem: null }) return 0;
        if (zero.Generation != one.Generation) return zero.Generation < one.Generation ? 0 : 1;
        return zero.Turn == 0 ? 0 : 1;
    }

    private Copy? Read(int index)
    {
        if (_files[index] is not { } file) return null;
        byte[] header = new byte[HeaderBytes];
        if (file.Read(0, header) < HeaderBytes) return Copy.Bad($"is {file.Length} bytes long, too short");
        if (BinaryPrimitives.ReadUInt64LittleEndian(header) != _magic) return Copy.Bad("does not begin as it should");
        int length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12));
        if (length < 0 || length > BodyBytesMax || length > file.Length - HeaderBytes) return Copy.Bad($"says it holds {(uint)length} bytes");
        byte[] record = new byte[HeaderBytes + length];
        if (file.Read(0, record) < record.Length) return Copy.Bad("ends too early");
        uint checksum = Checksum(record);
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(24));
        if (checksum != expected) return Copy.Bad($"has checksum {checksum:x8}, expected {expected:x8}");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(8));
        if (version > _version) throw StorageErrors.NewerVersion(file.Path, version, _version);
        return new Copy(null, BinaryPrimitives.ReadUInt64LittleEndian(record.AsSpan(16)), BinaryPrimitives.ReadInt32LittleEndian(record.AsSpan(28)), record.AsMemory(HeaderBytes));
    }

    private static uint Checksum(ReadOnlySpan<byte> record) => Crc32C.Append(Crc32C.Of(record[..24]), record[28..]);

    private sealed record Copy(string? Problem, ulong Generation, int Turn, ReadOnlyMemory<byte> Body)
    {
        internal static Copy Bad(string problem) => new(problem, 0, 0, default);
    }
}
