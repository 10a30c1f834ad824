using System.Globalization;

namespace Zab.Simulator;

/// <summary>Seeds from the first to the last, both included; written <c>1..1000</c>, or as one number.</summary>
internal readonly record struct SeedRange(ulong First, ulong Last)
{
    internal ulong Count => Last - First + 1;

    internal static SeedRange Parse(string text)
    {
        string[] ends = text.Split("..");
        if (ends.Length is 1 or 2 && ulong.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out ulong first) && ulong.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong last) && first <= last)
            return new SeedRange(first, last);
        throw new FormatException($"'{text}' is no range of seeds; write the first and the last one, as in 1..1000");
    }
}
