using System.Globalization;
using Zab.Testing;

namespace Zab.Simulator;

/// <summary>What all seeds of one run of the program came to. Safe for concurrent use.</summary>
internal sealed class Totals
{
    /// <summary>In so many seeds every rare path must have been taken; in fewer, chance may have left one out.</summary>
    private const ulong SeedsForRarePaths = 1000;

    private const long RareAtLeast = 20;

    private readonly Lock _gate = new();
    private readonly Rarities _rarities = new();
    private readonly SortedDictionary<string, long> _faults = new(StringComparer.Ordinal);
    private TimeSpan _simulated;
    private TimeSpan _busy;
    private long _events;
    private long _answered;

    internal ulong Seeds { get; private set; }

    internal int Violations { get; private set; }

    internal void Add(SeedResult result)
    {
        lock (_gate)
        {
            Seeds++;
            if (result.Violation is not null) Violations++;
            _simulated += result.Run.Elapsed;
            _busy += result.Took;
            _events += result.Run.World.Events;
            _answered += result.Run.Population.Answered;
            _rarities.Add(result.Run.World.Rarities);
            foreach ((Faults fault, long count) in result.Run.Nemesis.Counts) _faults[fault.ToString()] = _faults.GetValueOrDefault(fault.ToString()) + count;
        }
    }

    internal string Progress(ulong of)
    {
        lock (_gate) return $"{Seeds} of {of} seeds, {Violations} violations, {_simulated:d\\.hh\\:mm\\:ss} simulated";
    }

    /// <summary>Rare paths that were not taken often enough to say that they are tested.</summary>
    internal IReadOnlyList<string> Missing() =>
        Seeds < SeedsForRarePaths ? [] : [.. Enum.GetValues<Rare>().Where(rare => _rarities[rare] < RareAtLeast).Select(rare => $"{rare} was taken {_rarities[rare]} times in {Seeds} seeds; {RareAtLeast} are needed")];

    internal IEnumerable<string> Lines(TimeSpan elapsed, int jobs)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        yield return string.Create(culture, $"seeds        {Seeds}, {Violations} violations");
        yield return string.Create(culture, $"simulated    {_simulated.TotalHours:F1} h, {_answered} calls answered");
        yield return string.Create(culture, $"events       {_events}, {_events / Math.Max(1e-9, _busy.TotalSeconds):F0} a second on one core");
        yield return string.Create(culture, $"ratio        {_simulated.TotalSeconds / Math.Max(1e-9, elapsed.TotalSeconds):F0} simulated seconds in a real one, with {jobs} cores; {_simulated.TotalSeconds / Math.Max(1e-9, _busy.TotalSeconds):F0} on one");
        yield return $"faults       {string.Join(", ", _faults.Select(static fault => $"{fault.Key} {fault.Value}"))}";
        yield return $"rare paths   {string.Join(", ", Enum.GetValues<Rare>().Select(rare => $"{rare} {_rarities[rare]}"))}";
    }
}
