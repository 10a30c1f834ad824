namespace Zab.Core;

/// <summary>How far what another server says can be relied on.</summary>
internal enum Standing : byte
{
    /// <summary>It has lost its directory, or holds another one than we know.</summary>
    None,

    /// <summary>Our newest configuration names its directory in the place of another one, and whether that is committed is not known here: a leader must do without it until it is.</summary>
    Named,

    /// <summary>It counts in every quorum.</summary>
    Counts,
}
