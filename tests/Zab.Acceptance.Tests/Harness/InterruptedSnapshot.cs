namespace Zab.Acceptance;

/// <summary>A follower needs a snapshot, and is killed while it arrives, again and again. Each start finds the old state whole, or the new one complete.</summary>
internal sealed class InterruptedSnapshot(int kills, int seed, Action<string> report)
{
    private const int ValueBytes = 256 * 1024;
    private const int Values = 96;
    private const long SnapshotEvery = 4 * 1024 * 1024;

    private readonly Random _random = new(seed);
    private int _values;

    internal async Task RunAsync()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(snapshotEvery: SnapshotEvery);
        ServerOfEnsemble leader = await ensemble.ServingAsync();
        ServerOfEnsemble follower = ensemble.Servers.First(s => s != leader);
        (ServerStatus old, ServerStatus @new) = await FallBehindAsync(ensemble, leader, follower);

        int interrupted = 0, installed = 0;
        while (interrupted < kills)
        {
            if (installed > kills) throw new AcceptanceException($"Only {interrupted} of {interrupted + installed} kills came before the snapshot was complete.");
            bool wasReceiving = await KillWhileReceivingAsync(follower);
            ServerStatus first = await FirstStatusAsync(follower);
            RequireOldOrNew(first, old, @new);
            if (wasReceiving && first.LastApplied == old.LastApplied)
            {
                interrupted++;
                await follower.KillAsync();
            }
            else
            {
                installed++;
                await ensemble.ConvergedAsync();
                (old, @new) = await FallBehindAsync(ensemble, leader, follower);
            }
        }

        follower.Start();
        await ensemble.ServingAsync();
        await ensemble.ConvergedAsync();
        report($"{interrupted} kills while a snapshot arrived; {installed} came after it was complete");
    }

    /// <summary>Stops the follower and writes until the log that it would need is gone; gives the two states that it may start with.</summary>
    private async Task<(ServerStatus Old, ServerStatus New)> FallBehindAsync(EnsembleOfProcesses ensemble, ServerOfEnsemble leader, ServerOfEnsemble follower)
    {
        ServerStatus old = await ensemble.ConvergedAsync();
        await follower.KillAsync();
        string oldest = OldestSegment(leader);
        for (int i = 0; i < Values || OldestSegment(leader) == oldest; i++)
        {
            if (i > 4 * Values) throw new AcceptanceException($"{i} values of {ValueBytes} bytes were written, and {oldest} is still there: the log is not compacted.");
            byte[] value = new byte[ValueBytes];
            _random.NextBytes(value);
            KvAnswer answer = await leader.Http.PutAsync($"large/{_values++ % Values}", value, CancellationToken.None);
            if (!answer.IsSuccess) throw new AcceptanceException($"A large value was not written: {answer}");
        }

        return (old, await ensemble.ConvergedAsync());
    }

    /// <summary>Starts the follower, and kills it some time after a snapshot file appears; whether one was there to be cut off.</summary>
    private async Task<bool> KillWhileReceivingAsync(ServerOfEnsemble follower)
    {
        HashSet<string> before = [.. Snapshots(follower)];
        follower.Start();
        bool appeared = false;
        await Until.TrueAsync("a snapshot to arrive", EnsembleOfProcesses.Patience, () =>
        {
            appeared = Snapshots(follower).Any(f => !before.Contains(f));
            return Task.FromResult(appeared);
        });
        await Task.Delay(_random.Next(60));
        await follower.KillAsync();
        return appeared;
    }

    private static async Task<ServerStatus> FirstStatusAsync(ServerOfEnsemble follower)
    {
        follower.Start();
        return await follower.StatusAsync("a first status with a digest", static s => s.Digest is not null, EnsembleOfProcesses.Patience);
    }

    private static void RequireOldOrNew(ServerStatus status, ServerStatus old, ServerStatus @new)
    {
        bool isOld = status.LastApplied == old.LastApplied && status.Digest == old.Digest;
        bool isNew = status.LastApplied == @new.LastApplied && status.Digest == @new.Digest;
        bool isOnTheWay = status.LastApplied > old.LastApplied && status.LastApplied < @new.LastApplied;      // The snapshot, and entries after it.
        if (!isOld && !isNew && !isOnTheWay) throw new AcceptanceException($"Neither the old state nor the new one: {status}\nold {old}\nnew {@new}");
    }

    private static IEnumerable<string> Snapshots(ServerOfEnsemble server) => Directory.EnumerateFiles(server.Directory).Where(static f => f.Contains(".snapshot", StringComparison.Ordinal));

    private static string OldestSegment(ServerOfEnsemble server) => Directory.EnumerateFiles(server.Directory, "*.log").Order(StringComparer.Ordinal).First();
}
