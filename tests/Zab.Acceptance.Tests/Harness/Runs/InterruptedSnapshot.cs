namespace Zab.Acceptance;

/// <summary>A follower needs a snapshot, and is killed while it arrives or is installed, again and again. Each start finds the old state whole, or the new one complete.</summary>
/// <remarks>
/// <code>
/// a start finds   last logged          last applied
/// the old state   as before the kills  what its own snapshot holds, up to that: it knows of no commit yet
/// the new state   after that           after that, up to what the others hold
/// and whichever it is: at one zxid there is only one digest, on any server and at any time.
/// </code>
/// The network is as slow as makes the snapshot arrive in about <see cref="Arrival"/>, so that a kill comes at any point of that.
/// </remarks>
internal sealed class InterruptedSnapshot(int kills, int megabytes, int seed, Action<string> report)
{
    private const int ValueBytes = 256 * 1024;

    private static readonly TimeSpan Arrival = TimeSpan.FromSeconds(1);

    private readonly Random _random = new(seed);
    private readonly Dictionary<Zxid, string> _digests = [];
    private readonly int _valuesMax = megabytes * 1024 * 1024 / ValueBytes;
    private int _values;

    internal async Task RunAsync()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(new() { IsProxied = true, SnapshotEvery = megabytes * 1024L * 1024 / 6 });
        ServerOfEnsemble leader = await ensemble.ServingAsync();
        ServerOfEnsemble follower = ensemble.Except(leader)[0];
        for (int i = 0; i < _valuesMax / 2; i++) await WriteAsync(leader);      // So that the follower has a snapshot of its own.
        (ServerStatus old, ServerStatus @new) = await FallBehindAsync(ensemble, leader, follower);
        ensemble.Network[leader.Id, follower.Id].BytesPerSecond = (int)(megabytes * 1024 * 1024 / Arrival.TotalSeconds);

        int killed = 0, completed = 0;
        while (killed - completed < kills)
        {
            if (completed > 4 * kills) throw new AcceptanceException($"Only {killed - completed} of {killed} kills came before the snapshot was complete.");
            HashSet<string> before = [.. LogFiles.Snapshots(follower.Directory)];
            follower.Start();
            if (!RequireOldOrNew(await FirstStatusAsync(follower), old, @new))
            {
                // The kill before this start came too late. Once more, with another snapshot.
                completed++;
                await ensemble.ConvergedAsync();
                (old, @new) = await FallBehindAsync(ensemble, leader, follower);
                continue;
            }

            await Until.TrueAsync("a snapshot to arrive", EnsembleOfProcesses.Patience, () => Task.FromResult(LogFiles.Snapshots(follower.Directory).Any(f => !before.Contains(f))));
            await Task.Delay(_random.Next((int)Arrival.TotalMilliseconds));
            await follower.KillAsync();
            killed++;
        }

        follower.Start();
        RequireOldOrNew(await FirstStatusAsync(follower), old, @new);
        await ensemble.ServingAsync();
        ServerStatus complete = await ensemble.ConvergedAsync();
        await follower.KillAsync();
        await WriteAsync(leader);
        follower.Start();
        await ensemble.ServingAsync();
        if ((await ensemble.ConvergedAsync()).LastLogged <= complete.LastLogged) throw new AcceptanceException("The last write did not come.");
        report($"{killed} kills while a snapshot of {megabytes} MB arrived, {completed} of them when it was complete already; every start found the old state or the new one");
    }

    /// <summary>Stops the follower and writes until the log that it would need is gone; gives the two states that it may start with.</summary>
    private async Task<(ServerStatus Old, ServerStatus New)> FallBehindAsync(EnsembleOfProcesses ensemble, ServerOfEnsemble leader, ServerOfEnsemble follower)
    {
        ServerStatus old = await ensemble.ConvergedAsync();
        await follower.KillAsync();
        string oldest = LogFiles.Oldest(leader.Directory);
        for (int i = 0; i < _valuesMax || LogFiles.Oldest(leader.Directory) == oldest; i++)
        {
            if (i > 4 * Math.Max(_valuesMax, 128 * 1024 * 1024 / ValueBytes)) throw new AcceptanceException($"{i} values of {ValueBytes} bytes were written, and {oldest} is still there: the log is not compacted.");
            await WriteAsync(leader);
        }

        return (old, await ensemble.ConvergedAsync());
    }

    private async Task WriteAsync(ServerOfEnsemble leader)
    {
        byte[] value = new byte[ValueBytes];
        _random.NextBytes(value);
        KvAnswer answer = await leader.Http.PutAsync($"large/{_values++ % _valuesMax}", value, CancellationToken.None);
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
}
