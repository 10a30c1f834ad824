namespace Zab.Generators.Model;

/// <summary>The names of the emitted files. The compiler compares them without regard to case, and drops everything a generator made where two are alike.</summary>
internal static class HintNames
{
    /// <summary>The names, in lower case, that more than one class would have.</summary>
    internal static EquatableArray<string> Alike(IEnumerable<string?> names) => new(names
        .OfType<string>()
        .GroupBy(static n => n.ToLowerInvariant(), StringComparer.Ordinal)
        .Where(static g => g.Count() > 1)
        .Select(static g => g.Key)
        .OrderBy(static n => n, StringComparer.Ordinal));

    /// <summary>The name of a class, with a hash of its full name where another would have the same.</summary>
    internal static string Unique(ReplicatedModel model, EquatableArray<string> alike) =>
        alike.Contains(model.HintName.ToLowerInvariant()) ? $"{model.HintName.Substring(0, model.HintName.Length - 5)}.{Fnv.Hash32(model.Type):x8}.g.cs" : model.HintName;
}
