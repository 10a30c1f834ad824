namespace Zab.Serialization;

/// <summary>The one bit pattern that stands for "not a number", so that equal content gives equal bytes: those of <c>NaN</c> in .NET.</summary>
internal static class CanonicalNaN
{
    internal const ushort Half = 0xFE00;
    internal const uint Single = 0xFFC0_0000;
    internal const ulong Double = 0xFFF8_0000_0000_0000;
}
