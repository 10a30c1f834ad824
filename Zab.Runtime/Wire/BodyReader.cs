using System.Text;
using System.Text.Unicode;
using Zab.Core;
using Zab.Serialization;

namespace Zab.Wire;

/// <summary>Reads the parts that message bodies are made of: everything is checked, and nothing is allocated for a count that what remains cannot hold.</summary>
internal ref struct BodyReader(ReadOnlyMemory<byte> body)
{
    private readonly ReadOnlyMemory<byte> _body = body;
    private ZabReader _reader = new(body.Span);

    internal readonly void End() => _reader.End();

    internal byte Byte() => _reader.ReadByte();

    internal bool Bool() => _reader.ReadByte() switch
    {
        0 => false,
        1 => true,
        byte other => throw Malformed($"{other} where 0 or 1 must stand"),
    };

    internal uint UInt32() => _reader.ReadUInt32();

    internal int Int32() => _reader.ReadInt32();

    internal ulong UInt64() => _reader.ReadUInt64();

    internal long Int64() => _reader.ReadInt64();

    internal long NotNegative() => Int64() is >= 0 and long value ? value : throw Malformed($"a negative offset or length");

    internal long UtcTicks() => Int64() is >= 0 and long ticks && ticks <= DateTime.MaxValue.Ticks ? ticks : throw Malformed($"a time outside the calendar");

    internal Zxid Zxid() => Zab.Zxid.FromValue(_reader.ReadUInt64());

    internal HistoryPoint Point() => new(Zxid(), UInt64());

    /// <summary>How many items of at least <paramref name="itemBytesMin"/> bytes follow.</summary>
    internal int Count(int itemBytesMin)
    {
        int count = Int32();
        if (count < 0 || count > _reader.Remaining / itemBytesMin) throw Malformed($"{count} items of {itemBytesMin} bytes or more cannot stand in the {_reader.Remaining} bytes that remain");
        return count;
    }

    /// <summary>A slice of the body itself.</summary>
    internal ReadOnlyMemory<byte> Bytes()
    {
        int length = Count(itemBytesMin: 1);
        int at = _reader.Offset;
        _reader.ReadRaw(length);
        return _body.Slice(at, length);
    }

    internal string Text()
    {
        ReadOnlySpan<byte> utf8 = Bytes().Span;
        if (utf8.Length > BodyWriter.TextBytesMax) throw Malformed($"a text of {utf8.Length} bytes, over {BodyWriter.TextBytesMax}");
        if (!Utf8.IsValid(utf8)) throw Malformed($"a text that is not UTF-8");
        return Encoding.UTF8.GetString(utf8);
    }

    internal Ensemble Ensemble() => Core.Ensemble.Decode(Bytes().Span);

    internal Entry Entry() => Core.Entry.FromParts(Zxid(), Zxid(), UInt64(), UtcTicks(), EntryType(), Bytes());

    internal SnapshotInfo Snapshot() => new(Point(), Ensemble(), UtcTicks(), NotNegative(), UInt64());

    private EntryType EntryType() => (EntryType)Byte() is var type && type is Core.EntryType.Request or Core.EntryType.Config ? type : throw Malformed($"an entry of unknown type");

    internal readonly ZabFormatException Malformed(string what) => new(what, _reader.Offset);
}
