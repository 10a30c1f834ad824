namespace Zab.Acceptance;

/// <summary>A follower needs a snapshot, and is killed while it arrives, again and again. Each start finds the old state whole, or the new one complete.</summary>
/// <remarks>
/// <code>
/// a start finds   last logged          last applied
/// the old state   as before the kills  what its own snapshot holds, up to that: it knows of no commit yet
/// the new state   after that           after that, up to what the others hold
/// and whichever it is: at one zxid there is only one digest, on any server and at any time.
/// </code>
/// </remarks>
internal sealed class InterruptedSnapshot(int kills, int seed, Action<string> report)
{
    private const int ValueBytes = 256 * 1024;
    private const int Values = 96;
    private const long SnapshotEvery = 4 * 1024 * 1024;

    private readonly Random _random = new(seed);
    private readonly Dictionary<Zxid, string> _digests = [];
    private int _values;

    internal async Task RunAsync()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(snapshotEvery: SnapshotEvery);
        ServerOfEnsemble leader = await ensemble.ServingAsync();
        ServerOfEnsemble follower = ensemble.Servers.First(s => s != leader);
        for (int i = 0; i < Values / 2; i++) await WriteAsync(leader);      // So that the follower has a snapshot of its own.
        (ServerStatus old, ServerStatus @new) = await FallBehindAsync(ensemble, leader, follower);

        int killed = 0, completed = 0;
        while (killed - completed < kills)
        {
            if (completed > kills) throw new AcceptanceException($"Only {killed - completed} of {killed} kills came before the snapshot was complete.");
            HashSet<string> before = [.. Snapshots(follower)];
            follower.Start();
            if (!RequireOldOrNew(await FirstStatusAsync(follower), old, @new))
            {
                // The kill before this start came too late. Once more, with another snapshot.
                completed++;
                await ensemble.ConvergedAsync();
                (old, @new) = await FallBehindAsync(ensemble, leader, follower);
                continue;
            }

            await Until.TrueAsync("a snapshot to arrive", EnsembleOfProcesses.Patience, () => Task.FromResult(Snapshots(follower).Any(f => !before.Contains(f))));
            await Task.Delay(_random.Next(60));
            await follower.KillAsync();
            killed++;
        }

        follower.Start();
        RequireOldOrNew(await FirstStatusAsync(follower), old, @new);
        await ensemble.ServingAsync();
        await ensemble.ConvergedAsync();
        report($"{killed} kills while a snapshot arrived, {completed} of them when it was complete already; every start found the old state or the new one");
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
            await WriteAsync(leader);
        }

        return (old, await ensemble.ConvergedAsync());
    }

    private async Task WriteAsync(ServerOfEnsemble leader)
    {
        byte[] value = new byte[ValueBytes];
        _random.NextBytes(value);
        KvAnswer answer = await leader.Http.PutAsync($"large/{_values++ % Values}", value, CancellationToken.None);
        if (!answer.IsSuccess) throw new AcceptanceException($"A large value was not written: {answer}");
    }

    private static Task<ServerStatus> FirstStatusAsync(ServerOfEnsemble follower) => follower.StatusAsync("a first status with a digest", static s => s.Digest is not null, EnsembleOfProcesses.Patience);

    /// <summary>Whether it is the old one.</summary>
    private bool RequireOldOrNew(ServerStatus found, ServerStatus old, ServerStatus @new)
    {
        foreach (ServerStatus status in new[] { old, @new, found })
        {
            if (_digests.TryGetValue(status.LastApplied, out string? digest) && digest != status.Digest) throw new AcceptanceException($"Two states at one zxid, {digest} before, and now {status}");
            _digests[status.LastApplied] = status.Digest!;
        }

        bool isOld = found.LastLogged == old.LastLogged && found.LastApplied <= old.LastApplied;
        bool isNew = found.LastLogged > old.LastLogged && found.LastLogged <= @new.LastLogged && found.LastApplied > old.LastApplied;
        return isOld || isNew ? isOld : throw new AcceptanceException($"Neither the old state nor the new one: {found}\nold {old}\nnew {@new}");
    }

    private static IEnumerable<string> Snapshots(ServerOfEnsemble server) => Directory.EnumerateFiles(server.Directory).Where(static f => f.Contains(".snapshot", StringComparison.Ordinal));

    private static string OldestSegment(ServerOfEnsemble server) => Directory.EnumerateFiles(server.Directory, "*.log").Order(StringComparer.Ordinal).First();
}
