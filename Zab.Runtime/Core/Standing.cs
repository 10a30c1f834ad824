namespace Zab.Core;

/// <summary>How far what another server says can be relied on.</summary>
internal enum Standing : byte
{
    /// <summary>It does not count by its own words; or it has said more before than it holds now.</summary>
    None,

    /// <summary>It says that it counts, and our log does not tell for certain: its directory took the place of another one in an entry that we lack, or that may not be committed. Its votes are worth following; a leader must do without it.</summary>
    Claims,

    /// <summary>It counts in every quorum.</summary>
    Counts,
}
