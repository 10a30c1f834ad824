using System.Globalization;
using Zab.Testing;

namespace Zab.Simulator;

/// <summary>What one seed is run with, apart from the seed.</summary>
internal sealed record SeedOptions
{
    internal required double Minutes { get; init; }

    internal int? Servers { get; init; }

    internal int? Clients { get; init; }

    internal int? CallsPerSecond { get; init; }

    internal Faults Faults { get; init; } = Faults.All;

    /// <summary>Faults may take more than an ensemble can recover from.</summary>
    internal bool MayHalt { get; init; }

    /// <summary>The command that runs a seed so again.</summary>
    internal string Command(ulong seed)
    {
        string command = string.Create(CultureInfo.InvariantCulture, $"dotnet run -c Release --project tests/Zab.Simulator -- --seed {seed} --minutes {Minutes}");
        if (Servers is { } servers) command += $" --servers {servers}";
        if (Clients is { } clients) command += $" --clients {clients}";
        if (CallsPerSecond is { } calls) command += $" --calls {calls}";
        if (Faults != Faults.All) command += $" --faults {Faults.ToString().Replace(" ", "", StringComparison.Ordinal)}";
        return MayHalt ? command + " --may-halt" : command;
    }
}
