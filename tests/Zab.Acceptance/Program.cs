using System.Globalization;
using Zab.Acceptance;

// The acceptance runs at full length, by hand: real processes, real signals, minutes instead of seconds. docs/TESTING.md names them.
const string Usage = """
    dotnet run -c Release --project tests/Zab.Acceptance -- RUN [--option N]

      kill-rounds          kill -9 under load      --rounds 20  --seconds 10  --clients 16  --seed 1
      paused-leader        kill -STOP of a leader  --seconds 10  --clients 16
      cut-log              all cuts of 1 to 40 bytes before the end of the last record, and of the file
      interrupted-snapshot kill -9 while a snapshot arrives  --kills 10  --seed 1
    """;

string run = args.FirstOrDefault() ?? "";
try
{
    switch (run)
    {
        case "kill-rounds":
            await new KillRounds(Option("rounds", 20), TimeSpan.FromSeconds(Option("seconds", 10)), Option("clients", 16), Option("seed", 1), Console.WriteLine).RunAsync();
            break;
        case "paused-leader":
            await new PausedLeader(TimeSpan.FromSeconds(Option("seconds", 10)), Option("clients", 16), Console.WriteLine).RunAsync();
            break;
        case "cut-log":
            await DamagedFollower.RunAsync(
                Enumerable.Range(1, 40).SelectMany(static n => new[] { LogDamage.CutBeforeEndOfLastRecord(n, wasTerminated: n % 2 == 0), LogDamage.CutEndOfFile(n, wasTerminated: n % 2 == 1) }),
                Console.WriteLine);
            break;
        case "interrupted-snapshot":
            await new InterruptedSnapshot(Option("kills", 10), Option("seed", 1), Console.WriteLine).RunAsync();
            break;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }

    Console.WriteLine($"{run}: passed");
    return 0;
}
catch (AcceptanceException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine($"{run}: failed");
    return 1;
}

int Option(string name, int otherwise)
{
    int index = Array.IndexOf(args, "--" + name);
    if (index < 0) return otherwise;
    return index + 1 < args.Length && int.TryParse(args[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value)
        ? value
        : throw new AcceptanceException($"--{name} needs a number.");
}
