using System.CommandLine;
using Zab.Simulator;
using Zab.Testing;

if (args is ["explore", ..]) return Zab.Simulator.Explore.ExploreCommand.Run(args[1..], Console.Out);

var seeds = new Option<string>("--seeds") { Description = "The seeds to run, as in 1..1000.", DefaultValueFactory = static _ => "1..100" };
var seed = new Option<ulong?>("--seed") { Description = "One seed only." };
var minutes = new Option<double>("--minutes") { Description = "Simulated minutes of each seed.", DefaultValueFactory = static _ => 10 };
var servers = new Option<int?>("--servers") { Description = "How many servers vote; by the seed where not given." };
var clients = new Option<int?>("--clients") { Description = "How many clients call; by the seed where not given." };
var calls = new Option<int?>("--calls") { Description = "Calls in a simulated second; by the seed where not given." };
var faults = new Option<string>("--faults") { Description = "What may go wrong, with commas: names of single faults, or None, Network, Disk, Clock, Process, All.", DefaultValueFactory = static _ => "All" };
var mayHalt = new Option<bool>("--may-halt") { Description = "Faults may take more than the ensemble can recover from: it may halt, and may not lie." };
var trace = new Option<bool>("--trace") { Description = "Print each event of the seed, one a line; docs/TESTING.md explains them." };
var shrink = new Option<bool>("--shrink") { Description = "Look for a smaller run that breaks something, too." };
var jobs = new Option<int>("--jobs") { Description = "Seeds that run side by side.", DefaultValueFactory = static _ => Environment.ProcessorCount };

var root = new RootCommand("Runs ensembles on simulated machines, one for each seed, and checks everything after every event.") { seeds, seed, minutes, servers, clients, calls, faults, mayHalt, trace, shrink, jobs };
root.SetAction(parsed =>
{
    SeedRange range = parsed.GetValue(seed) is { } one ? new SeedRange(one, one) : SeedRange.Parse(parsed.GetValue(seeds)!);
    var options = new SeedOptions
    {
        Minutes = parsed.GetValue(minutes),
        Servers = parsed.GetValue(servers),
        Clients = parsed.GetValue(clients),
        CallsPerSecond = parsed.GetValue(calls),
        Faults = Enum.Parse<Faults>(parsed.GetValue(faults)!, ignoreCase: true),
        MayHalt = parsed.GetValue(mayHalt),
    };
    Action<string>? lines = parsed.GetValue(trace) ? Console.WriteLine : null;
    return new SeedRuns(range, options, Math.Max(1, parsed.GetValue(jobs)), lines, parsed.GetValue(shrink)).Run();
});
return root.Parse(args).Invoke();
