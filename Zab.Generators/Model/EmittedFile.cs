namespace Zab.Generators.Model;

/// <summary>A file to add to the compilation, and what to report with it.</summary>
internal sealed record EmittedFile(string HintName, string Text, EquatableArray<Problem> Problems);
