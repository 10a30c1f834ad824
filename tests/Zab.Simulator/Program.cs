using System.Diagnostics;
using KeyValueStore;
using Zab;
using Zab.Replica;
using Zab.Testing;
using Zab.Testing.Checks;

ulong from = ulong.Parse(args[0]), to = ulong.Parse(args[1]);
double minutes = double.Parse(args[2]);
Faults faults = args.Length > 3 ? Enum.Parse<Faults>(args[3]) : Faults.All;
int? servers = args.Length > 4 && args[4] != "-" ? int.Parse(args[4]) : null;
var total = new Rarities();
int bad = 0;
var watch = Stopwatch.StartNew();
long events = 0, steps = 0; double simulated = 0; long ops = 0;
for (ulong seed = from; seed <= to; seed++)
{
    RandomCalls calls = RandomCalls.Of<KeyValue>();
    var run = new SimulationRun(SimulationPlan.Of(seed, servers), new ReplicatedClasses([ReplicatedClass.Of<KeyValue>()]), calls.Next, faults, true);
    if (args.Length > 5) run.World.Trace.Sink = Console.WriteLine;
    try
    {
        run.Start();
        run.Suffer(TimeSpan.FromMinutes(minutes));
        run.Finish();
        run.CheckHistories();
    }
    catch (Exception e)
    {
        bad++;
        Console.WriteLine($"violation: {(e is ViolationException v ? v.Invariant : e.GetType().Name)} at {run.Elapsed}\nseed: {seed}");
        if (to - from < 3)
        {
            foreach (string line in run.World.Trace.Newest()) Console.WriteLine(line);
            Console.WriteLine(e);
        }
        else Console.WriteLine(e.Message.Split('\n')[0]);
    }
    events += run.World.Events; steps += run.World.Steps; simulated += run.Elapsed.TotalSeconds; ops += run.Population.Answered;
    total.Add(run.World.Rarities);
    if (to - from < 20) Console.WriteLine($"{seed}: {run.World.Trace.Hash:x16} {run.World.Servers.Count} servers, {run.Elapsed}, {run.World.Events} events, answered {run.Population.Answered}, {string.Join(" ", run.Nemesis.Counts)}");
}
Console.WriteLine($"gc {GC.CollectionCount(0)} {GC.CollectionCount(1)} {GC.CollectionCount(2)} {GC.GetTotalAllocatedBytes() >> 20} MB pause {GC.GetTotalPauseDuration()}");
Console.WriteLine($"{bad} bad; {events} events ({steps} steps) in {watch.Elapsed.TotalSeconds:F1} s: {events / watch.Elapsed.TotalSeconds:F0}/s; simulated {simulated:F0} s, ratio {simulated / watch.Elapsed.TotalSeconds:F0}; ops {ops}");
foreach (Rare rare in Enum.GetValues<Rare>()) Console.Write($"{rare} {total[rare]}  ");
Console.WriteLine();
return bad > 0 ? 1 : 0;
