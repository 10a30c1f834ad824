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
/// 24  CRC-32C u32 over bytes 0–23 and the body
/// 28  zero u32
/// 32  body
/// </code>
/// The place and meaning of these fields is the same in every version.
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
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(24), Crc32C.Append(Crc32C.Of(record.AsSpan(0, 24)), body));
        body.CopyTo(record.AsSpan(HeaderBytes));
        for (int i = 0; i < _files.Length; i++)
        {
            IDiskFile file = _files[i] ??= _disk.Create($"{_path}.{i}");
            file.Write(0, record);
            file.Flush();                                   // The first copy is safe before the second is touched.
        }

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
        var problems = new List<string>();
        bool found = false;
        for (int i = 0; i < _files.Length; i++)
        {
            if (Check(_files[i], out ulong generation, out ReadOnlyMemory<byte> body) is { } problem)
            {
                problems.Add($"{_path}.{i} {problem}");
                continue;
            }

            if (found && generation <= Generation) continue;
            (found, Generation, Body) = (true, generation, body);
        }

        if (!found) throw new StorageException($"No copy of the {what} can be read: {string.Join("; ", problems)}. Without it this server would forget what it has promised, so it does not start. Nothing was changed. Remove {Path.GetDirectoryName(_path)} and let the server join as a new one (docs/FORMAT.md#recovery).");
    }

    /// <summary>Null where the copy is valid, else what is wrong with it.</summary>
    private string? Check(IDiskFile? file, out ulong generation, out ReadOnlyMemory<byte> body)
    {
        (generation, body) = (0, default);
        if (file is null) return "is not there";
        byte[] header = new byte[HeaderBytes];
        if (file.Read(0, header) < HeaderBytes) return $"is {file.Length} bytes long, too short";
        if (BinaryPrimitives.ReadUInt64LittleEndian(header) != _magic) return "does not begin as it should";
        int length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12));
        if (length < 0 || length > BodyBytesMax || length > file.Length - HeaderBytes) return $"says it holds {(uint)length} bytes";
        byte[] content = new byte[length];
        if (file.Read(HeaderBytes, content) < length) return "ends too early";
        uint checksum = Crc32C.Append(Crc32C.Of(header.AsSpan(0, 24)), content);
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(24));
        if (checksum != expected) return $"has checksum {checksum:x8}, expected {expected:x8}";
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8));
        if (version > _version) throw StorageErrors.NewerVersion(file.Path, version, _version);
        (generation, body) = (BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(16)), content);
        return null;
    }
}
