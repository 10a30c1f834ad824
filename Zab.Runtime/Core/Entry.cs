using System.Buffers.Binary;

namespace Zab.Core;

/// <summary>What the payload of an entry is.</summary>
internal enum EntryType : byte
{
    /// <summary>Something for the state machine; the core does not look inside.</summary>
    Request = 1,

    /// <summary>The ensemble from here on: an <see cref="Core.Ensemble"/>.</summary>
    Config = 2,
}

/// <summary>A place in a history, and the hash of everything up to it: two histories with the same point are the same up to there.</summary>
internal readonly record struct HistoryPoint(Zxid Zxid, ulong Chain)
{
    public static HistoryPoint Empty => default;

    public override string ToString() => $"{Zxid}~{Chain:x8}";
}

/// <summary>One proposal as it stands in the log: immutable, shared by log, network and memory.</summary>
internal sealed class Entry
{
    /// <summary>Bytes of an entry beside its payload, on the wire and in the log: an upper bound for limits.</summary>
    internal const int OverheadBytes = 64;

    private Entry(Zxid zxid, Zxid prevZxid, ulong chain, long utcTicks, EntryType type, ReadOnlyMemory<byte> payload)
    {
        Zxid = zxid;
        PrevZxid = prevZxid;
        Chain = chain;
        UtcTicks = utcTicks;
        Type = type;
        Payload = payload;
    }

    internal Zxid Zxid { get; }

    /// <summary>The entry before this one; (e,k) follows (e,k-1), and (e,1) any entry of an older epoch.</summary>
    internal Zxid PrevZxid { get; }

    /// <summary>The hash of this entry and all before it.</summary>
    internal ulong Chain { get; }

    /// <summary>The leader's time; never less than that of the entry before.</summary>
    internal long UtcTicks { get; }

    internal EntryType Type { get; }

    internal ReadOnlyMemory<byte> Payload { get; }

    internal HistoryPoint Point => new(Zxid, Chain);

    internal int SizeBytes => Payload.Length + OverheadBytes;

    /// <summary>A new entry after <paramref name="previous"/>; its chain hash is computed here.</summary>
    internal static Entry After(HistoryPoint previous, Zxid zxid, long utcTicks, EntryType type, ReadOnlyMemory<byte> payload)
    {
        Invariant.Require(IsNext(previous.Zxid, zxid), $"{zxid} cannot follow {previous.Zxid}");
        return new Entry(zxid, previous.Zxid, ChainAfter(previous.Chain, zxid, previous.Zxid, utcTicks, type, payload.Span), utcTicks, type, payload);
    }

    /// <summary>An entry as it was read from a disk or a peer. Whether it is genuine, <see cref="Follows"/> tells.</summary>
    internal static Entry FromParts(Zxid zxid, Zxid prevZxid, ulong chain, long utcTicks, EntryType type, ReadOnlyMemory<byte> payload) =>
        new(zxid, prevZxid, chain, utcTicks, type, payload);

    /// <summary>Whether this entry is the genuine successor of <paramref name="previous"/>: contiguous, and its content is what its chain hash says.</summary>
    internal bool Follows(HistoryPoint previous) =>
        PrevZxid == previous.Zxid && IsNext(previous.Zxid, Zxid) && Chain == ChainAfter(previous.Chain, Zxid, PrevZxid, UtcTicks, Type, Payload.Span);

    /// <summary>Whether the core can take it: of its payload it reads configurations only.</summary>
    internal bool IsReadable => Type != EntryType.Config || Ensemble.TryDecode(Payload.Span, out _);

    /// <summary>Whether a history may go on from <paramref name="previous"/> to <paramref name="next"/> without a gap.</summary>
    internal static bool IsNext(Zxid previous, Zxid next) =>
        next.Epoch == previous.Epoch ? next.Counter != 0 && next.Counter - 1 == previous.Counter : next.Epoch > previous.Epoch && next.Counter == 1;

    private static ulong ChainAfter(ulong previousChain, Zxid zxid, Zxid prevZxid, long utcTicks, EntryType type, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[41];
        BinaryPrimitives.WriteUInt64LittleEndian(head, previousChain);
        BinaryPrimitives.WriteUInt64LittleEndian(head[8..], zxid.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(head[16..], prevZxid.Value);
        BinaryPrimitives.WriteInt64LittleEndian(head[24..], utcTicks);
        BinaryPrimitives.WriteInt64LittleEndian(head[32..], payload.Length);
        head[40] = (byte)type;
        return XxHash64.Hash(payload, seed: XxHash64.Hash(head));
    }

    public override string ToString() => $"{Zxid} {Type} {Payload.Length} bytes";
}
