using System.Globalization;
using Zab.Acceptance;

// The acceptance runs at full length, by hand: real processes, real signals, minutes instead of seconds. docs/TESTING.md names them.
const string Usage = """
    dotnet run -c Release --project tests/Zab.Acceptance -- RUN [--option N]

           kill-rounds          kill -9 under load         --rounds 20  --seconds 10  --clients 16  --seed 1
      B04  paused-leader        kill -STOP of a leader     --seconds 10  --clients 16
      B07  stalled-disk         a flush of the leader that does not return, by strace  --seconds 30  --clients 16
      C01  retried-calls        calls repeated while leaders die  --kills 50  --clients 8
      C04  lagging-server       callers that move to a follower that is behind  --moves 100  --milliseconds 300
      E09  unreachable-host     elections beside a host that swallows connections  --rounds 10
      E17  restart-storm        five servers, each killed at random every 0.2 to 2 s  --minutes 5  --calm 5  --seed 1
      N01  one-way-loss         a follower that hears nothing, and one that is not heard  --seconds 30
      N02  unheard-leader       a leader that hears, and is not heard
      N03  bridge               five servers, of which one sees all  --seconds 30
      N04  quorum-loss          a leader that keeps one link of four  --seconds 30
      N08  replayed-bytes       recorded connections played again
      N09  flipped-bits         bits flipped on the wire  --per-million 1  --flips 60
      S11  interrupted-snapshot kill -9 while a snapshot arrives  --kills 20  --megabytes 200  --seed 1
      T01  cut-log              all cuts of 1 to 40 bytes before the end of the last record, and of the file
    """;

string run = args.FirstOrDefault() ?? "";
try
{
    Func<Task>? play = run switch
    {
        "kill-rounds" => new KillRounds(Option("rounds", 20), Seconds(10), Option("clients", 16), Option("seed", 1), new KillLimits(NewLeader: TimeSpan.FromSeconds(2), WritesPerSecondMin: 300), Console.WriteLine).RunAsync,
        "paused-leader" => new PausedLeader(Seconds(10), Option("clients", 16), Console.WriteLine).RunAsync,
        "stalled-disk" => new StalledDisk(Seconds(30), Option("clients", 16), Console.WriteLine).RunAsync,
        "retried-calls" => new RetriedCalls(Option("kills", 50), Option("clients", 8), Console.WriteLine).RunAsync,
        "lagging-server" => new LaggingServer(Option("moves", 100), TimeSpan.FromMilliseconds(Option("milliseconds", 300)), Console.WriteLine).RunAsync,
        "unreachable-host" => new UnreachableHost(Option("rounds", 10), Console.WriteLine).RunAsync,
        "restart-storm" => new RestartStorm(TimeSpan.FromMinutes(Option("minutes", 5)), TimeSpan.FromSeconds(Option("calm", 5)), Option("seed", 1), Console.WriteLine).RunAsync,
        "one-way-loss" => OneWayLossAsync,
        "unheard-leader" => () => CutNetworks.UnheardLeaderAsync(Console.WriteLine),
        "bridge" => () => CutNetworks.BridgeAsync(Seconds(30), Console.WriteLine),
        "quorum-loss" => () => CutNetworks.QuorumLossAsync(Seconds(30), Console.WriteLine),
        "replayed-bytes" => new ReplayedBytes(Console.WriteLine).RunAsync,
        "flipped-bits" => new FlippedBits(Option("per-million", 1), Option("flips", 60), valueBytes: 1000, Console.WriteLine).RunAsync,
        "interrupted-snapshot" => new InterruptedSnapshot(Option("kills", 20), Option("megabytes", 200), Option("seed", 1), Console.WriteLine).RunAsync,
        "cut-log" => () => DamagedFollower.RunAsync(AllCuts(), Console.WriteLine),
        _ => null,
    };
    if (play is null)
    {
        Console.Error.WriteLine(Usage);
        return 2;
    }

    await play();
    Console.WriteLine($"{run}: passed");
    return 0;
}
catch (AcceptanceException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine($"{run}: failed");
    return 1;
}

async Task OneWayLossAsync()
{
    await CutNetworks.OneWayAsync(isDeaf: true, Seconds(30), Console.WriteLine);
    await CutNetworks.OneWayAsync(isDeaf: false, Seconds(30), Console.WriteLine);
}

static IEnumerable<LogDamage> AllCuts() =>
    Enumerable.Range(1, 40).SelectMany(static n => new[] { LogDamage.CutBeforeEndOfLastRecord(n, wasTerminated: n % 2 == 0), LogDamage.CutEndOfFile(n, wasTerminated: n % 2 == 1) });

TimeSpan Seconds(int otherwise) => TimeSpan.FromSeconds(Option("seconds", otherwise));

int Option(string name, int otherwise)
{
    int index = Array.IndexOf(args, "--" + name);
    if (index < 0) return otherwise;
    return index + 1 < args.Length && int.TryParse(args[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value)
        ? value
        : throw new AcceptanceException($"--{name} needs a number.");
}
