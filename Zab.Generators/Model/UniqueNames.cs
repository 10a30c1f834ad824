namespace Zab.Generators.Model;

/// <summary>Gives each name once: a name that is taken gets <c>_</c> appended until it is free.</summary>
internal sealed class UniqueNames
{
    private readonly HashSet<string> _taken;

    internal UniqueNames(params string[] taken) => _taken = new HashSet<string>(taken, StringComparer.Ordinal);

    internal string Take(string name)
    {
        while (!_taken.Add(name)) name += "_";
        return name;
    }
}
