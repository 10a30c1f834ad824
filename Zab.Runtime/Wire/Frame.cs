using System.Buffers;
using System.Buffers.Binary;
using Zab.Core;

namespace Zab.Wire;

/// <summary>One frame as it was read: its checksums are right. What the body is, and whether this connection may carry it, is not decided here.</summary>
/// <param name="Type">What the body is.</param>
/// <param name="ClusterId">The sender's ensemble; none from a fresh server.</param>
/// <param name="Incarnation">The connection that the frame was written for: a recorded frame is refused by it.</param>
/// <param name="Epoch">The leader's epoch that the message speaks of; 0 in types that have none.</param>
/// <param name="Body">The message without what stands in the header.</param>
internal readonly record struct Frame(FrameType Type, ClusterId ClusterId, ulong Incarnation, uint Epoch, ReadOnlyMemory<byte> Body)
{
    /// <summary>length u32, header checksum u32, body checksum u32, type u8, cluster u64, incarnation u64, epoch u32; then the body. Little endian.</summary>
    /// <remarks>The header has a checksum of its own, so that a length is believed only when it is right, and an encoded body can be sent to several.</remarks>
    internal const int HeaderBytes = 33;

    private const int HeaderChecksumAt = 4;
    private const int CheckedFrom = 8;
    private const int TypeAt = 12;

    /// <summary>The type of a frame that was checked.</summary>
    internal static FrameType TypeOf(ReadOnlySpan<byte> frame) => (FrameType)frame[TypeAt];

    internal static void WriteHeader(Span<byte> header, FrameType type, ClusterId cluster, ulong incarnation, uint epoch, int bodyBytes, uint bodyChecksum)
    {
        BinaryPrimitives.WriteInt32LittleEndian(header, HeaderBytes + bodyBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], bodyChecksum);
        header[TypeAt] = (byte)type;
        BinaryPrimitives.WriteUInt64LittleEndian(header[13..], cluster.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(header[21..], incarnation);
        BinaryPrimitives.WriteUInt32LittleEndian(header[29..], epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(header[HeaderChecksumAt..], HeaderChecksum(header));
    }

    /// <summary>Takes the first frame off <paramref name="input"/>; false where it is not complete yet.</summary>
    /// <remarks>The body may lie in the input itself; where <see cref="FrameTypes.KeepsBody"/>, it is a copy, made when all of it has arrived.</remarks>
    /// <exception cref="WireException">These bytes are no beginning of a frame, or of one larger than <paramref name="frameBytesMax"/>.</exception>
    internal static bool TryRead(ref ReadOnlySequence<byte> input, int frameBytesMax, out Frame frame)
    {
        frame = default;
        if (input.Length < HeaderBytes) return false;

        Span<byte> header = stackalloc byte[HeaderBytes];
        input.Slice(0, HeaderBytes).CopyTo(header);
        uint found = HeaderChecksum(header);
        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(header[HeaderChecksumAt..]);
        if (found != expected) throw new WireException($"header checksum {found:x8}, expected {expected:x8}: this is no frame, or a damaged one");

        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length < HeaderBytes || length > frameBytesMax) throw new WireException($"a frame of {(uint)length} bytes; {HeaderBytes} to {frameBytesMax} are allowed here");
        if (input.Length < length) return false;

        var type = (FrameType)header[TypeAt];
        ReadOnlySequence<byte> bytes = input.Slice(HeaderBytes, length - HeaderBytes);
        ReadOnlyMemory<byte> body = bytes.IsSingleSegment && !type.KeepsBody() ? bytes.First : bytes.ToArray();
        found = Crc32C.Of(body.Span);
        expected = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (found != expected) throw new WireException($"body checksum {found:x8}, expected {expected:x8}, in a {type} frame of {length} bytes");

        frame = new Frame(
            type,
            new ClusterId(BinaryPrimitives.ReadUInt64LittleEndian(header[13..])),
            BinaryPrimitives.ReadUInt64LittleEndian(header[21..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[29..]),
            body);
        input = input.Slice(length);
        return true;
    }

    /// <summary>Over the length and everything behind this checksum, the body's checksum included.</summary>
    private static uint HeaderChecksum(ReadOnlySpan<byte> header) => Crc32C.Append(Crc32C.Of(header[..HeaderChecksumAt]), header[CheckedFrom..HeaderBytes]);
}
