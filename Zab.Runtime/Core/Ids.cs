using System.Globalization;

namespace Zab.Core;

/// <summary>Names a server of an ensemble; stable over its life, unlike its address.</summary>
internal readonly record struct ServerId(uint Value) : IComparable<ServerId>
{
    public int CompareTo(ServerId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>One life of one connection between two servers: random, carried in every frame, never used again. Nothing arrives from a closed channel.</summary>
internal readonly record struct ChannelId(ulong Value)
{
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}

/// <summary>Names an ensemble; zero is a server that belongs to none yet.</summary>
internal readonly record struct ClusterId(ulong Value)
{
    public bool IsNone => Value == 0;

    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}

/// <summary>One life of one data directory: random, made with the directory. A known server with another incarnation lost its disk, and so its promises.</summary>
internal readonly record struct Incarnation(ulong Value)
{
    public bool IsNone => Value == 0;

    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}

/// <summary>The number of a durable write, in the order it was asked for. A write is durable only when all before it are.</summary>
internal readonly record struct WriteId(ulong Value) : IComparable<WriteId>
{
    public static WriteId None => default;

    public int CompareTo(WriteId other) => Value.CompareTo(other.Value);

    public static bool operator <=(WriteId left, WriteId right) => left.Value <= right.Value;

    public static bool operator >=(WriteId left, WriteId right) => left.Value >= right.Value;

    public static bool operator <(WriteId left, WriteId right) => left.Value < right.Value;

    public static bool operator >(WriteId left, WriteId right) => left.Value > right.Value;
}

/// <summary>When a step happens: a monotonic reading for timers, and wall-clock time for what the leader stamps on proposals. Both in ticks of 100 ns.</summary>
internal readonly record struct Instant(long MonotonicTicks, long UtcTicks);
