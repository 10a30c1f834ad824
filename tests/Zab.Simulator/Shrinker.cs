using System.Numerics;
using Zab.Testing;

namespace Zab.Simulator;

/// <summary>Makes a run that breaks something smaller while it goes on to break something: fewer faults, fewer servers, fewer clients, less time.</summary>
internal sealed class Shrinker(ulong seed, Action<string> tell)
{
    internal SeedOptions Shrink(SeedOptions options)
    {
        SeedOptions smallest = options;
        bool wasShrunk = true;
        while (wasShrunk)
        {
            wasShrunk = false;
            foreach (SeedOptions smaller in Smaller(smallest))
            {
                SeedResult result = SeedResult.Of(seed, smaller);
                if (result.Violation is null) continue;
                smallest = smaller with { Minutes = Math.Min(smaller.Minutes, Math.Ceiling(result.Run.Elapsed.TotalMinutes * 10) / 10) };
                tell($"still {result.Violation.Invariant}: {smallest.Command(seed)}");
                wasShrunk = true;
                break;
            }
        }

        return smallest;
    }

    private static IEnumerable<SeedOptions> Smaller(SeedOptions options)
    {
        foreach (Faults group in (Faults[])[Faults.Network, Faults.Disk, Faults.Clock, Faults.Process])
            if ((options.Faults & group) != 0 && BitOperations.PopCount((uint)(options.Faults & group)) > 1) yield return options with { Faults = options.Faults & ~group };
        foreach (Faults fault in Enum.GetValues<Faults>())
            if (BitOperations.PopCount((uint)fault) == 1 && options.Faults.HasFlag(fault)) yield return options with { Faults = options.Faults & ~fault };
        for (int servers = 1; servers < (options.Servers ?? 7); servers++) yield return options with { Servers = servers };
        if (options.Clients is not 1) yield return options with { Clients = 1 };
        if (options.CallsPerSecond is not 1) yield return options with { CallsPerSecond = 1 };
    }
}
