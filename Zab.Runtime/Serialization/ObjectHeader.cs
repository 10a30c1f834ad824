namespace Zab.Serialization;

/// <summary>The first byte of an object: the number of its members, or what else it says.</summary>
internal static class ObjectHeader
{
    /// <summary>The largest number of members.</summary>
    internal const byte MembersMax = 249;

    /// <summary>The object is null. 250 to 254 are reserved.</summary>
    internal const byte Null = 255;
}
