using System.Buffers;
using System.Text;
using Zab.Core;
using Zab.Serialization;

namespace Zab.Wire;

/// <summary>Writes the parts that message bodies are made of. Its mirror is <see cref="BodyReader"/>.</summary>
internal ref struct BodyWriter(IBufferWriter<byte> output)
{
    /// <summary>A reason longer than this is cut, at a whole character.</summary>
    internal const int TextBytesMax = 1024;

    private ZabWriter _writer = new(output);

    internal void Flush() => _writer.Flush();

    internal void Byte(byte value) => _writer.WriteByte(value);

    internal void Bool(bool value) => _writer.WriteByte(value ? (byte)1 : (byte)0);

    internal void UInt32(uint value) => _writer.WriteUInt32(value);

    internal void Int32(int value) => _writer.WriteInt32(value);

    internal void UInt64(ulong value) => _writer.WriteUInt64(value);

    internal void Int64(long value) => _writer.WriteInt64(value);

    internal void Zxid(Zxid value) => _writer.WriteUInt64(value.Value);

    internal void Point(HistoryPoint value)
    {
        Zxid(value.Zxid);
        UInt64(value.Chain);
    }

    internal void Bytes(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        _writer.WriteRaw(value);
    }

    internal void Text(string value)
    {
        byte[] utf8 = new byte[TextBytesMax];
        Encoding.UTF8.GetEncoder().Convert(value, utf8, flush: true, out _, out int bytes, out _);
        Bytes(utf8.AsSpan(0, bytes));
    }

    internal void Ensemble(Ensemble value) => Bytes(value.Encode());

    internal void Entry(Entry value)
    {
        Zxid(value.Zxid);
        Zxid(value.PrevZxid);
        UInt64(value.Chain);
        Int64(value.UtcTicks);
        Byte((byte)value.Type);
        Bytes(value.Payload.Span);
    }

    internal void Snapshot(SnapshotInfo value)
    {
        Point(value.Point);
        Ensemble(value.Config);
        Int64(value.UtcTicks);
        Int64(value.Length);
        UInt64(value.Checksum);
    }
}
