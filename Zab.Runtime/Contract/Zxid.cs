using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Zab;

/// <summary>The place of a proposal in the one order of an ensemble: the epoch of the leader that proposed it, and its number in that epoch.</summary>
/// <remarks>
/// Compared unsigned, epoch first. Written <c>epoch/counter</c> in decimal everywhere: <c>2/7</c>. The first proposal of an epoch has counter 1;
/// <c>0/0</c> (<see cref="None"/>) stands before every proposal.
/// </remarks>
/// <param name="Epoch">The epoch of the leader that gave this zxid.</param>
/// <param name="Counter">The number of the proposal within its epoch, from 1.</param>
public readonly record struct Zxid(uint Epoch, uint Counter) : IComparable<Zxid>, ISpanParsable<Zxid>
{
    /// <summary>Before every proposal: the zxid of an empty history.</summary>
    public static Zxid None => default;

    /// <summary>The zxid as one number: epoch in the high 32 bits, counter in the low 32 bits.</summary>
    public ulong Value => ((ulong)Epoch << 32) | Counter;

    /// <summary>The zxid that <see cref="Value"/> gave.</summary>
    public static Zxid FromValue(ulong value) => new((uint)(value >> 32), unchecked((uint)value));

    /// <inheritdoc/>
    public int CompareTo(Zxid other) => Value.CompareTo(other.Value);

    /// <summary>Whether <paramref name="left"/> stands before <paramref name="right"/>.</summary>
    public static bool operator <(Zxid left, Zxid right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> stands after <paramref name="right"/>.</summary>
    public static bool operator >(Zxid left, Zxid right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> is, or stands before, <paramref name="right"/>.</summary>
    public static bool operator <=(Zxid left, Zxid right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> is, or stands after, <paramref name="right"/>.</summary>
    public static bool operator >=(Zxid left, Zxid right) => left.Value >= right.Value;

    /// <summary>The zxid as <c>epoch/counter</c>, both in decimal.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}/{Counter}");

    /// <summary>Reads <c>epoch/counter</c>, both in decimal.</summary>
    /// <exception cref="FormatException">The text is not a zxid.</exception>
    public static Zxid Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <summary>Reads <c>epoch/counter</c>, both in decimal.</summary>
    /// <exception cref="FormatException">The text is not a zxid.</exception>
    public static Zxid Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out Zxid zxid) ? zxid : throw new FormatException($"'{s}' is not a zxid; write it as epoch/counter, for example 2/7");

    /// <summary>Reads <c>epoch/counter</c>, both in decimal; false where the text is something else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Zxid result) => TryParse(s.AsSpan(), provider, out result);

    /// <summary>Reads <c>epoch/counter</c>, both in decimal; false where the text is something else.</summary>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Zxid result)
    {
        result = default;
        int slash = s.IndexOf('/');
        if (slash < 0
            || !uint.TryParse(s[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out uint epoch)
            || !uint.TryParse(s[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out uint counter))
        {
            return false;
        }

        result = new Zxid(epoch, counter);
        return true;
    }
}
