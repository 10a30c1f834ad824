using System.Text;
using Zab.Serialization;

namespace Zab.Replica;

/// <summary>Strings in requests, replies and snapshots: the codec's string in its UTF-8 form, never null.</summary>
/// <remarks>Layout: 0 for empty; else i32 complement of the byte count, i32 count of UTF-16 units, the bytes.</remarks>
internal static class StateText
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes the text; half of a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD.</summary>
    internal static void Write(ref ZabWriter writer, string text)
    {
        if (text.Length == 0)
        {
            writer.WriteInt32(0);
            return;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.WriteInt32(~bytes.Length);
        writer.WriteInt32(text.Length);
        writer.WriteRaw(bytes);
    }

    /// <exception cref="ZabFormatException">The bytes are not what <see cref="Write"/> writes.</exception>
    internal static string Read(ref ZabReader reader)
    {
        int offset = reader.Offset;
        int head = reader.ReadInt32();
        if (head == 0) return "";
        if (head >= -1) throw new ZabFormatException($"{head} does not begin a text", offset);
        int length = reader.ReadInt32();
        ReadOnlySpan<byte> bytes = reader.ReadRaw(~head);
        string text = Decode(bytes, offset);
        if (text.Length != length) throw new ZabFormatException($"a text says that it has {length} UTF-16 units and has {text.Length}", offset);
        return text;
    }

    private static string Decode(ReadOnlySpan<byte> bytes, int offset)
    {
        try
        {
            return _strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new ZabFormatException("a text is not UTF-8", offset);
        }
    }
}
