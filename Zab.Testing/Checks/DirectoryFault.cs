namespace Zab.Testing.Checks;

/// <summary>What was done to a data directory, behind the back of its server. What the server claims later is judged with it in mind.</summary>
internal enum DirectoryFault : byte
{
    /// <summary>Everything is gone: the next start finds a fresh directory, or one with a token only.</summary>
    Wiped,

    /// <summary>An older copy of the same directory was put in its place.</summary>
    RestoredOld,

    /// <summary>The directory of another server was put in its place. A start must refuse it.</summary>
    CopiedFromOther,

    /// <summary>Something that was durable is not what was written: rotten, zeroed, cut off, or overwritten by a write that went astray.</summary>
    Damaged,
}
