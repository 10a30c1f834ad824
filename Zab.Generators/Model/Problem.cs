namespace Zab.Generators.Model;

/// <summary>Something that is refused, and where it is declared.</summary>
/// <param name="Message">What, in words.</param>
/// <param name="Place">Where, or null where there is no source.</param>
internal sealed record Problem(string Message, Place? Place);

/// <summary>A place in a file, as numbers: unlike the compiler's own, it keeps no syntax tree alive.</summary>
/// <remarks>It moves with every edit before it, so that only what is refused carries one; the model of a class without problems stays equal.</remarks>
internal sealed record Place(string Path, int Start, int Length, int StartLine, int StartCharacter, int EndLine, int EndCharacter);
